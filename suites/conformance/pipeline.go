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
		about, all := make([]transcript.Exchange, n), make([]mockprovider.Delivery, n)
		for k, step := range steps {
			about[k] = p.about(first+k, step)
			if try > 1 {
				about[k].Try = try
			}
			var err error
			if all[k], err = p.delivery(step); err != nil {
				return err
			}
		}
		exchanges, err := p.sender.SendPipelined(ctx, about, all)
		if err != nil {
			return err
		}
		wait := time.Duration(0)
		for k, e := range exchanges {
			o, err := scenarios.FindOutcome(steps[k].Expect)
			if err != nil {
				return err
			}
			if provesNothing(o, e.Answer.Status) {
				wait = max(wait, target.RetryAfter(e.Answer, try))
			}
		}
		if wait == 0 || try == target.Tries {
			p.exchanges = append(p.exchanges, exchanges...)
			return nil
		}
		if err := target.Pause(ctx, wait); err != nil {
			return err
		}
	}
}
