package scenarios

import (
	"fmt"
	"math"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// Override returns the scenario with another highest rate or duration; zero
// keeps what the scenario says. The schedule keeps its shape.
func (s LoadScenario) Override(peak Rate, d time.Duration) (LoadScenario, error) {
	if err := s.Schedule.Check(); err != nil {
		return s, err
	}
	if d < 0 {
		return s, fmt.Errorf("schedule: for is %s; it is more than 0", d)
	}
	faster, longer := 1.0, 1.0
	if peak != (Rate{}) {
		faster = peak.PerSecond() / s.Schedule.Peak()
	}
	if d != 0 {
		longer = float64(d) / float64(s.Schedule.Duration())
	}
	s.Changed = changed(peak, d)
	s.Schedule = s.Schedule.scaled(scaler{faster, longer})
	if c := s.Schedule.Constant; c != nil { // to the letter
		if peak != (Rate{}) {
			c.Rate = peak
		}
		if d != 0 {
			c.For = mockprovider.Duration(d)
		}
	}
	return s, s.check()
}

// changed is Override as flags of the command line.
func changed(peak Rate, d time.Duration) (flags string) {
	if peak != (Rate{}) {
		flags += " --rate " + peak.String()
	}
	if d != 0 {
		flags += " --for " + d.String()
	}
	return flags
}

// A scaler multiplies rates and durations.
type scaler struct{ faster, longer float64 }

// rate keeps rates whole, in the largest unit in which that is off by no more
// than a thousandth.
func (s scaler) rate(r Rate) Rate {
	if s.faster == 1 || r == (Rate{}) {
		return r
	}
	wanted := r.PerSecond() * s.faster
	for _, per := range []time.Duration{time.Second, time.Minute, time.Hour} {
		n := math.Round(wanted * per.Seconds())
		if n >= 1 && (math.Abs(n/(wanted*per.Seconds())-1) <= 0.001 || per == time.Hour) {
			return Rate{int(n), per}
		}
	}
	return Rate{1, time.Hour}
}

func (s scaler) time(d mockprovider.Duration) mockprovider.Duration {
	return mockprovider.Duration(math.Round(float64(d) * s.longer))
}

// scaled shares nothing with the schedule it came from.
func (s LoadSchedule) scaled(by scaler) LoadSchedule {
	out := LoadSchedule{Arrivals: s.Arrivals}
	switch {
	case s.Constant != nil:
		out.Constant = &Constant{by.rate(s.Constant.Rate), by.time(s.Constant.For)}
	case s.Ramp != nil:
		out.Ramp = &Ramp{by.rate(s.Ramp.From), by.rate(s.Ramp.To), by.time(s.Ramp.For)}
	case s.Steps != nil:
		out.Steps = &Steps{Each: by.time(s.Steps.Each)}
		for _, r := range s.Steps.Rates {
			out.Steps.Rates = append(out.Steps.Rates, by.rate(r))
		}
	case s.Spike != nil:
		p, after, all := s.Spike, by.time(s.Spike.After), by.time(s.Spike.For)
		lasts := min(by.time(p.Lasts), all-after) // both may have been rounded up
		out.Spike = &Spike{by.rate(p.Base), by.rate(p.Peak), after, lasts, all}
	case s.Soak != nil:
		out.Soak = &Soak{by.rate(s.Soak.Rate), by.time(s.Soak.Rise), by.time(s.Soak.For)}
	case s.Sine != nil:
		p := s.Sine
		out.Sine = &Sine{by.rate(p.Mean), by.rate(p.Swing), by.time(p.Period), by.time(p.For)}
		if out.Sine.Swing.PerSecond() > out.Sine.Mean.PerSecond() { // by being made whole
			out.Sine.Swing = out.Sine.Mean
		}
	}
	var end mockprovider.Duration // phases end where they end together, so that no rounding adds up
	for _, p := range s.Phases {
		begin := end
		end += p.For
		out.Phases = append(out.Phases, Phase{by.rate(p.Rate), by.rate(p.From), by.rate(p.To), by.time(end) - by.time(begin)})
	}
	return out
}
