package load

import (
	"context"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	// slack is how late a delivery may be without being called behind, so
	// that waking up late does not lower the rate.
	slack = 5 * time.Millisecond
	// overtime is how long after its window a schedule that is behind is
	// still played. What is not sent by then is unsent.
	overtime = time.Second
)

// A pacer tells Vegeta when the next delivery goes, and puts it into jobs for
// whoever hits. It waits itself, because Vegeta's own sleep cannot be stopped
// and is a millisecond off on Linux.
type pacer struct {
	ctx     context.Context
	plan    *Plan
	resend  *resender // nil: nothing is sent again
	catchUp float64   // how much faster a schedule that is behind is played
	ceiling *ceiling  // the rate that nothing exceeds; nil: none
	jobs    chan job
	start   func(time.Time) // told once when the run began
	wait    waiter

	begun    time.Time
	n        int           // planned deliveries that went, or were given up
	paced    time.Duration // the next not before then, by the limit on catching up
	caughtUp int           // deliveries that went while the schedule was behind
}

// A waiter returns at a time, when ctx ends, or when wake says so.
type waiter func(ctx context.Context, until time.Time, wake <-chan struct{})

var _ vegeta.Pacer = (*pacer)(nil)

// Pace implements vegeta.Pacer.
func (p *pacer) Pace(elapsed time.Duration, _ uint64) (time.Duration, bool) {
	if p.begun.IsZero() {
		p.begun = time.Now().Add(-elapsed) // Vegeta keeps its own start to itself
		p.start(p.begun)
	}
	j, ok := p.next()
	if !ok {
		return 0, true
	}
	j = p.resend.take(j)
	p.ceiling.take(time.Since(p.begun))
	p.jobs <- j // there is room for as many as can be in flight
	return 0, false
}

// Rate implements vegeta.Pacer; only Vegeta's plots use it.
func (p *pacer) Rate(time.Duration) float64 { return p.plan.Rate() }

// next waits for the job that goes next: the planned one, or a retry that is
// due before it. It reports false at the end of both.
func (p *pacer) next() (job, bool) {
	for p.ctx.Err() == nil {
		now := time.Since(p.begun)
		if now > p.plan.Duration()+overtime {
			p.n = p.plan.Len() // what is left is unsent
		}
		j, at, ok := p.earliest(now)
		switch {
		case !ok && (p.resend == nil || p.resend.idle()):
			return j, false
		case now >= p.end():
			return j, false
		case !ok: // what is in flight may have to be sent again
			p.wait(p.ctx, p.begun.Add(p.end()), p.resend.wake)
		case at > now:
			p.wait(p.ctx, p.begun.Add(at), p.wakes())
		default:
			p.went(j, now)
			return j, true
		}
	}
	return job{}, false
}

// earliest is the job to go next, and when it may.
func (p *pacer) earliest(now time.Duration) (j job, at time.Duration, ok bool) {
	if p.n < p.plan.Len() {
		j, at, ok = job{n: p.n, attempt: 1, due: p.plan.At(p.n)}, p.due(p.n, now), true
	}
	if p.resend != nil {
		if again, waits := p.resend.next(); waits && (!ok || again.due < at) {
			j, at, ok = again, again.due, true
		}
	}
	return j, max(at, p.ceiling.free()), ok
}

// went notes that a job goes now.
func (p *pacer) went(j job, now time.Duration) {
	if j.attempt > 1 {
		return
	}
	p.paced = p.notBefore(p.n, now)
	p.n++
	if now-j.due > slack {
		p.caughtUp++
	}
}

// due is when planned delivery n may go: at its time, or later when the
// schedule is behind.
func (p *pacer) due(n int, now time.Duration) time.Duration {
	return max(p.plan.At(n), p.notBefore(n, now))
}

// notBefore bounds how fast a schedule that is behind is played: catchUp times
// as fast as it is meant, because a generator that stalled must not end in a
// burst that nobody planned.
func (p *pacer) notBefore(n int, now time.Duration) time.Duration {
	if n == 0 {
		return 0
	}
	gap := p.plan.At(n) - p.plan.At(n-1)
	return max(p.paced+time.Duration(float64(gap)/p.catchUp), now-slack)
}

// end is when even retries are no longer made.
func (p *pacer) end() time.Duration { return p.plan.Duration() + overtime + p.resend.grace() }

func (p *pacer) wakes() <-chan struct{} {
	if p.resend == nil {
		return nil
	}
	return p.resend.wake
}
