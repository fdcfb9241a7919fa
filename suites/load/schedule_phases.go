package load

import (
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// phased is a schedule of stretches, in each of which the rate is constant or
// changes steadily. Delivery n starts when the integral of the rate reaches n,
// to the nanosecond.
type phased struct {
	text      string
	stretches []stretch
	total     mass
	window    time.Duration
}

// A stretch is a part of a phased schedule. Its rates are deliveries an hour.
type stretch struct {
	from, to     uint64
	begins, long time.Duration
	before, own  mass // of all stretches before it, and its own
}

var _ base = (*phased)(nil)

// newPhased compiles a schedule that has stretches.
func newPhased(s scenarios.LoadSchedule) (*phased, error) {
	p := &phased{text: s.String()}
	for _, phase := range s.Stretches() {
		from, to := phase.From, phase.To
		if phase.Rate != (scenarios.Rate{}) {
			from, to = phase.Rate, phase.Rate
		}
		a, err := hourly(from)
		if err != nil {
			return nil, err
		}
		b, err := hourly(to)
		if err != nil {
			return nil, err
		}
		long := time.Duration(phase.For)
		own := product(a+b, uint64(long))
		p.stretches = append(p.stretches, stretch{from: a, to: b, begins: p.window, long: long, before: p.total, own: own})
		p.total, p.window = p.total.plus(own), p.window+long
	}
	return p, nil
}

// hourly is a rate by the hour; 0 for none.
func hourly(r scenarios.Rate) (uint64, error) {
	if r == (scenarios.Rate{}) {
		return 0, nil
	}
	if r.Per <= 0 || time.Hour%r.Per != 0 {
		return 0, fmt.Errorf("rate %s: an hour is no multiple of %s", r, r.Per)
	}
	return uint64(r.N) * uint64(time.Hour/r.Per), nil
}

func (p *phased) String() string { return p.text }

// Len is the number of starts in the window: the mass, rounded up, because the
// first is at its very beginning.
func (p *phased) Len() int {
	return int(p.total.plus(mass{0, massOfOne - 1}).over(massOfOne))
}

func (p *phased) Duration() time.Duration { return p.window }

func (p *phased) At(n int) time.Duration { return p.reached(product(uint64(n), massOfOne)) }

// at implements base.
func (p *phased) at(share uint64) time.Duration { return p.reached(p.total.part(share)) }

// reached is when the integral of the rate reaches m, which is less than all.
func (p *phased) reached(m mass) time.Duration {
	next := sort.Search(len(p.stretches), func(i int) bool { return m.less(p.stretches[i].before) })
	s := &p.stretches[next-1]
	return s.begins + s.reached(m.minus(s.before))
}

// reached is when m of the stretch's own mass is reached, since it began.
func (s *stretch) reached(m mass) time.Duration {
	long := uint64(s.long)
	switch {
	case s.from == s.to:
		return time.Duration(m.over(2 * s.from))
	case s.from < s.to:
		return time.Duration(climb(s.from, s.to, long, m.times(long)))
	}
	// Seen from its end a fall is a climb, and nothing cancels there. What is
	// rounded down from the start is rounded up from the end.
	rest := s.own.minus(m).times(long)
	return time.Duration(long - 1 - climb(s.to, s.from, long, rest.minus(mass{0, 1})))
}

// climb is the greatest t < long at which 2·from·t·long + (to−from)·t² ≤ limit:
// how long a rate that grows from one to the other takes, where limit is the
// wanted mass times long.
func climb(from, to, long uint64, limit mass) uint64 {
	reaches := func(t uint64) bool {
		return !limit.less(product(2*from, t).times(long).plus(product(to-from, t).times(t)))
	}
	// The root in the form that does not cancel, then to the nanosecond.
	a, s := 2*float64(from), float64(to-from)/float64(long)
	m := limit.float() / float64(long)
	t := uint64(0)
	if m > 0 {
		t = min(uint64(2*m/(a+math.Sqrt(a*a+4*s*m))), long-1)
	}
	for t > 0 && !reaches(t) {
		t--
	}
	for t < long-1 && reaches(t+1) {
		t++
	}
	return t
}
