package conformance_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// BenchmarkCoreProfile plays the core profile against the correct receiver.
// Beside the wall time it reports the wall time divided by that of the slowest
// scenario played by itself (each of the three that took longest is tried).
func BenchmarkCoreProfile(b *testing.B) {
	for _, s := range settings {
		b.Run(s.String(), func(b *testing.B) {
			url, r := serve(b, s)
			var whole, single time.Duration
			var last reports.Report
			for b.Loop() {
				var wall time.Duration
				wall, last = timeRun(b, s, url, r)
				whole += wall
			}
			slices.SortFunc(last.Scenarios, func(x, y reports.Scenario) int { return int(y.Milliseconds - x.Milliseconds) })
			for _, x := range last.Scenarios[:3] {
				wall, _ := timeRun(b, s, url, r, x.ID)
				single = max(single, wall)
			}
			whole /= time.Duration(b.N)
			b.ReportMetric(whole.Seconds(), "wall-s")
			b.ReportMetric(single.Seconds(), "slowest-single-s")
			b.ReportMetric(last.Scenarios[0].Milliseconds/1000, "slowest-scenario-s")
			b.ReportMetric(whole.Seconds()/single.Seconds(), "wall/slowest-single")
			b.ReportMetric(float64(last.Requests), "requests")
		})
	}
}

func timeRun(b *testing.B, s setting, url string, r *receiver.Receiver, only ...string) (time.Duration, reports.Report) {
	b.Helper()
	start := time.Now()
	report, err := conformance.Grade(context.Background(), conformance.Config{
		URL: url, Scheme: s.scheme, Secret: s.secret, Only: only,
		Effects: func(id string) int { return r.Effects()[id] },
	})
	wall := time.Since(start)
	if err != nil {
		b.Fatal(err)
	}
	if report.Verdict != reports.Conformant {
		b.Fatalf("the correct receiver is %s: %v", report.Verdict, report.ExitReasons)
	}
	return wall, report
}
