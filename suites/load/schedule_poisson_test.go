package load

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// distance is the Kolmogorov–Smirnov statistic of values against a distribution
// function. Above 1.63/√n, samples of it lie once in a hundred.
func distance(values []float64, cdf func(float64) float64) float64 {
	slices.Sort(values)
	worst, n := 0.0, float64(len(values))
	for i, v := range values {
		f := cdf(v)
		worst = max(worst, f-float64(i)/n, float64(i+1)/n-f)
	}
	return worst
}

func TestPoissonGapsAreExponential(t *testing.T) {
	const n = 100_000
	for seed := range int64(3) {
		s := compiled(t, withPoisson(scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(1000), For: long(100 * time.Second)}}), seed)
		if s.Len() != n {
			t.Fatalf("%d deliveries", s.Len())
		}
		gaps, last := make([]float64, n), time.Duration(0)
		for i := range gaps {
			at := s.At(i)
			gaps[i], last = (at - last).Seconds(), at
		}
		neighbours := 0.0
		for i := range n - 1 {
			neighbours += (gaps[i]*1000 - 1) * (gaps[i+1]*1000 - 1)
		}
		if r := neighbours / n; math.Abs(r) > 5/math.Sqrt(n) {
			t.Errorf("seed %d: neighbouring gaps correlate by %.4f", seed, r)
		}
		if d := distance(gaps, func(x float64) float64 { return 1 - math.Exp(-1000*x) }); d > 1.63/math.Sqrt(n) {
			t.Errorf("seed %d: gaps are %.5f off the exponential distribution", seed, d)
		}
	}
}

// Counts of a Poisson process have a variance as large as their mean, in windows
// of any length that is short beside the whole.
func TestPoissonCountsVaryAsTheirMean(t *testing.T) {
	s := compiled(t, withPoisson(scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(2000), For: long(200 * time.Second)}}), 5)
	for _, window := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		counts := make([]float64, s.Duration()/window)
		for n := range s.Len() {
			counts[s.At(n)/window]++
		}
		mean, spread := float64(s.Len())/float64(len(counts)), 0.0
		for _, c := range counts {
			spread += (c - mean) * (c - mean)
		}
		// The index of dispersion itself has a standard deviation of √(2/windows).
		if index := spread / float64(len(counts)) / mean; math.Abs(index-1) > 4*math.Sqrt(2/float64(len(counts))) {
			t.Errorf("windows of %s: variance is %.3f of the mean", window, index)
		}
	}
}

// By the integral of the rate, arrivals are uniform whatever the rate does.
func TestPoissonFollowsItsBase(t *testing.T) {
	for _, said := range kindsOfSchedule {
		s := compiled(t, withPoisson(said), 11)
		shares := make([]float64, s.Len())
		for n := range shares {
			shares[n] = integral(said, s.At(n)) / said.Mass()
		}
		if d := distance(shares, func(x float64) float64 { return x }); d > 1.63/math.Sqrt(float64(len(shares))) {
			t.Errorf("%s: %.4f off, with %d deliveries", s, d, len(shares))
		}
	}
}

// However many there are, odd or even, few or many words of bits: each falls into
// the first half, third or tenth as often as into any other part of that length.
func TestPoissonIsFairToEveryPart(t *testing.T) {
	const seeds = 3000
	for _, n := range []int{1, 2, 3, 4, 5, 63, 64, 65, 127, 128, 129, 1000, 1001, 2047, 2048, 2049} {
		b := compiled(t, scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(n), For: long(time.Second)}}, 0)
		for _, part := range []float64{1. / 2, 1. / 3, 1. / 10} {
			sum, squares, edge := 0.0, 0.0, uint64(math.Ldexp(part, 64))
			for seed := range int64(seeds) {
				p := newPoisson(fixed{b}, seed)
				k := float64(countBelow(p, edge))
				sum, squares = sum+k, squares+k*k
			}
			mean, want := sum/seeds, float64(n)*part
			variance, wanted := squares/seeds-mean*mean, want*(1-part)
			if math.Abs(mean-want) > 4.5*math.Sqrt(wanted/seeds) {
				t.Errorf("%d deliveries: %.2f in the first %.2f, want %.2f", n, mean, part, want)
			}
			// √((μ₄−σ⁴)/seeds) is the standard deviation of a variance.
			fourth := wanted * (1 + 3*(float64(n)-2)*part*(1-part))
			if math.Abs(variance-wanted) > 4.5*math.Sqrt((fourth-wanted*wanted)/seeds)+wanted/seeds {
				t.Errorf("%d deliveries: variance %.3f in the first %.2f, want %.3f", n, variance, part, wanted)
			}
		}
	}
}

// fixed is a base that is only counted.
type fixed struct{ Schedule }

func (fixed) at(uint64) time.Duration { return 0 }

func countBelow(p *poisson, edge uint64) int {
	low, high := 0, p.Len()
	for low < high {
		if middle := (low + high) / 2; p.share(middle) < edge {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

func TestPoissonIsAFunctionOfItsSeed(t *testing.T) {
	every(t, func(t *testing.T, said scenarios.LoadSchedule, s Schedule) {
		again, other := compiled(t, said, 1), compiled(t, said, 2)
		differ := 0
		for n := range s.Len() {
			if s.At(n) != again.At(n) {
				t.Fatalf("%d is at %s and at %s", n, s.At(n), again.At(n))
			}
			if s.At(n) != other.At(n) {
				differ++
			}
		}
		random := said.Arrivals == scenarios.PoissonArrivals
		if random && differ < s.Len()*9/10 || !random && differ > 0 {
			t.Errorf("%d of %d differ with another seed", differ, s.Len())
		}
	})
}

// What is kept does not grow with the number of deliveries.
func TestPoissonKeepsLittle(t *testing.T) {
	s := compiled(t, withPoisson(scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(10_000), For: long(time.Hour)}}), 1)
	if kept := len(s.(*poisson).starts); kept > 4097 {
		t.Errorf("%d counts of %d deliveries", kept, s.Len())
	}
	if per := testing.AllocsPerRun(100, func() { s.At(s.Len() / 3) }); per != 0 {
		t.Errorf("%v allocations", per)
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(uint32(100), uint32(1000), int64(time.Second), int64(2*time.Second), int64(3*time.Second), uint8(0), int64(1))
	f.Add(uint32(1), uint32(1_000_000), int64(1), int64(1), int64(1), uint8(1), int64(2))
	f.Add(uint32(1000), uint32(1), int64(time.Hour), int64(7), int64(time.Millisecond), uint8(2), int64(3))
	f.Fuzz(func(t *testing.T, low, high uint32, a, b, c int64, kind uint8, seed int64) {
		x, y := scenarios.Rate{N: int(low), Per: time.Second}, scenarios.Rate{N: int(high), Per: []time.Duration{time.Second, time.Minute, time.Hour}[kind>>4%3]}
		said := scenarios.LoadSchedule{}
		switch kind % 6 {
		case 0:
			said.Ramp = &scenarios.Ramp{From: x, To: y, For: long(time.Duration(a))}
		case 1:
			said.Steps = &scenarios.Steps{Rates: []scenarios.Rate{x, y, x}, Each: long(time.Duration(a))}
		case 2:
			said.Spike = &scenarios.Spike{Base: x, Peak: y, After: long(time.Duration(a)), Lasts: long(time.Duration(b)), For: long(time.Duration(c))}
		case 3:
			said.Soak = &scenarios.Soak{Rate: x, Rise: long(time.Duration(a)), For: long(time.Duration(b))}
		case 4:
			said.Sine = &scenarios.Sine{Mean: x, Swing: y, Period: long(time.Duration(a)), For: long(time.Duration(b))}
		default:
			said.Phases = []scenarios.Phase{{Rate: x, For: long(time.Duration(a))}, {From: x, To: y, For: long(time.Duration(b))}, {From: y, To: x, For: long(time.Duration(c))}}
		}
		if kind&8 != 0 {
			said.Arrivals = scenarios.PoissonArrivals
		}
		s, err := compileSchedule(said, seed)
		if err != nil {
			return
		}
		for _, from := range []int{0, s.Len() / 3, s.Len() - 100} {
			for n := max(from, 0); n < min(from+100, s.Len()); n++ {
				at := s.At(n)
				if at < 0 || at >= s.Duration() || n > 0 && s.At(n-1) > at {
					t.Fatalf("%s: %d is at %s", s, n, at)
				}
			}
		}
	})
}
