package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

// maxPhases bounds how many stretches a schedule has.
const maxPhases = 1000

// A scheduleKind is one way to say when deliveries go.
type scheduleKind struct {
	name  string
	given bool
	check func() error
}

func (s LoadSchedule) kinds() []scheduleKind {
	return []scheduleKind{
		{"constant", s.Constant != nil, s.Constant.check},
		{"ramp", s.Ramp != nil, s.Ramp.check},
		{"steps", s.Steps != nil, s.Steps.check},
		{"spike", s.Spike != nil, s.Spike.check},
		{"soak", s.Soak != nil, s.Soak.check},
		{"sine", s.Sine != nil, s.Sine.check},
		{"phases", s.Phases != nil, s.checkPhases},
	}
}

// Check finds what is missing in the schedule, or cannot be.
func (s LoadSchedule) Check() error {
	var kind *scheduleKind
	for _, k := range s.kinds() {
		switch {
		case k.given && kind != nil:
			return under(fmt.Errorf("schedule: both %s and %s; put them behind each other with phases", kind.name, k.name), k.name)
		case k.given:
			kind = &k
		}
	}
	if kind == nil {
		return errors.New("schedule is missing (write constant: {rate: 200/s, for: 5s}; or ramp, steps, spike, soak, sine, phases)")
	}
	if known := []string{string(EvenArrivals), string(PoissonArrivals)}; s.Arrivals != "" && !slices.Contains(known, string(s.Arrivals)) {
		return under(fmt.Errorf("schedule: %w", nearest.Unknown("arrivals", string(s.Arrivals), known)), "arrivals")
	}
	if err := kind.check(); err != nil {
		return under(fmt.Errorf("schedule: %s: %w", kind.name, err), kind.name)
	}
	switch d := s.Duration(); {
	case d > maxLoadTime:
		return under(fmt.Errorf("schedule: it takes %s; that is at most %s", d, maxLoadTime), kind.name)
	case s.Mass() > maxDeliveries:
		return under(fmt.Errorf("schedule: %s is more than %d deliveries", s, maxDeliveries), kind.name)
	case s.Peak() > maxRate:
		return under(fmt.Errorf("schedule: %.4g deliveries a second are more than %d", s.Peak(), maxRate), kind.name)
	}
	return nil
}

// rated asks for a rate under a key.
func rated(key string, r Rate) error {
	switch {
	case r == (Rate{}):
		return under(fmt.Errorf("%s is missing (write %s: 200/s)", key, key), key)
	case r.N < 1 || r.Per < 1:
		return under(fmt.Errorf("%s is %s; it is more than 0", key, r), key)
	}
	return nil
}

// timed asks for a time under a key. Its bound keeps sums of them in range.
func timed(key string, d mockprovider.Duration) error {
	if d <= 0 || time.Duration(d) > maxLoadTime {
		return under(fmt.Errorf("%s is %s; it is more than 0 and at most %s", key, d, maxLoadTime), key)
	}
	return nil
}

func (c *Constant) check() error { return cmp.Or(rated("rate", c.Rate), timed("for", c.For)) }

func (r *Ramp) check() error {
	return cmp.Or(rated("from", r.From), rated("to", r.To), timed("for", r.For))
}

func (s *Steps) check() error {
	if n := len(s.Rates); n < 1 || n > maxPhases {
		return under(fmt.Errorf("there are %d rates; write 1 to %d, such as rates: [100/s, 200/s]", n, maxPhases), "rates")
	}
	for i, r := range s.Rates {
		if err := rated("rates", r); err != nil {
			return under(err, "rates", strconv.Itoa(i))
		}
	}
	return timed("each", s.Each)
}

func (s *Spike) check() error {
	if err := cmp.Or(rated("base", s.Base), rated("peak", s.Peak), timed("after", s.After), timed("lasts", s.Lasts), timed("for", s.For)); err != nil {
		return err
	}
	if s.After+s.Lasts > s.For {
		return under(fmt.Errorf("after (%s) and lasts (%s) do not fit into for (%s)", s.After, s.Lasts, s.For), "for")
	}
	return nil
}

func (s *Soak) check() error {
	if err := cmp.Or(rated("rate", s.Rate), timed("for", s.For)); err != nil {
		return err
	}
	if s.Rise < 0 || s.Rise >= s.For {
		return under(fmt.Errorf("rise is %s; it is 0s or more, and shorter than for (%s)", s.Rise, s.For), "rise")
	}
	return nil
}

func (s *Sine) check() error {
	if err := cmp.Or(rated("mean", s.Mean), rated("swing", s.Swing), timed("period", s.Period), timed("for", s.For)); err != nil {
		return err
	}
	if s.Swing.PerSecond() > s.Mean.PerSecond() {
		return under(fmt.Errorf("swing is %s, more than the mean of %s", s.Swing, s.Mean), "swing")
	}
	return nil
}

func (s LoadSchedule) checkPhases() error {
	if n := len(s.Phases); n < 1 || n > maxPhases {
		return fmt.Errorf("there are %d; write 1 to %d, such as [{rate: 100/s, for: 10s}, {from: 100/s, to: 500/s, for: 30s}]", n, maxPhases)
	}
	for i, p := range s.Phases {
		if err := p.check(); err != nil {
			return under(fmt.Errorf("phase %d: %w", i+1, err), strconv.Itoa(i))
		}
	}
	return nil
}

func (p Phase) check() error {
	ramp := p.From != (Rate{}) || p.To != (Rate{})
	switch {
	case ramp && p.Rate != (Rate{}):
		return under(errors.New("both rate and from or to; give one"), "rate")
	case ramp:
		return cmp.Or(rated("from", p.From), rated("to", p.To), timed("for", p.For))
	}
	return cmp.Or(rated("rate", p.Rate), timed("for", p.For))
}
