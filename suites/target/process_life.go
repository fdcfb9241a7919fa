package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// goneWithin is how long the kernel may take to end what was killed and to
// close its sockets.
const goneWithin = 5 * time.Second

// goneEvery is how often that is looked at.
const goneEvery = 20 * time.Millisecond

// A life is one process of the receiver, from its start to its end, with all
// that it started and that stayed in its group.
type life struct {
	group   *group
	cmd     *exec.Cmd
	asked   atomic.Bool   // that it end
	exited  chan struct{} // closed when it has ended, and how is known
	unasked chan struct{} // closed when it has ended by itself
	at      time.Time     // when it ended; to be read when exited is closed
	up      bool          // it was ready once; guarded by Process.mu
	heard   chan struct{} // closed when nobody can write its output any more
}

// begin starts a command in a group of its own. An end that is foreseen leaves
// the group to whoever foresaw it.
func begin(cmd *exec.Cmd, foreseen bool) (*life, error) {
	g, err := newGroup()
	if err != nil {
		return nil, err
	}
	if err := g.start(cmd); err != nil {
		g.end()
		return nil, err
	}
	l := &life{group: g, cmd: cmd, exited: make(chan struct{}), unasked: make(chan struct{})}
	l.asked.Store(foreseen)
	go l.watch()
	return l, nil
}

// watch waits for the end. What a process leaves that ends by itself goes, too.
func (l *life) watch() {
	_ = l.cmd.Wait() // how it ended is in the command's state
	l.at = time.Now()
	if l.asked.Load() {
		close(l.exited)
		return
	}
	l.group.end()
	close(l.exited)
	close(l.unasked)
}

func (l *life) alive() bool {
	select {
	case <-l.exited:
		return false
	default:
		return true
	}
}

// exit is how it ended: "exit status 1", "signal: killed". It must have.
func (l *life) exit() string {
	if l.cmd.ProcessState == nil { // where we inherited SIGCHLD ignored (wait(2))
		return "exit status unknown"
	}
	return l.cmd.ProcessState.String()
}

func (l *life) succeeded() bool {
	return !l.alive() && l.cmd.ProcessState != nil && l.cmd.ProcessState.Success()
}

// gone waits until nothing of it is left, at most that long.
func (l *life) gone(ctx context.Context, within time.Duration) bool {
	return eventually(ctx, within, func() bool { return !l.alive() && !l.group.alive() })
}

// settleWithin is how long the rest of the output may take to arrive when the
// process has ended: its pipe ends when nobody is left to write to it.
const settleWithin = 500 * time.Millisecond

// settle waits for the rest of what it wrote.
func (l *life) settle() {
	late := time.NewTimer(settleWithin)
	defer late.Stop()
	select {
	case <-l.heard:
	case <-late.C:
	}
}

// eventually asks again and again until the answer is yes; false where time or
// ctx ended first.
func eventually(ctx context.Context, within time.Duration, yes func() bool) bool {
	for until := time.Now().Add(within); ; {
		if yes() {
			return true
		}
		if time.Now().After(until) || Pause(ctx, goneEvery) != nil {
			return false
		}
	}
}

// start starts the process and waits until it is ready.
func (p *Process) start(ctx context.Context, r *transcript.Process, o ProcessOptions) {
	if p.Running() {
		r.Message = "it runs already"
		return
	}
	if p.ready.taken(ctx) {
		r.Message = fmt.Sprintf("something that was not started here takes connections at %s: stop it, or leave process out of the target file", p.ready.address)
		return
	}
	cmd, began := p.child(p.settings.Start, o), time.Now()
	p.output.forget()
	l, err := p.output.of(cmd, false)
	if err != nil {
		r.Message = fmt.Sprintf("%s: %v", p.settings.Start[0], reason(err))
		return
	}
	p.mu.Lock()
	p.life = l
	p.mu.Unlock()
	if r.Message = p.ready.await(ctx, began, p.settings.StartWithin, l.exited); r.Message == "" && l.alive() {
		p.mu.Lock()
		l.up = true
		p.mu.Unlock()
		r.Done = true
		return
	}
	if !l.alive() {
		r.Message = fmt.Sprintf("it ended while it was started (%s)", l.exit())
		if l.succeeded() {
			r.Message += "; process.start must not return while the receiver runs"
		}
	}
	l.kill()
	if !l.alive() {
		r.Exit = l.exit()
	}
	l.settle()
}

// reason leaves out of an error what the user did not do: fork and exec.
func reason(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	if e := (*exec.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// end stops or kills the process, as r.Action says, and waits until nothing of
// it is left and its address is free.
func (p *Process) end(ctx context.Context, r *transcript.Process) {
	p.mu.Lock()
	l := p.life
	p.mu.Unlock()
	if l == nil {
		r.Message = "nothing runs that was started here"
		return
	}
	if !l.alive() {
		r.Message, r.Exit = "it had ended before", l.exit()
		return
	}
	l.asked.Store(true)
	if r.Action == transcript.ProcessStop {
		r.Forced = !l.stop(ctx, p.settings.StopWithin)
	}
	var still []string
	if !l.kill() {
		still = append(still, "it does not end")
	} else {
		r.Exit = l.exit()
	}
	l.settle()
	if !p.ready.free(goneWithin) {
		still = append(still, fmt.Sprintf("%s still takes connections: a process that left its process group, or another one", p.ready.address))
	}
	r.Done, r.Message = len(still) == 0, strings.Join(still, "; ")
	if r.Done && r.Forced {
		r.Message = fmt.Sprintf("it did not end within %s of SIGTERM, and was killed", p.settings.StopWithin)
	}
}

// stop asks it to end, and reports whether it did.
func (l *life) stop(ctx context.Context, within time.Duration) bool {
	l.group.terminate()
	return l.gone(ctx, within)
}

// kill ends it and everything in its group, and reports whether it is gone.
func (l *life) kill() bool {
	l.asked.Store(true)
	l.group.end()
	return l.gone(context.Background(), goneWithin)
}
