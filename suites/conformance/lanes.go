package conformance

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// inLanes sends the fresh events of a step on several connections at a time.
// What the step says is done to the process when enough of them have been
// acknowledged; at the end, where that many never are.
func (p *player) inLanes(ctx context.Context, i int, step scenarios.Step, about transcript.Exchange) error {
	all, err := p.makeMany(step)
	if err != nil {
		return err
	}
	enough := make(chan struct{})
	acted := make(chan struct{})
	go func() {
		defer close(acted)
		<-enough
		if step.Meanwhile != nil && !p.act(ctx, i, step.Meanwhile.Process, target.ProcessOptions{}) {
			p.over = true // read when acted is closed
		}
	}()
	var acknowledged atomic.Int64
	var once sync.Once
	exchanges, err := inParallel(len(all), step.Lanes, func(n int) (transcript.Exchange, error) {
		about := about
		about.Copy = n + 1
		e, err := p.sender.Send(ctx, about, all[n], nil)
		if e.Answer.Status/100 == 2 && step.Meanwhile != nil && acknowledged.Add(1) >= int64(step.Meanwhile.After) {
			once.Do(func() { close(enough) })
		}
		return e, err
	})
	once.Do(func() { close(enough) })
	<-acted
	p.exchanges = append(p.exchanges, exchanges...)
	return err
}

// makeMany makes the deliveries of a step that sends many events.
func (p *player) makeMany(step scenarios.Step) ([]mockprovider.Delivery, error) {
	defer func() { p.number = 0 }()
	all := make([]mockprovider.Delivery, step.Times)
	for n := range all {
		p.number = n + 1
		d, err := p.delivery(step)
		if err != nil {
			return nil, err
		}
		all[n] = d
	}
	return all, nil
}

// inParallel does n things, so many at a time, and returns what came of each, in
// order. It waits for all; the error is the first in order.
func inParallel[T any](n, lanes int, do func(i int) (T, error)) ([]T, error) {
	results, errs := make([]T, n), make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(max(1, lanes), n) {
		wg.Go(func() {
			for i := range next {
				results[i], errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return results, cmp.Or(errs...)
}
