package conformance

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// abreast is how many steps from the i-th on go out together; 0: none.
func abreast(steps []scenarios.Step, i int) int {
	n := 0
	for _, s := range steps[i:] {
		if !s.Abreast {
			break
		}
		n++
	}
	return n
}

// sendAbreast sends steps together, each on a connection of its own. What is not
// acknowledged is sent again afterwards, as a producer does.
func (p *player) sendAbreast(ctx context.Context, first, n int) error {
	steps := p.scenario.Steps[first : first+n]
	about, all, err := p.makeAll(first, steps, 1)
	if err != nil {
		return err
	}
	exchanges, err := p.atOnce(ctx, func(i int) time.Duration { return time.Duration(i) * growing }, about, all)
	for i := range exchanges {
		if err == nil {
			exchanges[i], err = p.sendMissed(ctx, steps[i], about[i], exchanges[i])
		}
	}
	p.exchanges = append(p.exchanges, exchanges...)
	return err
}

// growing is by how much the pauses between steps that go abreast grow: the
// moment between a look and a write is narrow in one receiver and wide in another.
const growing = 100 * time.Microsecond

// atOnce sends deliveries that all wait with their last byte until every one has
// had time to arrive there; then the i-th, from 0, goes so much later than the one
// before.
func (p *player) atOnce(ctx context.Context, later func(i int) time.Duration, about []transcript.Exchange, all []mockprovider.Delivery) ([]transcript.Exchange, error) {
	if err := p.sender.Reserve(ctx, len(all)); err != nil {
		return nil, err
	}
	gates := make([]chan struct{}, len(all))
	exchanges, errs := make([]transcript.Exchange, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	waits := p.lineUp
	for i, d := range all {
		if i > 0 {
			waits += later(i)
		}
		held := waits
		gates[i] = make(chan struct{})
		d.Request.Gate = gates[i]
		wg.Go(func() { exchanges[i], errs[i] = p.sender.SendHeld(ctx, about[i], d, held) })
	}
	err := target.Pause(ctx, p.lineUp)
	for i, gate := range gates {
		if i > 0 && later(i) > 0 {
			err = cmp.Or(err, target.Pause(ctx, later(i)))
		}
		close(gate)
	}
	wg.Wait()
	return exchanges, cmp.Or(append(errs, err)...)
}

// sendMissed sends the step's event again while it is answered, and not
// with 2xx.
func (p *player) sendMissed(ctx context.Context, step scenarios.Step, about, e transcript.Exchange) (transcript.Exchange, error) {
	for try := 2; try <= target.Tries && e.Answer.Status != 0 && e.Answer.Status/100 != 2; try++ {
		if err := target.Pause(ctx, target.RetryAfter(e.Answer, try-1)); err != nil {
			return e, err
		}
		d, err := p.delivery(step)
		if err != nil {
			return e, err
		}
		about.Try = try
		if e, err = p.sender.Send(ctx, about, d, nil); err != nil {
			return e, err
		}
	}
	return e, nil
}
