package load

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// binomial is the probability of at most k of n, by another way than the one that
// is tested.
func binomial(k, n int64, p float64) (sum float64) {
	lg := func(x int64) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	for i := range k + 1 {
		sum += math.Exp(lg(n) - lg(i) - lg(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

// The interval is the narrowest by ranks of which neither end is wrong more often
// than once in forty, and there is none where no rank will do.
func TestIntervalIsExact(t *testing.T) {
	const tail = 0.025
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
		for _, n := range []int64{1, 5, 6, 10, 28, 29, 36, 37, 100, 367, 368, 500, 999, 1000, 3687, 3688, 3689, 4321, 10_000} {
			low, high, ok := interval(n, q)
			// Sample k lies below the quantile when at least k samples do.
			wrongHigh := func(rank int64) float64 { return 1 - binomial(rank-1, n, q) }
			wrongLow := func(rank int64) float64 { return binomial(rank-1, n, q) }
			if can := wrongHigh(n) <= tail && wrongLow(1) <= tail; ok != can {
				t.Errorf("%d samples, %v: an interval is %v, not %v", n, q, ok, can)
				continue
			}
			if !ok {
				continue
			}
			if low < 1 || high > n || low > high {
				t.Errorf("%d samples, %v: ranks %d to %d", n, q, low, high)
			}
			const rounding = 1e-9
			if float64(n)*(1-q) > exactly { // the normal distribution: as good as one rank
				if wrongHigh(high+1) > tail || wrongHigh(high-2) <= tail || wrongLow(low-1) > tail || wrongLow(low+2) <= tail {
					t.Errorf("%d samples, %v: ranks %d to %d", n, q, low, high)
				}
				continue
			}
			if wrongHigh(high) > tail+rounding || wrongHigh(high-1) < tail-rounding {
				t.Errorf("%d samples, %v: rank %d is wrong with %v, the one below with %v", n, q, high, wrongHigh(high), wrongHigh(high-1))
			}
			if wrongLow(low) > tail+rounding || wrongLow(low+1) < tail-rounding {
				t.Errorf("%d samples, %v: rank %d is wrong with %v, the one above with %v", n, q, low, wrongLow(low), wrongLow(low+1))
			}
		}
	}
	if _, _, ok := interval(0, 0.99); ok {
		t.Error("an interval of nothing")
	}
	for _, n := range []int64{100_000_000, 200_000_000} {
		if low, high, ok := interval(n, 0.99); !ok || low >= n/100*99 || high <= n/100*99 {
			t.Errorf("%d samples: %d to %d, %v", n, low, high, ok)
		}
	}
}

// Where the two ways of finding ranks meet, they agree.
func TestIntervalHasNoStep(t *testing.T) {
	for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
		edge := int64(exactly / (1 - q))
		below, beside, _ := interval(edge-10, q)
		low, high, _ := interval(edge+10, q)
		if d := low - below; d < 5 || d > 25 {
			t.Errorf("%v: low goes from %d to %d", q, below, low)
		}
		if d := high - beside; d < 5 || d > 25 {
			t.Errorf("%v: high goes from %d to %d", q, beside, high)
		}
	}
}

// The interval holds the true quantile about as often as it says.
func TestIntervalCovers(t *testing.T) {
	const runs = 2000
	random := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		n int
		q float64
	}{{50, 0.5}, {400, 0.99}, {5000, 0.999}} {
		low, high, ok := interval(int64(tt.n), tt.q)
		if !ok {
			t.Fatalf("%+v: none", tt)
		}
		covered := 0
		for range runs {
			below := int64(0) // samples of a uniform distribution under its quantile
			for range tt.n {
				if random.Float64() < tt.q {
					below++
				}
			}
			if below >= low && below < high {
				covered++
			}
		}
		// It is at least 95 % in truth; three deviations of so many runs are 1.5 %.
		if share := float64(covered) / runs; share < 0.935 {
			t.Errorf("%+v: it holds in %.1f %% of runs", tt, 100*share)
		}
	}
}

// Quantiles are order statistics, to three digits: never of a lower rank than
// they say.
func TestQuantilesAreOrderStatistics(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 3, 7, 99, 100, 101, 151, 1000, 1501, 9999} {
		c, samples := newClock(), make([]time.Duration, n)
		for i := range samples {
			samples[i] = time.Duration(random.ExpFloat64() * float64(30*time.Millisecond)).Round(time.Microsecond)
			c.record(samples[i])
		}
		slices.Sort(samples)
		for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
			rank := 1
			for float64(rank) < q*float64(n)-1e-9 {
				rank++
			}
			got, want := c.quantile(q), samples[rank-1]
			if got < want || got > want+want/1000+time.Microsecond {
				t.Errorf("n %d: p%v is %s, sample %d is %s", n, 100*q, got, rank, want)
			}
		}
		for _, rank := range []int64{-1, 0, 1, int64(n), int64(n) + 1} {
			want := samples[min(max(rank, 1), int64(n))-1]
			if got := c.ranked(rank); got < want || got > want+want/1000+time.Microsecond {
				t.Errorf("n %d: sample %d is %s, not %s", n, rank, got, want)
			}
		}
	}
	if got := newClock().quantile(0.99); got != 0 {
		t.Errorf("p99 of nothing is %s", got)
	}
}

func TestIntervalsInReports(t *testing.T) {
	fill := func(n int) *clock {
		c := newClock()
		for i := range n {
			c.record(time.Duration(i+1) * time.Millisecond)
		}
		return c
	}
	tests := []struct {
		n    int
		want []string
	}{
		{0, nil}, {5, nil}, {6, []string{"p50"}}, {35, []string{"p50"}}, {36, []string{"p50", "p90"}}, {367, []string{"p50", "p90"}},
		{368, []string{"p50", "p90", "p99"}}, {3687, []string{"p50", "p90", "p99"}}, {3688, []string{"p50", "p90", "p99", "p99.9"}},
	}
	for _, tt := range tests {
		q := fill(tt.n).quantiles()
		if len(q.CI95) != len(tt.want) {
			t.Errorf("%d samples: %v", tt.n, q.CI95)
		}
		values := map[string]float64{"p50": q.P50, "p90": q.P90, "p99": q.P99, "p99.9": q.P999}
		for _, name := range tt.want {
			ends, ok := q.CI95[name]
			if !ok || ends[0] > values[name] || ends[1] < values[name] || ends[1] > q.Max {
				t.Errorf("%d samples: %s is %v, in %v", tt.n, name, values[name], ends)
			}
		}
	}
	// 1000 samples: 1 ms to 1000 ms, so that a sample's time is its rank.
	want := map[string][2]float64{"p50": {469, 532}, "p90": {881, 919}, "p99": {983, 997}}
	for name, ends := range fill(1000).quantiles().CI95 {
		for i, end := range ends {
			if math.Abs(end-want[name][i]) > 1 {
				t.Errorf("%s lies in %v, not %v", name, ends, want[name])
			}
		}
	}
}

// Bins ascend, hold every sample once, and hold it in its place.
func TestBins(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	c, samples := newClock(), []time.Duration{0, 1, time.Microsecond, 10 * time.Microsecond, 15 * time.Microsecond, longest, 2 * longest}
	for range 5000 {
		samples = append(samples, time.Duration(math.Exp(random.Float64()*25))*time.Nanosecond*10)
	}
	for _, s := range samples {
		c.record(s)
	}
	bins := c.bins()
	sum, floor := int64(0), 0.0
	for i, b := range bins {
		sum += b.Count
		if b.Count < 1 || b.UpTo <= floor {
			t.Errorf("bin %d: %+v after %v", i, b, floor)
		}
		floor = b.UpTo
	}
	if sum != int64(len(samples)) {
		t.Errorf("%d samples in bins, of %d", sum, len(samples))
	}
	slices.Sort(samples)
	seen := int64(0)
	for i, b := range bins {
		// A sample is known to three digits: it may lie so much below its bin.
		seen += b.Count
		last, next := min(samples[seen-1], longest), time.Duration(math.MaxInt64)
		if int(seen) < len(samples) {
			next = samples[seen]
		}
		if up := b.UpTo; ms(last) > up*1.001 || ms(next) < up*0.998 && i+1 < len(bins) {
			t.Errorf("up to %v: the last is %s, the next %s", up, last, next)
		}
	}
	if got := newClock().bins(); got != nil {
		t.Errorf("bins of nothing: %v", got)
	}
}
