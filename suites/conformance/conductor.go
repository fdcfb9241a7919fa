package conformance

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// conductor plays a session: all scenarios that do not disturb each other at
// once, then the exclusive ones, then, one by one, those that broke while
// others were in flight, so that one crash blames one scenario; and when their
// effects have settled, one by one, those that stop or kill the receiver.
type conductor struct {
	session *Session
	flight  target.Flight

	mu       sync.Mutex
	done     int
	reviving sync.Mutex
}

// recovery is how long a receiver that stopped answering is waited for.
const recovery = 2 * time.Second

// errGone ends a run whose receiver does not answer any more.
var errGone = errors.New("the receiver stopped answering and did not come back")

// interrupted is the kind of trouble of a scenario that the run's end cut short.
const interrupted = "interrupted"

var errInterrupted = errors.New("the run was interrupted before this scenario was played to its end")

func (c *conductor) conduct(ctx context.Context) error {
	c.progress("preflight", "")
	if !c.startProcess(ctx) {
		return nil
	}
	defer c.closeProcess()
	if api := c.session.config.Target.EventsAPI; api != nil {
		defer api.StopReplays() // while there is still somebody to record them
	}
	flight, err := c.session.sender.Preflight(ctx)
	c.flight, c.session.flight = flight, flight
	if err != nil || !flight.Ready {
		return err
	}
	together, alone, staged := c.order()
	suspects := c.playTogether(ctx, together)
	for _, s := range alone {
		if suspicious(s, c.playOne(ctx, s, 1, "playing")) {
			suspects = append(suspects, s)
		}
	}
	err = c.playAgain(ctx, suspects)
	c.settle(ctx)
	c.settleStates(ctx)
	return cmp.Or(err, c.playStaged(ctx, staged))
}

func (c *conductor) progress(phase, now string) {
	c.mu.Lock()
	p := Progress{Phase: phase, Done: c.done, Total: len(c.session.plan.Planned), Now: now}
	c.mu.Unlock()
	c.session.config.Progress(p)
}

// order shuffles the scenarios by the seed, so that none comes to rely on its
// neighbours; those that take longest begin first.
func (c *conductor) order() (together, alone, staged []scenarios.Scenario) {
	for _, p := range c.session.plan.Planned {
		switch {
		case p.Decision != Play:
			c.done++
		case p.Scenario.Staged():
			staged = append(staged, p.Scenario)
		case p.Scenario.Exclusive:
			alone = append(alone, p.Scenario)
		default:
			together = append(together, p.Scenario)
		}
	}
	seed := uint64(c.session.config.Seed)
	random := rand.New(rand.NewPCG(seed, seed))
	random.Shuffle(len(together), func(i, j int) { together[i], together[j] = together[j], together[i] })
	slices.SortStableFunc(together, func(a, b scenarios.Scenario) int { return cmp.Compare(waits(b), waits(a)) })
	return together, alone, staged
}

// waits is how long a scenario is known to take.
func waits(s scenarios.Scenario) time.Duration {
	var sum time.Duration
	for _, step := range s.Steps {
		sum += time.Duration(step.Pause)
	}
	return sum
}

// playTogether returns the scenarios that broke.
func (c *conductor) playTogether(ctx context.Context, list []scenarios.Scenario) []scenarios.Scenario {
	queue := make(chan scenarios.Scenario)
	var mu sync.Mutex
	var suspects []scenarios.Scenario
	var wg sync.WaitGroup
	for range min(max(1, c.session.config.Target.Limits.Concurrency), len(list)) {
		wg.Go(func() {
			for s := range queue {
				if suspicious(s, c.playOne(ctx, s, 1, "playing")) {
					mu.Lock()
					suspects = append(suspects, s)
					mu.Unlock()
				}
			}
		})
	}
	for _, s := range list {
		queue <- s
	}
	close(queue)
	wg.Wait()
	return suspects
}

// playOne plays a scenario and returns what was exchanged; nothing, when it was
// not played to its end.
func (c *conductor) playOne(ctx context.Context, s scenarios.Scenario, play int, phase string) []transcript.Exchange {
	c.progress(phase, s.ID)
	c.revive(ctx, transcript.Process{})
	p := newPlayer(c.session.sender, s, play, c.lineUp())
	p.seed, p.slowest = c.session.config.Seed, c.flight.Slowest
	err := ctx.Err()
	if err == nil {
		err = p.run(ctx)
	}
	if play == 1 && ctx.Err() == nil {
		c.mu.Lock()
		c.done++
		c.mu.Unlock()
	}
	if err == nil {
		err = ctx.Err() // a delivery that we cut short is nothing to grade
	}
	if err != nil {
		c.trouble(ctx, s, play, err)
		return nil
	}
	return p.exchanges
}

// lineUp is what copies that go together are given to connect and to send all
// but their last byte.
func (c *conductor) lineUp() time.Duration {
	return min(25*time.Millisecond+3*c.flight.Connect, 500*time.Millisecond)
}

func (c *conductor) trouble(ctx context.Context, s scenarios.Scenario, play int, err error) {
	kind := "harness"
	switch {
	case ctx.Err() != nil:
		kind, err = interrupted, errInterrupted
	case errors.Is(err, target.ErrBudget):
		kind = "budget"
	}
	c.session.record.Add(transcript.Record{Trouble: &transcript.Trouble{Scenario: s.ID, Play: play, Kind: kind, Message: err.Error()}})
}

// suspicious reports whether a scenario broke in a way that another one in
// flight may have caused: nothing came back where something should have, or
// nothing but "not now" or a failure of the server where the delivery was to be
// taken, or a control was not accepted, or no copy of a race was acknowledged.
func suspicious(s scenarios.Scenario, exchanges []transcript.Exchange) bool {
	if unacknowledgedRace(s, exchanges) {
		return true
	}
	for _, e := range exchanges {
		step := s.Steps[e.Step-1]
		if step.Measure != nil && (e.Answer.Status == 0 || target.NotNow(e.Answer.Status)) {
			return true
		}
		o, err := scenarios.FindOutcome(step.Expect)
		if err != nil {
			continue // said by the judge
		}
		if grade, _ := o.Grade(e.Answer.Status); step.Control && grade != scenarios.GradePass {
			return true
		}
		if provesNothing(o, e.Answer.Status) || faltered(o, e.Answer.Status) {
			return true
		}
		if step.Feature != "" || turnedAway(step, e) && raced(s, e.Step, exchanges) {
			continue // no answer is an answer here
		}
		if grade, _ := o.Grade(0); e.Answer.Status == 0 && (grade != scenarios.GradePass || asksForHeaders(step)) {
			return true
		}
	}
	return false
}

// unacknowledgedRace reports whether copies were sent together and neither they
// nor the one after them was answered 2xx: others may have used up the rate that
// the receiver allows.
func unacknowledgedRace(s scenarios.Scenario, exchanges []transcript.Exchange) bool {
	acknowledged := map[int]bool{}
	for _, e := range exchanges {
		if s.Steps[e.Step-1].AtOnce > 1 {
			acknowledged[e.Step] = acknowledged[e.Step] || e.Answer.Status/100 == 2
		}
	}
	for _, ok := range acknowledged {
		if !ok {
			return true
		}
	}
	return false
}

func asksForHeaders(s scenarios.Step) bool { return s.Answer != nil && len(s.Answer.Headers) > 0 }

// playAgain plays the suspects one by one.
func (c *conductor) playAgain(ctx context.Context, suspects []scenarios.Scenario) error {
	for i, s := range suspects {
		if !c.answers(ctx) && ctx.Err() == nil {
			return c.gone(suspects[i:], 2)
		}
		if played := c.playOne(ctx, s, 2, "alone"); hung(s, played) {
			return c.gone(suspects[i+1:], 2)
		}
	}
	return nil
}

// gone records that the scenarios could not be played, the first time or again.
func (c *conductor) gone(list []scenarios.Scenario, play int) error {
	for _, s := range list {
		c.session.record.Add(transcript.Record{Trouble: &transcript.Trouble{
			Scenario: s.ID, Play: play, Kind: "gone", Message: errGone.Error(),
		}})
	}
	return errGone
}

// hung reports whether a receiver that had nothing else to do let the first
// delivery, a genuine one, run into its timeout. The next would be no better.
func hung(s scenarios.Scenario, played []transcript.Exchange) bool {
	return len(played) > 0 && s.Steps[0].Control && played[0].Outcome == string(wire.Timeout) && played[0].Answer.Status == 0
}

// answers reports whether the receiver takes connections, waiting a while for
// one that is being started again.
func (c *conductor) answers(ctx context.Context) bool {
	dialer := net.Dialer{Timeout: recovery}
	for deadline := time.Now().Add(recovery); ; {
		c.revive(ctx, transcript.Process{})
		address := cmp.Or(c.session.config.Target.Resolve, c.session.config.Target.Address())
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			_ = conn.Close() // it only had to open
			return true
		}
		if time.Now().After(deadline) || target.Pause(ctx, 50*time.Millisecond) != nil {
			return false
		}
	}
}

// settle reads the probes once everything has been sent.
func (c *conductor) settle(ctx context.Context) {
	if len(c.session.config.Target.Probes) == 0 {
		return
	}
	c.progress("settling", "")
	records, err := c.session.record.Records()
	if err != nil {
		return // said by Play
	}
	c.read(ctx, c.session.events(records, func(s scenarios.Scenario) bool { return !s.Staged() }), "")
}

// read waits until effects have settled, and records them: of one scenario, or
// of all that have no reading of their own.
func (c *conductor) read(ctx context.Context, w target.Wait, scenario string) {
	w.Slowest = c.flight.Slowest
	if !c.flight.Effects {
		w.Awaited = nil // the preflight has shown that none will come
	}
	for _, e := range c.counted(ctx, w, scenario) {
		e.Scenario, e.Void = scenario, !c.flight.Effects
		if scenario != "" {
			e.Play = 1
		}
		c.session.record.Add(transcript.Record{Effects: &e})
	}
}

// counted is what the probes count when it has settled, asked again when the
// receiver has ended by itself meanwhile.
func (c *conductor) counted(ctx context.Context, w target.Wait, scenario string) []transcript.Effects {
	for try := 1; ; try++ {
		all := counted(ctx, c.session.config.Target, w)
		failed := slices.ContainsFunc(all, func(e transcript.Effects) bool { return e.Error != "" })
		if !failed || !c.lost(ctx) {
			return all
		}
		if try == readings {
			for i := range all {
				all[i].Gone = all[i].Error != ""
			}
			return all
		}
		about := transcript.Process{Scenario: scenario}
		if scenario != "" {
			about.Play = 1
		}
		c.revive(ctx, about)
	}
}

// lost reports whether a receiver of ours has ended by itself, or is about to.
func (c *conductor) lost(ctx context.Context) bool {
	p := c.session.config.Target.Process
	if p == nil {
		return false
	}
	late := time.NewTimer(noticed)
	defer late.Stop()
	select {
	case <-p.Ended():
	case <-late.C:
	case <-ctx.Done():
	}
	return !p.Running()
}

// noticed is how long after its connections the end of a process may be seen.
const noticed = 500 * time.Millisecond

// readings is how often a receiver that keeps ending is asked for its effects.
const readings = 5

// counted is what the probes count when it has settled. They are asked at the
// same time: each waits far more than it is asked.
func counted(ctx context.Context, t *target.Target, w target.Wait) []transcript.Effects {
	n := len(t.Probes)
	all, _ := inParallel(n, n, func(i int) (transcript.Effects, error) { return t.Settle(ctx, t.Probes[i], w), nil })
	return all
}
