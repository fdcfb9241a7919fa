package endpoint

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	spreadLeast = 20 * time.Millisecond
	spreadMean  = 60 * time.Millisecond // of what comes on top

	// StallEvery, StallFor and StallBase say how /stalling answers: StallBase
	// after a delivery was read, or after the stall that it fell into.
	StallEvery = 10 * time.Second
	StallFor   = time.Second
	StallBase  = 50 * time.Millisecond
)

// delays keeps deliveries waiting.
type delays struct {
	begun time.Time
	n     atomic.Uint64
}

func (d *delays) spread(time.Time) { time.Sleep(spreadOf(d.n.Add(1))) }

// spreadOf is the delay of the n-th delivery. The golden ratio's multiples fill
// (0, 1) evenly, so that any stretch of deliveries shows the whole distribution.
func spreadOf(n uint64) time.Duration {
	_, u := math.Modf(float64(n) * (math.Phi - 1))
	return spreadLeast + time.Duration(-math.Log1p(-u)*float64(spreadMean))
}

func (d *delays) stalling(read time.Time) {
	time.Sleep(stallLeft(read.Sub(d.begun)) + StallBase)
}

// stallLeft is how long the stall lasts that a delivery falls into, or 0.
func stallLeft(at time.Duration) time.Duration {
	return max(0, StallFor-at%StallEvery)
}

// StalledQuantile is the response time of /stalling that a share q of all
// deliveries keeps to, when they are sent evenly over whole periods whatever
// the receiver does: every tenth falls into a stall, anywhere in it. base is
// what StallBase was in truth, because a sleep ends late.
func StalledQuantile(q float64, base time.Duration) time.Duration {
	stalled := float64(StallFor) / float64(StallEvery)
	if q <= 1-stalled {
		return base
	}
	return base + time.Duration((q-(1-stalled))/stalled*float64(StallFor))
}
