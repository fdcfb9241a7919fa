package conformance

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// settleStates reads the state probe once everything has been sent.
func (c *conductor) settleStates(ctx context.Context) {
	t := c.session.config.Target
	if t.State == nil {
		return
	}
	records, err := c.session.record.Records()
	if err != nil {
		return // said by Play
	}
	w := c.session.objects(records)
	if len(w.Expected) == 0 {
		return
	}
	w.Slowest = max(w.Slowest, c.flight.Slowest)
	states := t.State.Settle(ctx, t.Timeouts, w)
	c.session.record.Add(transcript.Record{States: &states})
}

// objects lists what has to be in a certain state: where the event that brings it
// about was acknowledged.
func (s *Session) objects(records []transcript.Record) target.StateWait {
	w := target.StateWait{Expected: map[string]string{}}
	planned := map[string]scenarios.Scenario{}
	for _, p := range s.plan.Planned {
		planned[p.Scenario.ID] = p.Scenario
	}
	for _, rec := range records {
		if rec.Effects != nil {
			w.Slowest = max(w.Slowest, time.Duration(rec.Effects.SlowestMS)*time.Millisecond)
		}
		e := rec.Exchange
		if e == nil || e.Object == "" {
			continue
		}
		if done := e.SentAt.Add(time.Duration(e.Times.Done * float64(time.Millisecond))); done.After(w.Since) {
			w.Since = done
		}
		if n := planned[e.Scenario].States[e.Label]; n > 0 && e.Answer.Status/100 == 2 {
			w.Expected[e.Object] = s.config.Target.State.After[n-1].Is
		}
	}
	return w
}

// describeState is what the run's record says of the state; nil where it is not
// known.
func describeState(s *target.State) *transcript.State {
	if s == nil {
		return nil
	}
	d := s.Probe.Describe()
	out := &transcript.State{Object: s.Object, Kind: d.Kind, Reads: d.Counts}
	for _, stage := range s.After {
		out.After = append(out.After, transcript.Stage(stage))
	}
	return out
}
