package load

import (
	"sync"
	"time"
)

// A ceiling keeps everything that is sent, whether planned, caught up or sent
// again, under the rate that the receiver has granted. It may be used
// concurrently.
type ceiling struct {
	gap time.Duration // between two deliveries, at least

	mu   sync.Mutex
	next time.Duration // since the run's start
}

// newCeiling returns the ceiling for a rate, in requests a minute. Where the
// plan leaves room it stays a little below: clocks are not exact, and deliveries
// are paced a moment before they are sent.
func newCeiling(granted, planned int) *ceiling {
	room := 3 + granted/10_000
	rate := max(1, planned, granted-room)
	return &ceiling{gap: (time.Minute + time.Duration(rate) - 1) / time.Duration(rate)}
}

// take returns when the next delivery may be sent, since the run's start, and
// takes that place: now, or later. Who comes a little late keeps his place, so
// that late wake-ups add up to no lag.
func (c *ceiling) take(now time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	place := max(c.next, now-slack)
	c.next = place + c.gap
	return max(place, now)
}
