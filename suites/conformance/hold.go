package conformance

import (
	"cmp"
	"context"
	"sync"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// held are the connections that a step keeps until the scenario ends.
type held struct {
	stop   context.CancelFunc
	wg     sync.WaitGroup
	copies []transcript.Exchange
	errs   []error
}

// hold opens a step's connections, and waits until what is sent on them has had
// time to arrive.
func (p *player) hold(ctx context.Context, step scenarios.Step, about transcript.Exchange, d mockprovider.Delivery) error {
	if err := p.sender.Reserve(ctx, step.Hold); err != nil {
		return err
	}
	until, stop := context.WithCancel(ctx)
	h := &held{stop: stop, copies: make([]transcript.Exchange, step.Hold), errs: make([]error, step.Hold)}
	for i := range h.copies {
		about := about
		about.Copy = i + 1
		h.wg.Go(func() { h.copies[i], h.errs[i] = p.sender.SendHeld(until, about, d, d.Patience) })
	}
	p.held = append(p.held, h)
	return target.Pause(ctx, p.lineUp)
}

// letGo ends what is held, and keeps what came of it.
func (p *player) letGo() error {
	var errs []error
	for _, h := range p.held {
		h.stop()
		h.wg.Wait()
		p.exchanges = append(p.exchanges, h.copies...)
		errs = append(errs, h.errs...)
	}
	p.held = nil
	return cmp.Or(errs...)
}
