package load

import "time"

// A ceiling keeps everything that is sent, whether planned, caught up or sent
// again, under the rate that the receiver has granted. A nil one is none.
type ceiling struct {
	gap  time.Duration // between two deliveries, at least
	next time.Duration // the next one's place, since the run's start
}

// newCeiling returns the ceiling for a rate, in requests a minute. Where the
// plan leaves room it stays a little below: clocks are not exact, and deliveries
// are paced a moment before they are sent.
func newCeiling(granted, planned int) *ceiling {
	room := 3 + granted/10_000
	rate := max(1, planned, granted-room)
	return &ceiling{gap: (time.Minute + time.Duration(rate) - 1) / time.Duration(rate)}
}

// free is from when the next delivery may go, since the run's start.
func (c *ceiling) free() time.Duration {
	if c == nil {
		return 0
	}
	return c.next
}

// take takes the place of a delivery that goes now. Who comes a little late
// keeps his place, so that late wake-ups add up to no lag.
func (c *ceiling) take(now time.Duration) {
	if c != nil {
		c.next = max(c.next, now-slack) + c.gap
	}
}
