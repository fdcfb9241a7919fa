package target

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// commandWithin is how long a command may take that has no time of its own.
const commandWithin = time.Minute

// child is a command in the receiver's directory and environment.
func (p *Process) child(argv []string, o ProcessOptions) *exec.Cmd {
	s := p.settings
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = s.Dir
	cmd.Env = append(cmd.Environ(), s.Env...)
	if o.WithoutSecret {
		cmd.Env = slices.DeleteFunc(cmd.Env, func(pair string) bool { return strings.HasPrefix(pair, s.SecretEnv+"=") })
	}
	switch {
	case o.Clock == 0:
	case s.ClockEnv != "":
		cmd.Env = append(cmd.Env, s.ClockEnv+"="+o.Clock.String())
	default:
		cmd.Env = append(cmd.Env, faketime(s.Faketime, cmd.Env, o.Clock)...)
	}
	return cmd
}

// faketime is the environment in which libfaketime shifts the wall clock by so
// much (its README, "Usage basics" and "Faking the monotonic clock"): waits
// keep their length.
func faketime(library string, env []string, by time.Duration) []string {
	preload := library
	for _, pair := range env {
		if others, ok := strings.CutPrefix(pair, "LD_PRELOAD="); ok && others != "" {
			preload = library + ":" + others
		}
	}
	seconds := strconv.FormatFloat(by.Seconds(), 'f', -1, 64)
	if by > 0 {
		seconds = "+" + seconds
	}
	return []string{"LD_PRELOAD=" + preload, "FAKETIME=" + seconds + "s", "FAKETIME_DONT_FAKE_MONOTONIC=1"}
}

// command runs one of the user's commands and waits for its end.
func (p *Process) command(ctx context.Context, r *transcript.Process, o ProcessOptions) {
	argv, within := p.settings.Commands[r.Action], commandWithin
	r.Command = argv[0]
	switch r.Action {
	case transcript.ProcessStart:
		within = p.settings.StartWithin
	case transcript.ProcessStop:
		within = p.settings.StopWithin
	}
	p.noteAttempt(r.Action)
	began := time.Now()
	if r.Action == transcript.ProcessStart {
		p.output.forget()
	}
	l, err := p.output.of(p.child(argv, o), true)
	if err != nil {
		r.Message = fmt.Sprintf("%s: %v", argv[0], reason(err))
		return
	}
	if r.Message = l.finish(ctx, within); r.Message != "" {
		r.Message = argv[0] + " " + r.Message
	}
	l.settle()
	if !l.alive() {
		r.Exit = l.exit()
	}
	if r.Message == "" && !l.succeeded() {
		r.Message = fmt.Sprintf("%s failed (%s)", argv[0], r.Exit)
	}
	if r.Message == "" && r.Action == transcript.ProcessStart {
		if r.Message = p.ready.await(ctx, began, within, nil); r.Message != "" {
			r.Message = argv[0] + " succeeded, and yet " + r.Message
		}
	}
	if r.Done = r.Message == ""; r.Done {
		p.noteSuccess(r.Action)
	}
}

// noteAttempt keeps in mind what a command may have done though it fails, so
// that Close undoes it.
func (p *Process) noteAttempt(action string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	starts := action == transcript.ProcessStart
	switch action {
	case transcript.ProcessHeal:
		return
	case transcript.ProcessBreak:
		p.broken = true
		return
	}
	p.before = p.before || !p.touched && !starts
	p.runs = p.runs || starts
	p.touched = true
}

// noteSuccess keeps in mind what has been undone.
func (p *Process) noteSuccess(action string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch action {
	case transcript.ProcessHeal:
		p.broken = false
	case transcript.ProcessStop, transcript.ProcessKill:
		p.runs = false
	}
}

// finish waits for a command's end, and says why it did not come. Where it
// came, what the command started lives on: that is the command's affair.
func (l *life) finish(ctx context.Context, within time.Duration) string {
	late := time.NewTimer(within)
	defer late.Stop()
	why := ""
	select {
	case <-l.exited:
		l.group.leave()
		return ""
	case <-late.C:
		why = fmt.Sprintf("did not end within %s, and was killed", within)
	case <-ctx.Done():
		why = "was killed: the run was ended"
	}
	l.kill()
	return why
}

// inheritedSecrets are the values in our own environment whose names say that
// they are secret, and passwords in URLs: a receiver that ends in a panic may print them all.
func inheritedSecrets() []mockprovider.Sensitive {
	var all []mockprovider.Sensitive
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if secretName.MatchString(name) && len(value) >= 2*minSecret {
			all = append(all, mockprovider.Sensitive{Kind: credential, Place: name, As: "text", Value: value})
		}
		if u, err := url.Parse(value); err == nil && u.User != nil { // such as DATABASE_URL
			all = append(all, credentialsIn(u)...)
		}
	}
	return all
}
