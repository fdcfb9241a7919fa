package scenarios

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// A LoadSchedule is exactly one kind of schedule with its parameters.
type LoadSchedule struct {
	Constant *Constant `yaml:"constant"`
	Ramp     *Ramp     `yaml:"ramp"`
	Steps    *Steps    `yaml:"steps"`
	Spike    *Spike    `yaml:"spike"`
	Soak     *Soak     `yaml:"soak"`
	Sine     *Sine     `yaml:"sine"`
	Phases   []Phase   `yaml:"phases"`
	Arrivals Arrivals  `yaml:"arrivals"`
}

// Arrivals says how deliveries follow each other at a rate.
type Arrivals string

const (
	EvenArrivals    Arrivals = "even"    // the default: evenly spaced
	PoissonArrivals Arrivals = "poisson" // independent of each other, as those of many producers are
)

// Constant is the schedule of one rate.
type Constant struct {
	Rate Rate                  `yaml:"rate"`
	For  mockprovider.Duration `yaml:"for"`
}

// Ramp is the schedule of a rate that grows, or falls, steadily.
type Ramp struct {
	From Rate                  `yaml:"from"`
	To   Rate                  `yaml:"to"`
	For  mockprovider.Duration `yaml:"for"`
}

// Steps is the schedule of several rates, each for the same time.
type Steps struct {
	Rates []Rate                `yaml:"rates"`
	Each  mockprovider.Duration `yaml:"each"`
}

// Spike is the schedule of one rate that jumps to another for a while.
type Spike struct {
	Base  Rate                  `yaml:"base"`
	Peak  Rate                  `yaml:"peak"`
	After mockprovider.Duration `yaml:"after"` // since the start
	Lasts mockprovider.Duration `yaml:"lasts"`
	For   mockprovider.Duration `yaml:"for"` // in all
}

// Soak is the schedule of one rate for a long time, risen to from nothing.
type Soak struct {
	Rate Rate                  `yaml:"rate"`
	Rise mockprovider.Duration `yaml:"rise"`
	For  mockprovider.Duration `yaml:"for"` // in all
}

// Sine is the schedule of a rate that swings around its mean.
type Sine struct {
	Mean   Rate                  `yaml:"mean"`
	Swing  Rate                  `yaml:"swing"` // to either side
	Period mockprovider.Duration `yaml:"period"`
	For    mockprovider.Duration `yaml:"for"`
}

// A Phase is one stretch of a schedule: a rate, or a rate that goes steadily
// from one to another.
type Phase struct {
	Rate Rate                  `yaml:"rate"`
	From Rate                  `yaml:"from"`
	To   Rate                  `yaml:"to"`
	For  mockprovider.Duration `yaml:"for"`
}

// Ends are the rates at the phase's start and at its end, a second.
func (p Phase) Ends() (from, to float64) {
	if p.Rate != (Rate{}) {
		return p.Rate.PerSecond(), p.Rate.PerSecond()
	}
	return p.From.PerSecond(), p.To.PerSecond()
}

// Stretches is the schedule as phases, one behind the other; nil for a sine,
// which is none.
func (s LoadSchedule) Stretches() []Phase {
	switch {
	case s.Constant != nil:
		return []Phase{{Rate: s.Constant.Rate, For: s.Constant.For}}
	case s.Ramp != nil:
		return []Phase{{From: s.Ramp.From, To: s.Ramp.To, For: s.Ramp.For}}
	case s.Steps != nil:
		var all []Phase
		for _, rate := range s.Steps.Rates {
			all = append(all, Phase{Rate: rate, For: s.Steps.Each})
		}
		return all
	case s.Spike != nil:
		p := s.Spike
		return []Phase{{Rate: p.Base, For: p.After}, {Rate: p.Peak, For: p.Lasts}, {Rate: p.Base, For: p.For - p.After - p.Lasts}}
	case s.Soak != nil:
		return []Phase{{To: s.Soak.Rate, For: s.Soak.Rise}, {Rate: s.Soak.Rate, For: s.Soak.For - s.Soak.Rise}}
	}
	return s.Phases
}

// Duration is the planned window.
func (s LoadSchedule) Duration() time.Duration {
	if s.Sine != nil {
		return time.Duration(s.Sine.For)
	}
	var total mockprovider.Duration
	for _, p := range s.Stretches() {
		total += p.For
	}
	return time.Duration(total)
}

// Peak is the highest rate, a second.
func (s LoadSchedule) Peak() float64 {
	if s.Sine != nil {
		return s.Sine.Mean.PerSecond() + s.Sine.Swing.PerSecond()
	}
	peak := 0.0
	for _, p := range s.Stretches() {
		from, to := p.Ends()
		peak = max(peak, from, to)
	}
	return peak
}

// Mass is the number of deliveries, before it is made whole.
func (s LoadSchedule) Mass() float64 {
	if s.Sine != nil {
		w := 2 * math.Pi / time.Duration(s.Sine.Period).Seconds()
		t := time.Duration(s.Sine.For).Seconds()
		return s.Sine.Mean.PerSecond()*t + s.Sine.Swing.PerSecond()/w*(1-math.Cos(w*t))
	}
	mass := 0.0
	for _, p := range s.Stretches() {
		from, to := p.Ends()
		mass += (from + to) / 2 * time.Duration(p.For).Seconds()
	}
	return mass
}

func (s LoadSchedule) String() string {
	suffix := ""
	if s.Arrivals == PoissonArrivals {
		suffix = ", Poisson arrivals"
	}
	switch {
	case s.Constant != nil:
		return fmt.Sprintf("constant %s for %s", s.Constant.Rate, s.Constant.For) + suffix
	case s.Ramp != nil:
		return fmt.Sprintf("ramp from %s to %s in %s", s.Ramp.From, s.Ramp.To, s.Ramp.For) + suffix
	case s.Steps != nil:
		return fmt.Sprintf("steps %s, each %s", rates(s.Steps.Rates), s.Steps.Each) + suffix
	case s.Spike != nil:
		return fmt.Sprintf("spike from %s to %s after %s for %s, %s in all", s.Spike.Base, s.Spike.Peak, s.Spike.After, s.Spike.Lasts, s.Spike.For) + suffix
	case s.Soak != nil:
		return fmt.Sprintf("soak %s for %s, risen to in %s", s.Soak.Rate, s.Soak.For, s.Soak.Rise) + suffix
	case s.Sine != nil:
		return fmt.Sprintf("sine of %s, %s to either side every %s, for %s", s.Sine.Mean, s.Sine.Swing, s.Sine.Period, s.Sine.For) + suffix
	}
	var parts []string
	for _, p := range s.Phases {
		parts = append(parts, p.String())
	}
	return strings.Join(parts, ", then ") + suffix
}

func (p Phase) String() string {
	if p.Rate != (Rate{}) {
		return fmt.Sprintf("%s for %s", p.Rate, p.For)
	}
	return fmt.Sprintf("%s to %s in %s", p.From, p.To, p.For)
}

func rates(list []Rate) string {
	var texts []string
	for _, r := range list {
		texts = append(texts, r.String())
	}
	return strings.Join(texts, ", ")
}

// kinds counts the kinds that are given.
func (s LoadSchedule) kinds() (n int) {
	for _, given := range []bool{
		s.Constant != nil, s.Ramp != nil, s.Steps != nil, s.Spike != nil, s.Soak != nil, s.Sine != nil, s.Phases != nil,
	} {
		if given {
			n++
		}
	}
	return n
}

func (s LoadSchedule) check() error {
	switch s.kinds() {
	case 0:
		return errors.New("schedule is missing (write constant: {rate: 200/s, for: 5s}; or ramp, steps, spike, soak, sine, phases)")
	case 1:
	default:
		return errors.New("schedule: more than one kind; put them behind each other with phases")
	}
	if s.Arrivals != "" && s.Arrivals != EvenArrivals && s.Arrivals != PoissonArrivals {
		return fmt.Errorf("schedule: arrivals is %q; it is even or poisson", s.Arrivals)
	}
	if err := s.checkKind(); err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	switch d := s.Duration(); {
	case d <= 0 || d > maxLoadTime:
		return fmt.Errorf("schedule: for is %s; it is more than 0 and at most %s", d, maxLoadTime)
	case s.Mass() > maxDeliveries:
		return fmt.Errorf("schedule: %s is more than %d deliveries", s, maxDeliveries)
	case s.Peak() > maxRate:
		return fmt.Errorf("schedule: %.4g deliveries a second are more than %d", s.Peak(), maxRate)
	}
	return nil
}

// checkKind finds what is missing or cannot be in the one kind that is given.
func (s LoadSchedule) checkKind() error {
	if p := s.Spike; p != nil && (p.After <= 0 || p.Lasts <= 0 || p.After+p.Lasts > p.For) {
		return fmt.Errorf("spike: after (%s) and lasts (%s) are more than 0 and fit into for (%s)", p.After, p.Lasts, p.For)
	}
	if p := s.Soak; p != nil && (p.Rise < 0 || p.Rise >= p.For) {
		return fmt.Errorf("soak: rise is %s; it is shorter than for (%s)", p.Rise, p.For)
	}
	if p := s.Sine; p != nil {
		return p.check()
	}
	if s.Steps != nil && len(s.Steps.Rates) == 0 {
		return errors.New("steps: rates is missing (write rates: [100/s, 200/s])")
	}
	for _, p := range s.Stretches() {
		if err := p.check(s.Soak != nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *Sine) check() error {
	switch {
	case p.Mean == (Rate{}) || p.Swing == (Rate{}):
		return errors.New("sine: mean and swing are rates, such as 200/s")
	case p.Swing.PerSecond() > p.Mean.PerSecond():
		return fmt.Errorf("sine: swing is %s, more than the mean of %s", p.Swing, p.Mean)
	case p.Period <= 0:
		return errors.New("sine: period is missing")
	}
	return nil
}

func (p Phase) check(rises bool) error {
	ramp := p.From != (Rate{}) || p.To != (Rate{})
	switch {
	case p.Rate != (Rate{}) && ramp:
		return fmt.Errorf("both rate and from or to; give one")
	case p.Rate == (Rate{}) && !ramp:
		return errors.New("rate is missing")
	case ramp && !rises && (p.From == (Rate{}) || p.To == (Rate{})):
		return errors.New("from and to are both given")
	case p.For < 0 || p.For == 0 && !rises:
		return fmt.Errorf("for is %s; it is more than 0", p.For)
	}
	return nil
}
