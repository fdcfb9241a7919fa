package conformance

import (
	"context"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// startProcess starts the receiver where that is ours to do, and reports whether
// there is something to send to. Where it does not start, nothing is graded.
func (c *conductor) startProcess(ctx context.Context) bool {
	p := c.session.config.Target.Process
	if p == nil || !p.Can(transcript.ProcessStart) {
		return true
	}
	done := p.Do(ctx, transcript.ProcessStart, target.ProcessOptions{})
	c.session.record.Add(transcript.Record{Process: &done})
	if !done.Done {
		c.session.record.Add(transcript.Record{Check: &transcript.Check{
			Name: "started", Verdict: "blocked", Message: "the receiver did not start: " + done.Message + lastLine(done),
		}})
		c.closeProcess()
	}
	return done.Done
}

// lastLine is what the process wrote last, where it wrote anything.
func lastLine(p transcript.Process) string {
	if len(p.Output) == 0 {
		return ""
	}
	return "; it wrote: " + p.Output[len(p.Output)-1]
}

// closeProcess heals and ends what is ours, whatever became of the run.
func (c *conductor) closeProcess() {
	p := c.session.config.Target.Process
	if p == nil {
		return
	}
	if done := p.Close(); done != nil {
		c.session.record.Add(transcript.Record{Process: done})
	}
}

// revive starts a receiver of ours again that does not run, so that one crash
// blames one scenario: that of about, where one is named.
func (c *conductor) revive(ctx context.Context, about transcript.Process) {
	p := c.session.config.Target.Process
	if p == nil || !p.Can(transcript.ProcessStart) || ctx.Err() != nil {
		return
	}
	c.reviving.Lock()
	defer c.reviving.Unlock()
	if p.Running() {
		return
	}
	add := func(done transcript.Process) {
		done.Scenario, done.Play = about.Scenario, about.Play
		c.session.record.Add(transcript.Record{Process: &done})
	}
	if endedByItself(p) {
		add(p.HowItEnded())
	}
	add(p.Do(ctx, transcript.ProcessStart, target.ProcessOptions{}))
}

// endedByItself reports whether the process ended without us having ended it.
func endedByItself(p *target.Process) bool {
	select {
	case <-p.Ended():
		return true
	default:
		return false
	}
}

// playStaged plays the scenarios that do something to the process, one by one.
func (c *conductor) playStaged(ctx context.Context, list []scenarios.Scenario) error {
	for i, s := range list {
		if ctx.Err() == nil && !c.answers(ctx) {
			return c.gone(list[i:], 1)
		}
		c.playOne(ctx, s, 1, PhaseProcess)
		if ctx.Err() != nil {
			continue // every other is told that the run was interrupted
		}
		c.restore(ctx, s)
		records, err := c.session.record.Records()
		if err != nil {
			return err
		}
		c.read(ctx, c.session.events(records, func(other scenarios.Scenario) bool { return other.ID == s.ID }), s.ID)
	}
	return nil
}

// restore puts the process back as it was before the scenario.
func (c *conductor) restore(ctx context.Context, s scenarios.Scenario) {
	p, odd, broken := c.session.config.Target.Process, false, false
	for _, step := range s.Steps {
		odd = odd || step.Without != "" || step.Clock != 0
		broken = broken || step.Process == "break" || step.Meanwhile != nil && step.Meanwhile.Process == "break"
	}
	do := func(action string) {
		done := p.Do(ctx, action, target.ProcessOptions{})
		c.session.record.Add(transcript.Record{Process: &done})
	}
	if broken {
		do(transcript.ProcessHeal)
	}
	if odd && p.Running() {
		do(transcript.ProcessStop)
	}
	about := transcript.Process{}
	if endedByItself(p) {
		about.Scenario, about.Play = s.ID, 1
	}
	c.revive(ctx, about)
}
