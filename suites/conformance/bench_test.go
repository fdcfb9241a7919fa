package conformance_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// BenchmarkProfile plays each profile against the correct receiver. Beside the
// wall time it reports the wall time divided by that of the slowest scenario
// played by itself (each of the three that took longest is tried).
func BenchmarkProfile(b *testing.B) {
	for _, profile := range []string{"core", "production"} {
		for _, s := range settings {
			b.Run(profile+"/"+s.String(), func(b *testing.B) { benchProfile(b, s, profile) })
		}
	}
}

func benchProfile(b *testing.B, s setting, profile string) {
	url, r := serve(b, s)
	var whole, single time.Duration
	var last reports.Report
	for b.Loop() {
		var wall time.Duration
		wall, last = timeRun(b, s, url, r, profile)
		whole += wall
	}
	slices.SortFunc(last.Scenarios, func(x, y reports.Scenario) int { return int(y.Milliseconds - x.Milliseconds) })
	for _, x := range last.Scenarios[:3] {
		wall, _ := timeRun(b, s, url, r, "core", x.ID)
		single = max(single, wall)
	}
	whole /= time.Duration(b.N)
	b.ReportMetric(whole.Seconds(), "wall-s")
	b.ReportMetric(single.Seconds(), "slowest-single-s")
	b.ReportMetric(last.Scenarios[0].Milliseconds/1000, "slowest-scenario-s")
	b.ReportMetric(whole.Seconds()/single.Seconds(), "wall/slowest-single")
	b.ReportMetric(float64(last.Requests), "requests")
}

func timeRun(b *testing.B, s setting, url string, r *receiver.Receiver, profile string, only ...string) (time.Duration, reports.Report) {
	b.Helper()
	start := time.Now()
	report, err := conformance.Grade(context.Background(), conformance.Config{
		URL: url, Scheme: s.scheme, Secret: s.secret, Profile: profile, Only: only,
		Effects: r.Count,
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

// BenchmarkProduction plays the whole production profile against the durable
// receiver, as a process that is killed and started. Beside the wall time it
// reports the wall time divided by that of those scenarios that can only be
// played one after the other, played by themselves.
func BenchmarkProduction(b *testing.B) {
	chain := oneByOne(b)
	var whole, exclusive time.Duration
	requests := 0
	for b.Loop() {
		wall, report := timeProcess(b)
		whole, requests = whole+wall, report.Requests
		wall, _ = timeProcess(b, chain...)
		exclusive += wall
	}
	n := time.Duration(b.N)
	b.ReportMetric((whole / n).Seconds(), "wall-s")
	b.ReportMetric((exclusive / n).Seconds(), "chain-s")
	b.ReportMetric(whole.Seconds()/exclusive.Seconds(), "wall/chain")
	b.ReportMetric(float64(requests), "requests")
}

// oneByOne are the scenarios that nothing else may be played beside.
func oneByOne(b *testing.B) (ids []string) {
	c, err := scenarios.Load()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range c.Scenarios {
		if s.Exclusive || s.Staged() {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func timeProcess(b *testing.B, only ...string) (time.Duration, reports.Report) {
	b.Helper()
	tgt := durable(b, settings[0])
	start := time.Now()
	report, err := conformance.Grade(context.Background(), conformance.Config{Target: tgt, Profile: "production", Only: only})
	wall := time.Since(start)
	if err != nil {
		b.Fatal(err)
	}
	if report.Verdict != reports.Conformant {
		b.Fatalf("the correct receiver is %s: %v", report.Verdict, report.ExitReasons)
	}
	return wall, report
}
