package load

import (
	"errors"
	"fmt"
	"math/bits"
	"sort"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// A Schedule says when each delivery is meant to start. It is immutable and
// holds no list: every time has a closed form.
type Schedule interface {
	fmt.Stringer
	// Len is the number of deliveries.
	Len() int
	// At is the intended start of delivery n, 0 ≤ n < Len, since the run's
	// start. It never decreases.
	At(n int) time.Duration
	// Duration is the planned window; every At lies in [0, Duration).
	Duration() time.Duration
}

// Constant is the schedule of N deliveries in every Per, evenly spaced.
type Constant struct {
	Rate scenarios.Rate
	For  time.Duration
}

var _ Schedule = Constant{}

func (c Constant) String() string { return fmt.Sprintf("constant %s for %s", c.Rate, c.For) }

// Len is the number of starts in [0, For).
func (c Constant) Len() int {
	hi, lo := bits.Mul64(uint64(c.For), uint64(c.Rate.N))
	lo, carry := bits.Add64(lo, uint64(c.Rate.Per)-1, 0) // round up: a start at the very end is outside
	n, _ := bits.Div64(hi+carry, lo, uint64(c.Rate.Per))
	return int(n)
}

// At is n·Per/N, in 128 bits, so that no error adds up.
func (c Constant) At(n int) time.Duration {
	hi, lo := bits.Mul64(uint64(n), uint64(c.Rate.Per))
	at, _ := bits.Div64(hi, lo, uint64(c.Rate.N))
	return time.Duration(at)
}

// Duration is For.
func (c Constant) Duration() time.Duration { return c.For }

// before is the number of deliveries that are meant to start at t or earlier.
func before(s Schedule, t time.Duration) int {
	return sort.Search(s.Len(), func(n int) bool { return s.At(n) > t })
}

// compileSchedule makes a schedule of what a scenario says. The seed decides
// where Poisson arrivals fall, and nothing else.
func compileSchedule(s scenarios.LoadSchedule, seed int64) (Schedule, error) {
	if s.Sine == nil && len(s.Stretches()) == 0 {
		return nil, errors.New("the scenario has no schedule")
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	random := s.Arrivals == scenarios.PoissonArrivals
	if s.Constant != nil && !random {
		return Constant{Rate: s.Constant.Rate, For: time.Duration(s.Constant.For)}, nil
	}
	b, err := compileBase(s)
	if err != nil || !random {
		return b, err
	}
	return newPoisson(b, seed), nil
}

func compileBase(s scenarios.LoadSchedule) (base, error) {
	if s.Sine != nil {
		return newSine(s), nil
	}
	return newPhased(s)
}
