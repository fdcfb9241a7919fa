package target

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// ProcessSettings are what NewProcess makes a process of.
type ProcessSettings struct {
	Start []string // argv; or Commands["start"] instead
	Dir   string   // where it runs; "": our own directory
	Env   []string // NAME=value, added to our own environment
	Ready string   // URL that answers 2xx when it is ready; "": the target's address takes connections

	StartWithin time.Duration // until it is ready; default 15 s, with commands 1 min
	StopWithin  time.Duration // from asking it to end to killing it; default 10 s, with commands 1 min

	SecretEnv string // the variable it reads its secret from; "": not known
	ClockEnv  string // the variable by whose duration it shifts its clock; or Faketime instead
	Faketime  string // libfaketime, preloaded to shift its clock

	Commands  map[string][]string      // argv by action
	Sensitive []mockprovider.Sensitive // in Env; kept out of what is written down
}

// ProcessOptions say how a process is started.
type ProcessOptions struct {
	WithoutSecret bool          // without the secret's variable
	Clock         time.Duration // with the clock so far ahead
}

// A Process is the receiver's process, or the commands that control it. It may
// be used concurrently: one thing is done after the other. Whoever makes one
// closes it.
type Process struct {
	settings ProcessSettings
	ready    readiness
	output   *output

	doing sync.Mutex // one action at a time

	mu      sync.Mutex
	life    *life // the process that runs now, or ran last; nil: none did
	broken  bool  // what it depends on
	touched bool  // commands: it was started, stopped or killed
	before  bool  // … and ran before that
	runs    bool  // … and starting it was the last
}

// NewProcess returns control of the target's process. It is not started.
func NewProcess(s ProcessSettings, t *Target) *Process {
	startWithin, stopWithin := 15*time.Second, 10*time.Second
	if s.Start == nil {
		startWithin, stopWithin = commandWithin, commandWithin
	}
	if s.StartWithin == 0 {
		s.StartWithin = startWithin
	}
	if s.StopWithin == 0 {
		s.StopWithin = stopWithin
	}
	hidden := slices.Concat(t.Sensitive(), s.Sensitive, inheritedSecrets())
	return &Process{settings: s, ready: newReadiness(s.Ready, t), output: newOutput(hidden)}
}

// owned reports whether the process is our child, and no command's affair.
func (p *Process) owned() bool { return p.settings.Start != nil }

// Can reports whether an action of transcript.ProcessActions can be asked for.
func (p *Process) Can(action string) bool {
	if p.owned() && slices.Contains([]string{transcript.ProcessStart, transcript.ProcessStop, transcript.ProcessKill}, action) {
		return true
	}
	return len(p.settings.Commands[action]) > 0
}

// CanHideSecret reports whether it can be started without its secret.
func (p *Process) CanHideSecret() bool { return p.owned() && p.settings.SecretEnv != "" }

// CanShiftClock reports whether it can be started with another time. Whether
// its clock followed is seen in what it answers.
func (p *Process) CanShiftClock() bool {
	return p.Can(transcript.ProcessStart) && p.settings.ClockEnv+p.settings.Faketime != ""
}

// Running reports whether the process that we started is alive; with commands,
// whether starting it was the last that was done to it.
func (p *Process) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.owned() {
		return p.runs
	}
	return p.life != nil && p.life.alive()
}

// Ended returns a channel that is closed when the process that runs now ends
// without us having ended it. Every start makes a new one. With commands it is
// never closed.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.life == nil {
		return make(chan struct{})
	}
	return p.life.unasked
}

// HowItEnded tells how the process ended that ended by itself: action "ended",
// the exit status and its last lines. Ask when Ended's channel is closed.
func (p *Process) HowItEnded() transcript.Process {
	r := transcript.Process{Action: transcript.ProcessEnded}
	p.mu.Lock()
	l := p.life
	p.mu.Unlock()
	if l != nil && !l.alive() {
		l.settle()
		r.Done, r.Exit = true, l.exit()
	}
	r.Output = p.output.last()
	return r
}

// Commands lists what may be run, a line each: "start  ./my-receiver".
func (p *Process) Commands() []string {
	var lines []string
	for _, action := range transcript.ProcessActions {
		argv := p.settings.Commands[action]
		if action == transcript.ProcessStart && p.owned() {
			argv = p.settings.Start
		}
		if argv != nil {
			lines = append(lines, p.output.redactor.Text(fmt.Sprintf("%-5s  %s", action, strings.Join(argv, " "))))
		}
	}
	return lines
}

// Do does something to the process and waits until it came to pass. It never
// blocks beyond its deadlines, and what it wrote is in the result, redacted.
// When ctx ends, a start is taken back, and a stop becomes a kill.
func (p *Process) Do(ctx context.Context, action string, o ProcessOptions) transcript.Process {
	p.doing.Lock()
	defer p.doing.Unlock()
	return p.do(ctx, action, o)
}

func (p *Process) do(ctx context.Context, action string, o ProcessOptions) transcript.Process {
	r := transcript.Process{Action: action}
	if o.Clock != 0 {
		r.Clock = o.Clock.String()
	}
	if r.Message = p.cannot(action, o); r.Message == "" && ctx.Err() != nil && !p.ends(action) {
		r.Message = "the run was ended"
	}
	if r.Message != "" {
		return r
	}
	began := time.Now()
	p.output.note(action)
	switch {
	case len(p.settings.Commands[action]) > 0:
		p.command(ctx, &r, o)
	case action == transcript.ProcessStart:
		p.start(ctx, &r, o)
	default:
		p.end(ctx, &r)
	}
	r.MS = float64(time.Since(began).Microseconds()) / 1000
	r.Message = p.output.redactor.Text(r.Message)
	r.Output = p.output.last()
	return r
}

// cannot says why an action cannot be asked for; "" where it can.
func (p *Process) cannot(action string, o ProcessOptions) string {
	switch {
	case !p.Can(action):
		return fmt.Sprintf("the target file has no way to %s the receiver", action)
	case o.WithoutSecret && !p.CanHideSecret():
		return "it is not known which variable the receiver reads its secret from: give process.secret_env"
	case o.Clock != 0 && !p.CanShiftClock():
		return "the target file has no way to shift the receiver's clock: give process.clock"
	}
	return ""
}

// ends reports whether an action is ours to do whatever became of the run.
func (p *Process) ends(action string) bool {
	return p.owned() && (action == transcript.ProcessStop || action == transcript.ProcessKill)
}

// Close heals what is broken and stops what runs; a receiver that ran before
// its commands were used is left running. It needs no context: it has its own
// deadlines. What was done is returned, nil where nothing had to be. Whoever
// starts the process again closes it again.
func (p *Process) Close() *transcript.Process {
	p.doing.Lock()
	defer p.doing.Unlock()
	var did []transcript.Process
	broken, before := p.found()
	do := func(action string) {
		did = append(did, p.do(context.Background(), action, ProcessOptions{}))
	}
	if broken && p.Can(transcript.ProcessHeal) {
		do(transcript.ProcessHeal)
	}
	switch running := p.Running(); {
	case running && !before && p.Can(transcript.ProcessStop):
		do(transcript.ProcessStop)
	case running && !before && p.Can(transcript.ProcessKill):
		do(transcript.ProcessKill)
	case !running && before && p.Can(transcript.ProcessStart):
		do(transcript.ProcessStart)
	}
	p.output.close()
	p.mu.Lock()
	p.touched, p.before, p.runs = false, false, false
	p.mu.Unlock()
	return joined(did)
}

// found tells what Close finds: whether something is broken, and whether the
// receiver ran before its commands were used.
func (p *Process) found() (broken, before bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.broken, p.before
}

// joined makes one of what was done in the end: the last, and what went wrong
// before it.
func joined(did []transcript.Process) *transcript.Process {
	if len(did) == 0 {
		return nil
	}
	last := did[len(did)-1]
	for _, d := range did[:len(did)-1] {
		if !d.Done {
			last.Done, last.Message = false, strings.TrimSuffix(d.Action+": "+d.Message+"; "+last.Message, "; ")
		}
	}
	return &last
}

// endProcess closes the process, where there is one.
func (t *Target) endProcess() error {
	if t.Process == nil {
		return nil
	}
	if r := t.Process.Close(); r != nil && !r.Done {
		return fmt.Errorf("the receiver's process: %s: %s", r.Action, r.Message)
	}
	return nil
}
