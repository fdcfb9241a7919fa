package scenarios

import (
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
		all := []Phase{{Rate: p.Base, For: p.After}, {Rate: p.Peak, For: p.Lasts}}
		if rest := p.For - p.After - p.Lasts; rest != 0 { // it may last to the end
			all = append(all, Phase{Rate: p.Base, For: rest})
		}
		return all
	case s.Soak != nil:
		level := Phase{Rate: s.Soak.Rate, For: s.Soak.For - s.Soak.Rise}
		if s.Soak.Rise == 0 {
			return []Phase{level}
		}
		return []Phase{{To: s.Soak.Rate, For: s.Soak.Rise}, level}
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

// PeakRate is the highest rate.
func (s LoadSchedule) PeakRate() (peak Rate) {
	if s.Sine != nil {
		return s.Sine.Mean.plus(s.Sine.Swing)
	}
	for _, p := range s.Stretches() {
		for _, r := range []Rate{p.Rate, p.From, p.To} {
			if r.PerSecond() > peak.PerSecond() {
				peak = r
			}
		}
	}
	return peak
}

// Peak is the highest rate, a second.
func (s LoadSchedule) Peak() float64 { return s.PeakRate().PerSecond() }

// Mass is the number of deliveries, before it is made whole.
func (s LoadSchedule) Mass() float64 { return s.MassUntil(s.Duration()) }

// MassUntil is the integral of the rate from the start to a time in the window.
func (s LoadSchedule) MassUntil(until time.Duration) float64 {
	if s.Sine != nil {
		w, t := 2*math.Pi/time.Duration(s.Sine.Period).Seconds(), until.Seconds()
		return s.Sine.Mean.PerSecond()*t + s.Sine.Swing.PerSecond()/w*(1-math.Cos(w*t))
	}
	mass := 0.0
	for _, p := range s.Stretches() {
		from, to := p.Ends()
		long := time.Duration(p.For)
		t := min(until, long)
		mass += (from + (to-from)*t.Seconds()/long.Seconds()/2) * t.Seconds()
		if until -= t; until <= 0 {
			break
		}
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
		if s.Soak.Rise == 0 {
			return fmt.Sprintf("soak %s for %s", s.Soak.Rate, s.Soak.For) + suffix
		}
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
