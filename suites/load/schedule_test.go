package load

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

func per(n int, unit time.Duration) scenarios.Rate { return scenarios.Rate{N: n, Per: unit} }

func long(d time.Duration) mockprovider.Duration { return mockprovider.Duration(d) }

func compiled(t testing.TB, s scenarios.LoadSchedule, seed int64) Schedule {
	t.Helper()
	c, err := compileSchedule(s, seed)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return c
}

func withPoisson(s scenarios.LoadSchedule) scenarios.LoadSchedule {
	s.Arrivals = scenarios.PoissonArrivals
	return s
}

// kindsOfSchedule holds one of every kind, and the corners of each.
var kindsOfSchedule = []scenarios.LoadSchedule{
	{Constant: &scenarios.Constant{Rate: perSecond(300), For: long(7 * time.Second)}},
	{Constant: &scenarios.Constant{Rate: per(7, time.Minute), For: long(2*time.Hour + 1)}},
	{Ramp: &scenarios.Ramp{From: perSecond(10), To: perSecond(990), For: long(6 * time.Second)}},
	{Ramp: &scenarios.Ramp{From: perSecond(2000), To: per(1, time.Hour), For: long(3 * time.Second)}},
	{Ramp: &scenarios.Ramp{From: perSecond(100), To: perSecond(100), For: long(3*time.Second + 1)}},
	{Ramp: &scenarios.Ramp{From: perSecond(999), To: perSecond(1000), For: long(5 * time.Second)}},
	{Steps: &scenarios.Steps{Rates: []scenarios.Rate{perSecond(100), perSecond(333), per(50, time.Minute)}, Each: long(1500 * time.Millisecond)}},
	{Spike: &scenarios.Spike{Base: perSecond(50), Peak: perSecond(1500), After: long(2 * time.Second), Lasts: long(time.Second), For: long(5 * time.Second)}},
	{Spike: &scenarios.Spike{Base: perSecond(50), Peak: perSecond(100), After: long(2 * time.Second), Lasts: long(time.Second), For: long(3 * time.Second)}},
	{Soak: &scenarios.Soak{Rate: perSecond(200), Rise: long(4 * time.Second), For: long(10 * time.Second)}},
	{Soak: &scenarios.Soak{Rate: perSecond(200), For: long(3 * time.Second)}},
	{Sine: &scenarios.Sine{Mean: perSecond(200), Swing: perSecond(150), Period: long(2 * time.Second), For: long(7 * time.Second)}},
	{Sine: &scenarios.Sine{Mean: perSecond(300), Swing: perSecond(300), Period: long(900 * time.Millisecond), For: long(2500 * time.Millisecond)}},
	{Sine: &scenarios.Sine{Mean: per(100, time.Hour), Swing: per(1, time.Hour), Period: long(time.Hour), For: long(100 * time.Hour)}},
	{Phases: []scenarios.Phase{
		{Rate: perSecond(3), For: long(time.Second / 2)}, {From: perSecond(3), To: perSecond(900), For: long(time.Second)},
		{Rate: perSecond(900), For: long(time.Second)}, {From: perSecond(900), To: perSecond(1), For: long(2 * time.Second)},
	}},
}

// every calls f with every kind of schedule, even and Poisson.
func every(t *testing.T, f func(t *testing.T, said scenarios.LoadSchedule, s Schedule)) {
	for _, said := range kindsOfSchedule {
		t.Run(said.String(), func(t *testing.T) { f(t, said, compiled(t, said, 1)) })
		said = withPoisson(said)
		t.Run(said.String(), func(t *testing.T) { f(t, said, compiled(t, said, 1)) })
	}
}

func TestEverySchedule(t *testing.T) {
	every(t, func(t *testing.T, said scenarios.LoadSchedule, s Schedule) {
		if s.String() != said.String() || s.Duration() != said.Duration() {
			t.Errorf("%s in %s, of %s in %s", s, s.Duration(), said, said.Duration())
		}
		if mass := said.Mass(); float64(s.Len()) < mass-1e-6 || float64(s.Len()) >= mass+1+1e-6 {
			t.Errorf("%d deliveries of a mass of %v", s.Len(), mass)
		}
		if said.Arrivals != scenarios.PoissonArrivals && s.At(0) != 0 {
			t.Errorf("the first is at %s", s.At(0))
		}
		last := time.Duration(0)
		for n := range s.Len() {
			at := s.At(n)
			if at < last || at >= s.Duration() {
				t.Fatalf("%d is at %s, the one before at %s, the end at %s", n, at, last, s.Duration())
			}
			last = at
		}
	})
}

// rateAt integrates what a schedule says by hand, in small steps.
func integral(s scenarios.LoadSchedule, until time.Duration) float64 {
	if c := s.Sine; c != nil {
		w, t := 2*math.Pi/time.Duration(c.Period).Seconds(), until.Seconds()
		return c.Mean.PerSecond()*t + c.Swing.PerSecond()/w*(1-math.Cos(w*t))
	}
	sum := 0.0
	for _, p := range s.Stretches() {
		from, to := p.Ends()
		long := time.Duration(p.For)
		t := min(until, long).Seconds()
		if long > 0 {
			sum += from*t + (to-from)*t*t/long.Seconds()/2
		}
		if until -= long; until <= 0 {
			break
		}
	}
	return sum
}

// In every window there are as many deliveries as the rate has integral, and one
// more or less.
func TestEvenArrivalsFollowTheRate(t *testing.T) {
	for _, said := range kindsOfSchedule {
		s := compiled(t, said, 1)
		for i := range 200 {
			until := s.Duration() * time.Duration(i) / 200
			if got, want := before(s, until), integral(said, until); math.Abs(float64(got)-want-0.5) > 0.5001 {
				t.Errorf("%s: %d until %s, integral %v", said, got, until, want)
			}
		}
	}
}

func TestScheduleTimes(t *testing.T) {
	tests := []struct {
		schedule scenarios.LoadSchedule
		count    int
		at       map[int]time.Duration
	}{
		// t²/2·100 = n: from 0 to 100/s in a second would be 50 in it.
		{scenarios.LoadSchedule{Soak: &scenarios.Soak{Rate: perSecond(100), Rise: long(time.Second), For: long(2 * time.Second)}}, 150,
			map[int]time.Duration{0: 0, 2: 200 * time.Millisecond, 8: 400 * time.Millisecond, 50: time.Second, 51: 1010 * time.Millisecond, 149: 1990 * time.Millisecond}},
		// 10t + 5t² = n: √(100+20n) − 10 over 10.
		{scenarios.LoadSchedule{Ramp: &scenarios.Ramp{From: perSecond(10), To: perSecond(20), For: long(time.Second)}}, 15,
			map[int]time.Duration{0: 0, 1: 95445115, 10: 732050807, 14: 949358868}},
		// The same from its end: 20t − 5t² = n.
		{scenarios.LoadSchedule{Ramp: &scenarios.Ramp{From: perSecond(20), To: perSecond(10), For: long(time.Second)}}, 15,
			map[int]time.Duration{0: 0, 5: 267949192, 14: 904554884}},
		// 150, then 600.
		{scenarios.LoadSchedule{Steps: &scenarios.Steps{Rates: []scenarios.Rate{perSecond(100), perSecond(300)}, Each: long(1500 * time.Millisecond)}}, 600,
			map[int]time.Duration{149: 1490 * time.Millisecond, 150: 1500 * time.Millisecond, 151: 1503333333, 599: 2996666666}},
		// A stretch begins in the middle between two deliveries: 1.5 by then, and the next half is played twice as fast.
		{scenarios.LoadSchedule{Steps: &scenarios.Steps{Rates: []scenarios.Rate{perSecond(1), perSecond(2)}, Each: long(1500 * time.Millisecond)}}, 5,
			map[int]time.Duration{1: time.Second, 2: 1750 * time.Millisecond, 4: 2750 * time.Millisecond}},
		{scenarios.LoadSchedule{Spike: &scenarios.Spike{Base: perSecond(10), Peak: perSecond(100), After: long(time.Second), Lasts: long(time.Second), For: long(3 * time.Second)}}, 120,
			map[int]time.Duration{9: 900 * time.Millisecond, 10: time.Second, 11: 1010 * time.Millisecond, 110: 2 * time.Second, 111: 2100 * time.Millisecond}},
		// Whole periods hold the mean; half a period holds mean/2 + swing/π·period.
		{scenarios.LoadSchedule{Sine: &scenarios.Sine{Mean: perSecond(100), Swing: perSecond(50), Period: long(2 * time.Second), For: long(4 * time.Second)}}, 400,
			map[int]time.Duration{0: 0, 200: 2 * time.Second}},
		// An exact number of deliveries in each of many periods of a rate that is no binary fraction.
		{scenarios.LoadSchedule{Sine: &scenarios.Sine{Mean: per(100, time.Hour), Swing: per(99, time.Hour), Period: long(time.Hour), For: long(100 * time.Hour)}}, 10_000,
			map[int]time.Duration{100: time.Hour, 4700: 47 * time.Hour, 9900: 99 * time.Hour}},
		// A week's ramp at a few an hour is exact, too: 1.5 in the middle of the first hour pair.
		{scenarios.LoadSchedule{Ramp: &scenarios.Ramp{From: per(100, time.Hour), To: per(100, time.Hour), For: long(168 * time.Hour)}}, 16_800,
			map[int]time.Duration{1: 36 * time.Second, 16_799: 168*time.Hour - 36*time.Second}},
	}
	for _, tt := range tests {
		s := compiled(t, tt.schedule, 1)
		if s.Len() != tt.count {
			t.Errorf("%s: %d deliveries, want %d", s, s.Len(), tt.count)
		}
		for n, want := range tt.at {
			if got := s.At(n); got != want {
				t.Errorf("%s: %d is at %s (%d), want %s", s, n, got, got, want)
			}
		}
	}
}

// Stretches of one rate are the constant schedule to the nanosecond, however
// they are cut.
func TestStretchesOfOneRateAreConstant(t *testing.T) {
	for _, r := range []scenarios.Rate{perSecond(3), per(7, time.Minute), per(1001, time.Hour), perSecond(77_777)} {
		whole := Constant{r, 1200*time.Second + 3}
		cut := compiled(t, scenarios.LoadSchedule{Phases: []scenarios.Phase{
			{Rate: r, For: long(100*time.Second + 1)}, {Rate: r, For: long(1)}, {From: r, To: r, For: long(1100*time.Second + 1)},
		}}, 1)
		if cut.Len() != whole.Len() {
			t.Errorf("%s: %d and %d", r, cut.Len(), whole.Len())
		}
		for n := 0; n < whole.Len(); n += 1 + whole.Len()/100_000 {
			if cut.At(n) != whole.At(n) {
				t.Fatalf("%s: %d is at %s and at %s", r, n, cut.At(n), whole.At(n))
			}
		}
	}
}

// The largest that the language allows stays in order, at its end, too.
func TestLongestSchedules(t *testing.T) {
	week := long(7 * 24 * time.Hour)
	for _, s := range []scenarios.LoadSchedule{
		{Ramp: &scenarios.Ramp{From: per(1, time.Hour), To: perSecond(660), For: week}},
		{Ramp: &scenarios.Ramp{From: perSecond(660), To: per(1, time.Hour), For: week}},
		{Ramp: &scenarios.Ramp{From: perSecond(1_000_000), To: per(1, time.Hour), For: long(399 * time.Second)}},
		{Sine: &scenarios.Sine{Mean: perSecond(330), Swing: perSecond(330), Period: week, For: week}},
		{Sine: &scenarios.Sine{Mean: perSecond(500_000), Swing: perSecond(500_000), Period: long(399 * time.Second), For: long(399 * time.Second)}},
	} {
		for _, s := range []Schedule{compiled(t, s, 1), compiled(t, withPoisson(s), 1)} {
			for _, from := range []int{0, s.Len() / 2, s.Len() * 3 / 4, s.Len() - 5000} {
				for n := from; n < from+4999; n++ {
					if a, b := s.At(n), s.At(n+1); a > b || b >= s.Duration() {
						t.Fatalf("%s: %d is at %s, the next at %s", s, n, a, b)
					}
				}
			}
		}
	}
}

func TestScheduleIsRefused(t *testing.T) {
	tests := []struct {
		schedule scenarios.LoadSchedule
		want     string
	}{
		{scenarios.LoadSchedule{}, "no schedule"},
		{scenarios.LoadSchedule{Phases: []scenarios.Phase{{}}}, "rate is missing"},
		{scenarios.LoadSchedule{Ramp: &scenarios.Ramp{From: per(1, 7*time.Second), To: perSecond(1), For: long(time.Second)}}, "an hour is no multiple of 7s"},
		{scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(1), For: -1}}, "for is -1ns"},
	}
	for _, tt := range tests {
		if s, err := compileSchedule(tt.schedule, 1); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", s, err, tt.want)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	minutes := long(10 * time.Minute) // 3 million
	for name, s := range map[string]scenarios.LoadSchedule{
		"constant": {Constant: &scenarios.Constant{Rate: perSecond(5000), For: minutes}},
		"ramp":     {Ramp: &scenarios.Ramp{From: perSecond(100), To: perSecond(9900), For: minutes}},
		"fall":     {Ramp: &scenarios.Ramp{From: perSecond(9900), To: perSecond(100), For: minutes}},
		"steps":    {Steps: &scenarios.Steps{Rates: []scenarios.Rate{perSecond(2500), perSecond(7500)}, Each: minutes / 2}},
		"sine":     {Sine: &scenarios.Sine{Mean: perSecond(5000), Swing: perSecond(4000), Period: long(time.Minute), For: minutes}},
	} {
		for suffix, s := range map[string]scenarios.LoadSchedule{"": s, "/poisson": withPoisson(s)} {
			b.Run(name+suffix, func(b *testing.B) {
				c := compiled(b, s, 1)
				b.ReportAllocs()
				n, sum := 0, time.Duration(0)
				for b.Loop() {
					sum += c.At(n)
					if n++; n == c.Len() {
						n = 0
					}
				}
				if sum == 0 {
					b.Error("no time passed")
				}
			})
		}
	}
}
