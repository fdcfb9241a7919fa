package load

import "github.com/hookassay/hookassay/reports"

// An expectation is what the effects of the event that a delivery carries
// should be.
type expectation uint8

const (
	once         expectation = iota // exactly one once it is acknowledged, and before that one at most
	oneAtMost                       // it is the receiver's own matter whether there is one
	noneOfForged                    // none
	noneOfStale                     // none
	ofAnother                       // the event is another delivery's, and counted there
)

// expectationOf is what a class of deliveries calls for.
func expectationOf(c Class) expectation {
	switch c {
	case Duplicate, Racing, Retry:
		return ofAnother
	case Forged:
		return noneOfForged
	case Stale:
		return noneOfStale
	case Malformed, UnknownType:
		return oneAtMost
	}
	return once
}

// A tale is what was seen of one event.
type tale struct {
	expectation
	acked     bool
	awaited   bool // it was acknowledged and should have an effect
	low, high int  // the fewest and the most effects that any probe saw
}

// count adds an event to the equation, and reports whether it breaks it.
func (t tale) count(c *reports.Completeness) bool {
	wrong := t.high > 1
	if wrong {
		c.Doubled++
	}
	switch {
	case t.expectation == noneOfForged && t.high > 0:
		c.Forged++
		return true
	case t.expectation == noneOfStale && t.high > 0:
		c.Stale++
		return true
	case t.expectation != once:
	case t.awaited:
		c.Acked++
		if t.low == 0 {
			c.Lost++
			return true
		}
		if t.high == 1 {
			c.Once++
		}
	case !t.acked:
		c.Unacked++
		if t.high > 0 {
			c.UnackedEffect++
		}
	default:
		c.AckedIdle++
	}
	return wrong
}
