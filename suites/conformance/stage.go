package conformance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// act does to the receiver's process what a step says, and records it. It
// reports whether there is anything left to send to.
func (p *player) act(ctx context.Context, i int, action string, o target.ProcessOptions) bool {
	if action != transcript.ProcessStart {
		p.supervisor.supervise(ctx) // what is to be ended has to run
	}
	p.supervisor.acted(action, o)
	done := p.sender.Target.Process.Do(ctx, action, o)
	done.Scenario, done.Play, done.Step = p.scenario.ID, p.play, i+1
	p.sender.Record.Add(transcript.Record{Process: &done})
	ended := done.Exit != "" && action != transcript.ProcessStart
	return done.Done || ended || o.WithoutSecret && done.Exit == ""
}

// process plays a step about the process. Behind one that did not come to pass,
// nothing is played: the receiver may be gone, or was never away.
func (p *player) process(ctx context.Context, i int, step scenarios.Step) {
	o := target.ProcessOptions{WithoutSecret: step.Without != "", Clock: time.Duration(step.Clock)}
	if !p.act(ctx, i, step.Process, o) {
		p.over = true
	}
	if step.Process != transcript.ProcessStart || p.over {
		return
	}
	p.ahead = o.Clock
	p.recall(ctx, i)
}

// recall has the probes asked once more, when the receiver has been started again,
// about what was seen before: one that counts in the receiver's memory would count
// a second processing as the first.
func (p *player) recall(ctx context.Context, i int) {
	if len(p.seen) == 0 {
		return
	}
	w := target.Wait{Awaited: map[string]time.Time{}, Since: time.Now(), Slowest: p.slowest, Seen: true}
	for _, id := range p.seen {
		w.Awaited[id] = w.Since
	}
	p.ask(ctx, i, w)
}

// ask records what the probes count when what is waited for is there; of what
// was seen before, too.
func (p *player) ask(ctx context.Context, i int, w target.Wait) {
	w.IDs = slices.Compact(slices.Sorted(slices.Values(append(w.IDs, p.seen...))))
	for _, e := range counted(ctx, p.sender.Target, w) {
		e.Scenario, e.Play, e.Step = p.scenario.ID, p.play, i+1
		p.sender.Record.Add(transcript.Record{Effects: &e})
	}
}

// now is the time by the clock that the receiver was given.
func (p *player) now() time.Time { return time.Now().Add(p.ahead) }

// await waits until the probes have seen the effects of a label's events, and
// records what they counted.
func (p *player) await(ctx context.Context, i int, label string) {
	w := target.Wait{Awaited: map[string]time.Time{}, Since: time.Now(), Slowest: p.slowest, Seen: true}
	fetched := true // what nobody acknowledged, the receiver has to find by itself
	for _, name := range p.namesOf(label) {
		id := p.last[name].SentID
		w.IDs = append(w.IDs, id)
		w.Awaited[id] = w.Since
		fetched = fetched && !p.acknowledged(id)
	}
	if fetched {
		w.Patience = p.sender.Target.Timeouts.Reconciled
	}
	p.ask(ctx, i, w)
	p.seen = append(p.seen, w.IDs...)
}

// namesOf lists the names of a label's events that were made, in order.
func (p *player) namesOf(label string) []string {
	var names []string
	for _, step := range p.scenario.Steps {
		if step.Send != label {
			continue
		}
		if step.Times == 0 {
			return []string{label}
		}
		for n := 1; n <= step.Times; n++ {
			if name := numberedName(label, n); p.last[name].SentID != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// numberedName is the name of one of many events of a label.
func numberedName(label string, number int) string { return fmt.Sprintf("%s %d", label, number) }

// publish puts the events that happen in a scenario about the producer's list
// into it: not those that were forged.
func (p *player) publish(step scenarios.Step, e mockprovider.Event) error {
	if !slices.Contains(p.scenario.Needs, mockprovider.EventsAPI) || len(step.Faults) > 0 {
		return nil
	}
	i := slices.IndexFunc(p.scenario.Steps, func(s scenarios.Step) bool { return s.Send == step.Send })
	about := p.about(i, step)
	about.Copy = p.number
	return p.sender.Publish(about, e, p.now())
}

// attemptOf makes the next attempt of an event. It may be called concurrently.
func (p *player) attemptOf(name string) (mockprovider.Delivery, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keep(name)(p.sender.Composer.Compose(p.events[name], p.attempt(name), nil))
}
