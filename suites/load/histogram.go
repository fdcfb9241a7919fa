package load

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/hookassay/hookassay/reports"
)

// longest is the highest time a histogram can tell. Longer ones are counted as
// it, and said so: never dropped.
const longest = 10 * time.Minute

// A clock is a histogram of times: microseconds, three significant digits.
// Merging two is exact.
type clock struct {
	h       *hdrhistogram.Histogram
	clamped int64
}

func newClock() *clock {
	return &clock{h: hdrhistogram.New(1, longest.Microseconds(), 3)}
}

func (c *clock) record(d time.Duration) {
	if d > longest {
		d, c.clamped = longest, c.clamped+1
	}
	// A value in range is always taken; less than zero would not be.
	_ = c.h.RecordValue(max(0, (d + time.Microsecond/2).Microseconds()))
}

// merge adds the other's samples.
func (c *clock) merge(other *clock) error {
	if dropped := c.h.Merge(other.h); dropped > 0 {
		return fmt.Errorf("%d samples were lost in merging", dropped)
	}
	c.clamped += other.clamped
	return nil
}

func (c *clock) count() int64 { return c.h.TotalCount() }

func (c *clock) mean() time.Duration {
	return time.Duration(c.h.Mean() * float64(time.Microsecond))
}

func (c *clock) max() time.Duration { return time.Duration(c.h.Max()) * time.Microsecond }

// quantile returns the time within which a share q of the samples lies, at the
// least.
func (c *clock) quantile(q float64) time.Duration {
	return c.ranked(int64(math.Ceil(q*float64(c.count()) - 1e-6)))
}

// ranked returns the sample of that rank, from 1, the fastest; 0 where there is
// none.
func (c *clock) ranked(rank int64) time.Duration {
	n := c.count()
	rank = min(max(1, rank), n)
	// The histogram takes percentiles, and rounds them to the nearest rank.
	return time.Duration(c.h.ValueAtPercentile(100*float64(rank)/float64(max(1, n)))) * time.Microsecond
}

// few reports whether fewer than ten samples lie beyond the quantile: then it
// says little about the next run.
func few(n int64, q float64) bool { return float64(n)*(1-q) < 10-1e-9 }

// quantiles renders the clock for a report.
func (c *clock) quantiles() reports.Quantiles {
	out := reports.Quantiles{N: c.count()}
	if out.N == 0 {
		return out
	}
	out.Mean, out.Max = ms(c.mean()), ms(c.max())
	var weak []string
	for _, at := range []struct {
		q     float64
		name  string
		value *float64
	}{{0.5, "p50", &out.P50}, {0.9, "p90", &out.P90}, {0.99, "p99", &out.P99}, {0.999, "p99.9", &out.P999}} {
		*at.value = ms(c.quantile(at.q))
		if low, high, ok := interval(out.N, at.q); ok {
			if out.CI95 == nil {
				out.CI95 = map[string][2]float64{}
			}
			out.CI95[at.name] = [2]float64{ms(c.ranked(low)), ms(c.ranked(high))}
		}
		if few(out.N, at.q) {
			weak = append(weak, at.name)
		}
	}
	var notes []string
	if weak != nil {
		notes = append(notes, fmt.Sprintf("n too small for %s: fewer than 10 samples lie beyond", strings.Join(weak, ", ")))
	}
	if c.clamped > 0 {
		notes = append(notes, fmt.Sprintf("%d longer than %s count as that", c.clamped, longest))
	}
	out.Note = strings.Join(notes, "; ")
	return out
}

// ms is a time in milliseconds, to the microsecond.
func ms(d time.Duration) float64 { return float64(d.Round(time.Microsecond)/time.Microsecond) / 1000 }

// upTo counts the samples up to each bound; bounds ascend.
func (c *clock) upTo(bounds []time.Duration) []uint64 {
	counts := make([]uint64, len(bounds))
	var seen uint64
	next := 0
	for _, bar := range c.h.Distribution() {
		for next < len(bounds) && bar.From > bounds[next].Microseconds() {
			counts[next] = seen
			next++
		}
		seen += uint64(bar.Count)
	}
	for ; next < len(bounds); next++ {
		counts[next] = seen
	}
	return counts
}

// bins are the samples by time, in bins that are a tenth wider each than the
// one before.
func (c *clock) bins() (out []reports.Bin) {
	const first, wider = 10.0, 1.1 // µs
	bound := first
	for _, bar := range c.h.Distribution() {
		if bar.Count == 0 {
			continue
		}
		for float64(bar.To) > bound {
			bound = math.Round(bound * wider) // at least one more
		}
		up := bound / 1000
		if last := len(out) - 1; last >= 0 && out[last].UpTo == up {
			out[last].Count += bar.Count
			continue
		}
		out = append(out, reports.Bin{UpTo: up, Count: bar.Count})
	}
	return out
}
