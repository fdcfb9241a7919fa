package conformance

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// pipelined is how many steps from the i-th on go out in one piece; 0: none.
func pipelined(steps []scenarios.Step, i int) int {
	n := 0
	for _, s := range steps[i:] {
		if !s.Pipelined || s.Connection != steps[i].Connection {
			break
		}
		n++
	}
	return n
}

// pipeline sends steps in one piece; all of them again after an answer that
// proves nothing.
func (p *player) pipeline(ctx context.Context, first, n int) error {
	steps := p.scenario.Steps[first : first+n]
	for try := 1; ; try++ {
		about, all, err := p.makeAll(first, steps, try)
		if err != nil {
			return err
		}
		exchanges, err := p.sender.SendPipelined(ctx, about, all)
		if err != nil {
			return err
		}
		wait, again, err := notNow(steps, exchanges, try)
		if err != nil {
			return err
		}
		if !again || try == target.Tries {
			p.exchanges = append(p.exchanges, exchanges...)
			return nil
		}
		if err := target.Pause(ctx, wait); err != nil {
			return err
		}
	}
}

// makeAll makes what the steps send.
func (p *player) makeAll(first int, steps []scenarios.Step, try int) ([]transcript.Exchange, []mockprovider.Delivery, error) {
	about, all := make([]transcript.Exchange, len(steps)), make([]mockprovider.Delivery, len(steps))
	for k, step := range steps {
		about[k] = p.about(first+k, step)
		if try > 1 {
			about[k].Try = try
		}
		var err error
		if all[k], err = p.delivery(step); err != nil {
			return nil, nil, err
		}
		about[k].Object = p.object(step.Label())
	}
	return about, all, nil
}

// notNow reports whether an answer proves nothing, and the longest wait that is
// asked for.
func notNow(steps []scenarios.Step, exchanges []transcript.Exchange, try int) (wait time.Duration, again bool, err error) {
	for k, e := range exchanges {
		o, err := scenarios.FindOutcome(steps[k].Expect)
		if err != nil {
			return 0, false, err
		}
		if provesNothing(o, e.Answer.Status) {
			wait, again = max(wait, target.RetryAfter(e.Answer, try)), true
		}
	}
	return wait, again, nil
}
