package reports

import (
	"slices"
	"strings"
	"testing"
)

func TestDistribution(t *testing.T) {
	tests := []struct {
		name   string
		class  LoadClass
		limits []mark
		want   string
	}{
		{"nothing known", LoadClass{Class: "genuine"}, nil, ""},
		{"a gap drawn to scale, one cut, and marks in both",
			LoadClass{Class: "genuine", Response: Quantiles{P50: 1.2, P99: 5.9},
				Distribution: []Bin{{1.1, 20}, {1.21, 60}, {1.9, 18}, {6, 2}, {5000, 1}}},
			[]mark{{"limit", 250}, {"limit", 2000}}, `
genuine: answers by response time, up to so many ms
    1.21 | #############  80  p50 1.20
         |
    1.90 | ###            18
     ... |
    6.00 | .               2  p99 5.90
     ... |
         |                    limit 250
     ... |
         |                    limit 2000
         |
         |
    5000 | .               1`},
		{"a limit that everything exceeds", LoadClass{Class: "forged", Response: Quantiles{P50: 9, P99: 10},
			Distribution: []Bin{{10, 7}}}, []mark{{"limit", 5}}, `
forged: answers by response time, up to so many ms
         |                limit 5.00
         |
         |
    10.0 | ##########  7  p50 9.00, p99 10.0`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(distribution(test.class, test.limits, 40), "\n")
			if got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// However many bins there are, the bars are few, and no answer is lost.
func TestDistributionIsShortAndWhole(t *testing.T) {
	for _, spread := range []float64{1.05, 1.5, 2, 5, 20} {
		bins := bell(100_000, 10, spread)
		var want, got int64
		for _, b := range bins {
			want += b.Count
		}
		held := 0
		for _, b := range bars(bins, nil, perDecade(bins)) {
			got += b.count
			if b.count > 0 {
				held++
			}
		}
		if got != want || held > mostBars {
			t.Errorf("spread %v: %d of %d answers in %d bars", spread, got, want, held)
		}
	}
}

// Whatever somebody else's report holds, its chart is drawn.
func TestDistributionOfNonsense(t *testing.T) {
	c := LoadClass{Class: "\x1b[2J", Response: Quantiles{P50: -1, P99: 1e300},
		Distribution: []Bin{{0, -3}, {-5, 1 << 62}, {1e300, 1}, {3, 0}}}
	rows := distribution(c, []mark{{"limit", 0}}, -4)
	if len(rows) == 0 || strings.Contains(strings.Join(rows, ""), "\x1b") {
		t.Errorf("got %q", rows)
	}
}

func TestResponseLimits(t *testing.T) {
	limits, missed := responseLimits([]Objective{
		{Text: "genuine: p99(response) <= 250ms", Class: "genuine", Verdict: Pass},
		{Text: "genuine: max(response) < 1.5s", Class: "genuine", Verdict: Fail},
		{Text: "genuine: p99(service) <= 20ms", Class: "genuine", Verdict: Fail},
		{Text: "genuine: p99(response) >= 1ms", Class: "genuine"},
		{Text: "forged: p99(response) <= 5ms", Class: "forged"},
		{Text: "genuine: p50(response) <= soon", Class: "genuine"},
		{Text: "lost = 0"},
	}, "genuine")
	if want := []mark{{"limit", 250}, {"limit", 1500}}; !slices.Equal(limits, want) || !missed {
		t.Errorf("got %v, %v", limits, missed)
	}
}
