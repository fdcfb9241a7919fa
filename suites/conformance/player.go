package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// skipped is the kind of trouble of a step that does not fit the target.
const skipped = "skipped"

// player plays one scenario once.
type player struct {
	sender   *target.Sender
	scenario scenarios.Scenario
	play     int
	number   int           // of the event under way among those of its step; 0: the step has one
	lineUp   time.Duration // what copies that go together are given to line up
	seed     int64
	slowest  time.Duration // the slowest effect that the preflight saw
	ahead    time.Duration // how far the receiver's clock is ahead of ours
	over     bool          // nothing more is played: there is nobody to send to
	mu       sync.Mutex    // of what attemptOf makes
	events   map[string]mockprovider.Event
	told     map[string]time.Time // label → when the first event about its object was made
	last     map[string]mockprovider.Delivery
	shared   map[string]*target.Connection
	held     []*held
	// supervisor starts what ends by itself; without a process it does nothing.
	supervisor supervisor
	seen       []string              // ids whose effects were waited for
	exchanges  []transcript.Exchange // of the steps, the last try of each
}

func newPlayer(s *target.Sender, sc scenarios.Scenario, play int, lineUp time.Duration) *player {
	p := &player{
		sender: s, scenario: sc, play: play, lineUp: lineUp,
		events: map[string]mockprovider.Event{},
		told:   map[string]time.Time{},
		last:   map[string]mockprovider.Delivery{},
		shared: map[string]*target.Connection{},
	}
	if sc.Staged() {
		p.supervisor = supervisor{process: s.Target.Process, record: s.Record, about: transcript.Process{Scenario: sc.ID, Play: play}}
	}
	return p
}

// run plays the steps in order, up to a control that is not answered: what
// comes behind it could prove nothing, and each step may cost a whole timeout.
// An error is the harness's, not the receiver's.
func (p *player) run(ctx context.Context) (err error) {
	defer func() {
		for _, c := range p.shared {
			c.Close()
		}
		err = cmp.Or(err, p.letGo())
	}()
	for i := 0; i < len(p.scenario.Steps); i++ {
		step := p.scenario.Steps[i]
		if n := pipelined(p.scenario.Steps, i); n > 0 {
			if err := p.pipeline(ctx, i, n); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			i += n - 1
			continue
		}
		if n := abreast(p.scenario.Steps, i); n > 0 {
			if err := p.sendAbreast(ctx, i, n); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
			i += n - 1
			continue
		}
		if err := p.step(ctx, i, step); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		p.release(i)
		if p.over || step.Control && p.exchanges[len(p.exchanges)-1].Answer.Status == 0 {
			break
		}
	}
	return nil
}

// release closes the step's connection behind its last use: a receiver that
// serves one at a time answers nobody else before.
func (p *player) release(i int) {
	name := p.scenario.Steps[i].Connection
	again := slices.ContainsFunc(p.scenario.Steps[i+1:], func(s scenarios.Step) bool { return s.Connection == name })
	if c := p.shared[name]; c != nil && !again {
		c.Close()
	}
}

func (p *player) step(ctx context.Context, i int, step scenarios.Step) error {
	if step.Pause > 0 {
		return target.Pause(ctx, time.Duration(step.Pause))
	}
	about := p.about(i, step)
	if step.Process != "" {
		p.process(ctx, i, step)
		return nil
	}
	p.supervisor.supervise(ctx)
	switch {
	case step.Await != "":
		p.await(ctx, i, step.Await)
		return nil
	case step.Retry != "":
		return p.retry(ctx, step, about)
	case step.Lanes > 0:
		return p.inLanes(ctx, i, step, about)
	case step.Times > 0:
		return p.inTurn(ctx, step, about)
	case step.Measure != nil:
		return p.measure(ctx, *step.Measure, about)
	}
	delivery, err := p.delivery(step)
	if skip, ok := errors.AsType[mockprovider.Skip](err); ok {
		p.sender.Record.Add(transcript.Record{Trouble: &transcript.Trouble{
			Scenario: p.scenario.ID, Play: p.play, Step: i + 1, Kind: skipped, Message: skip.Reason,
		}})
		return nil
	}
	if err != nil {
		return err
	}
	about.Object = p.object(step.Label())
	switch {
	case step.AtOnce > 1:
		return p.together(ctx, step, about, delivery)
	case step.Hold > 0:
		return p.hold(ctx, step, about, delivery)
	}
	return p.send(ctx, step, about, delivery)
}

// about says where in the run a step's exchange belongs.
func (p *player) about(i int, step scenarios.Step) transcript.Exchange {
	return transcript.Exchange{
		Scenario: p.scenario.ID, Play: p.play, Step: i + 1,
		Label: step.Label(), Control: step.Control,
	}
}

// delivery makes what the step sends.
func (p *player) delivery(step scenarios.Step) (mockprovider.Delivery, error) {
	if step.Request != nil {
		return p.request(step.Request), nil
	}
	if step.Again != "" {
		return p.keep(step.Again)(p.sender.Composer.Repeat(p.last[step.Again], step.Faults))
	}
	event, err := p.event(step)
	if err != nil {
		return mockprovider.Delivery{}, err
	}
	name := p.name(step)
	return p.keep(name)(p.sender.Composer.Compose(event, p.attempt(name), step.Faults))
}

// attempt is the time of the label's next attempt. A retry is dated as the scheme
// does it: like the attempt before, or at least a second later, since its
// timestamp would be the same otherwise.
func (p *player) attempt(label string) time.Time {
	now := p.now()
	last, again := p.last[label]
	switch {
	case again && p.sender.Target.Scheme.Retry == mockprovider.RetrySame:
		return last.At
	case again && now.Sub(last.At) < time.Second:
		return last.At.Add(time.Second)
	}
	return now
}

func (p *player) keep(label string) func(mockprovider.Delivery, error) (mockprovider.Delivery, error) {
	return func(d mockprovider.Delivery, err error) (mockprovider.Delivery, error) {
		if err == nil {
			p.last[label] = d
		}
		return d, err
	}
}

// event returns the event that the step sends, and makes it the first time.
func (p *player) event(step scenarios.Step) (mockprovider.Event, error) {
	name := p.name(step)
	if e, ok := p.events[name]; ok {
		return e, nil
	}
	spec := mockprovider.EventSpec{
		Key:     fmt.Sprintf("%s/%d/%s", p.scenario.ID, p.play, name),
		Now:     p.now(),
		Variant: mockprovider.Variant{Of: p.scenario.ID, Number: max(1, p.number)},
		ID:      p.events[step.IDOf].ID, Body: p.events[step.BodyOf].Body,
	}
	p.tell(&spec, step, name)
	if err := mockprovider.ApplyToEvent(&spec, step.Faults); err != nil {
		return mockprovider.Event{}, err
	}
	e, err := p.sender.Maker.Make(spec)
	if err != nil {
		return e, err
	}
	p.events[name] = e
	return e, p.publish(step, e)
}

// request makes a message that is not a delivery.
func (p *player) request(r *scenarios.Request) mockprovider.Delivery {
	c := p.sender.Composer
	m := wire.Message{Method: r.Method, Target: c.Path, Fields: []wire.Field{{Name: "Host", Value: c.Host}}}
	m.Fields = append(m.Fields, c.Extra...)
	for _, h := range r.Headers {
		m.Fields = append(m.Fields, wire.Field{Name: h.Key, Value: strings.ReplaceAll(h.Value, "{origin}", c.Origin)})
	}
	return mockprovider.Delivery{Message: m, Request: m.Request()}
}

// send sends one delivery; again, as told, after an answer that proves nothing.
func (p *player) send(ctx context.Context, step scenarios.Step, about transcript.Exchange, d mockprovider.Delivery) error {
	var shared *target.Connection
	if step.Connection != "" {
		if p.shared[step.Connection] == nil {
			p.shared[step.Connection] = new(target.Connection)
		}
		shared = p.shared[step.Connection]
	}
	outcome, err := scenarios.FindOutcome(step.Expect)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		e, err := p.sender.Send(ctx, about, d, shared)
		if err != nil {
			return err
		}
		if try == target.Tries || !provesNothing(outcome, e.Answer.Status) {
			p.exchanges = append(p.exchanges, e)
			return nil
		}
		if err := target.Pause(ctx, target.RetryAfter(e.Answer, try)); err != nil {
			return err
		}
		if step.Send != "" { // a later attempt, as the scheme makes it
			if d, err = p.delivery(step); err != nil {
				return err
			}
		}
	}
}

// provesNothing reports whether the answer is one that the outcome leaves open.
func provesNothing(o scenarios.Outcome, status int) bool {
	_, named := o.Grade(status)
	return !named && o.Name != "anything" && target.NotNow(status)
}

// faltered reports whether a delivery that was to be taken was answered with a
// failure of the server.
func faltered(o scenarios.Outcome, status int) bool {
	want, _ := o.Grade(http.StatusOK)
	got, _ := o.Grade(status)
	return status/100 == 5 && want == scenarios.GradePass && got == scenarios.GradeFail
}
