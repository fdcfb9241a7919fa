package conformance

import (
	"math"
	"time"
)

// A search finds, by bisection, the largest distance that is accepted, in whole
// seconds. It is told what became of each distance that it asks for.
type search struct {
	from, to time.Duration
	// declared is where the limit is said to be: it is tried around there first.
	declared          time.Duration
	accepted, refused time.Duration // the largest and the smallest so far; 0: none
}

// around is how far beside the declared limit nobody disagrees about it.
const around = 2 * time.Second

// next is the distance to try, unless the limit is known well enough.
func (s *search) next() (time.Duration, bool) {
	switch {
	case s.accepted == 0 && s.refused == 0:
		return s.from, true
	case s.accepted == 0:
		return 0, false // not even the shortest is accepted
	case s.refused == 0:
		return s.to, s.accepted < s.to
	case s.refused-s.accepted <= s.fine():
		return 0, false
	}
	for _, near := range []time.Duration{s.declared - around, s.declared + around} {
		if s.declared > 0 && s.accepted < near && near < s.refused {
			return near, true
		}
	}
	return s.middle(), true
}

// fine is how exact the limit gets: a second, and half a percent where it is far.
func (s *search) fine() time.Duration {
	return max(time.Second, (s.accepted / 200).Truncate(time.Second))
}

// middle halves what is open: by its logarithm where it spans several orders.
func (s *search) middle() time.Duration {
	if s.refused > 2*s.accepted {
		return time.Duration(math.Sqrt(s.accepted.Seconds()*s.refused.Seconds())) * time.Second
	}
	return (s.accepted + (s.refused-s.accepted)/2).Truncate(time.Second)
}

func (s *search) note(distance time.Duration, accepted bool) {
	switch {
	case accepted:
		s.accepted = max(s.accepted, distance)
	case s.refused == 0 || distance < s.refused:
		s.refused = distance
	}
}
