package reports

import "math"

// The parts of load results that are more than a line or two.

// bell is the distribution of n response times around a median, in ms, on a
// logarithmic scale: most lie within one spread (a factor) of it. Its bins are
// as wide as those of a real run.
func bell(n int64, median, spread float64) (bins []Bin) {
	share := func(bound float64) float64 {
		return 0.5 * math.Erfc(-math.Log(bound/median)/math.Log(spread)/math.Sqrt2)
	}
	below := int64(0)
	for k := -60; k < 120; k++ {
		bound := math.Pow(1.1, float64(k))
		upTo := int64(math.Round(float64(n) * share(bound)))
		if upTo > below {
			bins = append(bins, Bin{UpTo: math.Round(1000*bound) / 1000, Count: upTo - below})
			below = upTo
		}
	}
	return bins
}

func keptGates() []Gate {
	return []Gate{
		{"CPU", "22 %", "80 %", true}, {"p99 lag", "0.412 ms", "1 ms", true}, {"p99 signing", "0.031 ms", "1 ms", true},
		{"garbage collection", "0.4 %", "10 %", true}, {"Little's law", "1.2 % off", "5 %", true},
	}
}

// drained is the run of a receiver whose effects keep up.
func drained() Drain {
	return Drain{
		Observed: true, Sampled: 1000, EveryMS: 52,
		Lag:   Quantiles{N: 1000, Mean: 64, P50: 58, P90: 110, P99: 171, P999: 240, Max: 263},
		Least: Quantiles{N: 1000, Mean: 31, P50: 22, P90: 80, P99: 140, P999: 200, Max: 220}, Slowest: 263,
		Growth: 0.1, GrowthCI: 0.6, Backlog: 12,
	}
}

// stormed adds to a result what a receiver that is too slow brings about.
func stormed(l *Load) {
	l.Plan.Retries = "up to 4 attempts within 20s"
	l.Plan.Left = []LeftOut{
		{"stale", "the scheme's deliveries hold no time"},
		{"sizes", "the samples are sent as they are"},
	}
	l.Aborted = "abort: genuine: errors > 50% for 5s"
	l.CaughtUp = 40
	l.Resent = &Resent{
		Sent: 310, Accepted: 240, GivenUp: 12, Outstanding: 3, Amplification: 1.196, WorstSecond: 4.25,
		Response: Quantiles{N: 310, Mean: 900, P50: 640, P90: 2100, P99: 4980, P999: 5000, Max: 5000},
	}
	l.Drain = Drain{
		Observed: true, Sampled: 1500, EveryMS: 48, Growth: 31.4, GrowthCI: 2.2, Backlog: 470,
		Lag:   Quantiles{N: 1500, Mean: 4100, P50: 3200, P90: 8000, P99: 15000, P999: 17000, Max: 17400, Note: "n too small for p99.9"},
		Least: Quantiles{N: 1500, Mean: 4080, P50: 3160, P90: 7960, P99: 15000, P999: 16960, Max: 17400},
		Open:  []string{"mean", "p99", "p99.9", "max"}, Slowest: 9400, Without: 31, WaitedMS: 11200,
	}
	l.Generator.Gates = append(keptGates()[1:], Gate{"CPU", "86 %", "80 %", false})
	for i := range l.Windows {
		w := &l.Windows[i]
		if i >= 100 && i < 118 {
			w.Sent, w.Errors, w.Resent, w.Backlog = 80, i-100, 2*(i-100), 26*(i-100)
		} else if i >= 118 {
			w.Backlog = 442 - 5*(i-118)
		}
	}
}
