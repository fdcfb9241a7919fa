package load

import (
	"context"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	// catchUp bounds how fast a schedule is played when it is behind: a
	// generator that stalled must not end in a burst nobody planned.
	catchUp = 1.5
	// slack is how late a delivery may be without being called behind, so
	// that waking up late does not lower the rate.
	slack = 5 * time.Millisecond
	// overtime is how long after its window a schedule that is behind is
	// still played. What is not sent by then is unsent.
	overtime = time.Second
)

// A pacer tells Vegeta when the next delivery goes. It waits itself, because
// Vegeta's own sleep cannot be stopped and is a millisecond off on Linux.
type pacer struct {
	ctx   context.Context
	plan  Schedule
	start func(time.Time)                            // told once when the run began
	wait  func(ctx context.Context, until time.Time) // until then, or until ctx ends
	begun time.Time
	paced time.Duration // not before then, by the limit on catching up
}

var _ vegeta.Pacer = (*pacer)(nil)

// Pace implements vegeta.Pacer; hits is the number of the next delivery.
func (p *pacer) Pace(elapsed time.Duration, hits uint64) (time.Duration, bool) {
	if p.begun.IsZero() {
		p.begun = time.Now().Add(-elapsed) // Vegeta keeps its own start to itself
		p.start(p.begun)
	}
	n := int(hits)
	if n >= p.plan.Len() {
		return 0, true
	}
	if due := p.due(n, elapsed); due > elapsed { // else the clock need not be read again
		p.wait(p.ctx, p.begun.Add(due))
		elapsed = time.Since(p.begun)
	}
	late := elapsed > p.plan.Duration()+overtime
	return 0, late || p.ctx.Err() != nil
}

// Rate implements vegeta.Pacer; only Vegeta's plots use it.
func (p *pacer) Rate(time.Duration) float64 {
	return float64(p.plan.Len()) / p.plan.Duration().Seconds()
}

// due is when delivery n may go: at its time, or later when the schedule is
// behind, because it is then played catchUp times as fast and no faster.
func (p *pacer) due(n int, now time.Duration) time.Duration {
	at := p.plan.At(n)
	if n > 0 {
		gap := at - p.plan.At(n-1)
		p.paced = max(p.paced+time.Duration(float64(gap)/catchUp), now-slack)
	}
	return max(at, p.paced)
}
