package conformance

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// retry delivers those events of a label that were not acknowledged, as a
// producer does. Every attempt is recorded; the last one is graded.
func (p *player) retry(ctx context.Context, step scenarios.Step, about transcript.Exchange) error {
	var left []string
	var copies []int
	for n, name := range p.namesOf(step.Retry) {
		if !p.acknowledged(p.last[name].SentID) {
			left, copies = append(left, name), append(copies, n+1)
		}
	}
	exchanges, err := inParallel(len(left), step.Lanes, func(i int) (transcript.Exchange, error) {
		about := about
		about.Copy = copies[i]
		return p.untilAcknowledged(ctx, left[i], about)
	})
	p.exchanges = append(p.exchanges, exchanges...)
	return err
}

// acknowledged reports whether any attempt of the event was answered 2xx.
func (p *player) acknowledged(id string) bool {
	for _, e := range p.exchanges {
		if e.EventID == id && e.Answer.Status/100 == 2 {
			return true
		}
	}
	return false
}

// retryWithin is what a producer's schedule of days is compressed to; what a
// receiver asks for comes on top.
const retryWithin = 4 * time.Second

// untilAcknowledged makes one attempt of an event after the other, by the
// scheme's schedule, and returns the last.
func (p *player) untilAcknowledged(ctx context.Context, name string, about transcript.Exchange) (transcript.Exchange, error) {
	policy := p.sender.Target.Scheme.RetryPolicy()
	retries := mockprovider.Retries{
		Policy: policy, Seed: p.seed, Compress: policy.CompressTo(retryWithin), Longest: target.MaxRetryAfter,
	}
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		p.supervisor.supervise(ctx)
		d, err := p.attemptOf(name)
		if err != nil {
			return about, err
		}
		e, err := p.sender.Send(ctx, about, d, nil)
		if err != nil {
			return e, err
		}
		asked, _ := headerOf(numbered{Exchange: e}, "Retry-After")
		next := retries.Next(mockprovider.Attempt{
			Key: name, Number: try, Status: e.Answer.Status, RetryAfter: asked, At: time.Now(),
		})
		if !next.Again {
			return e, nil
		}
		if err := target.Pause(ctx, next.Wait); err != nil {
			return e, err
		}
	}
}
