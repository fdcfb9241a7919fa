package main

import (
	"context"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/load"
)

func scrape(t *testing.T, url string) map[string]*dto.MetricFamily {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// valued are a family's values by their labels, in the order of names:
// "forged refused" → 5. A histogram's value is its count.
func valued(f *dto.MetricFamily) map[string]float64 {
	out := map[string]float64{}
	for _, m := range f.GetMetric() {
		var labels []string
		for _, l := range m.GetLabel() {
			labels = append(labels, l.GetValue())
		}
		out[strings.Join(labels, " ")] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return out
}

// loadRun plays a short load against a receiver of our own.
func loadRun(t *testing.T, progress func(load.Status)) reports.Load {
	t.Helper()
	target, end, err := demoTarget(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	}()
	s, err := scenarios.FindLoad("smoke")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Override(scenarios.Rate{N: 200, Per: time.Second}, 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	result, err := load.Run(t.Context(), load.Config{Target: target, Scenario: s, Seed: 1, Nonce: newNonce(), Progress: progress})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func startScrapes(t *testing.T) *scrapePage {
	t.Helper()
	page, err := serveScrapes("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := page.close(); err != nil {
			t.Error(err)
		}
	})
	return page
}

// What is scraped is what is reported, and nothing is before anything is sent.
func TestScrapesTellWhatTheReportTells(t *testing.T) {
	page := startScrapes(t)
	if got := scrape(t, page.url()); len(got) != 0 {
		t.Errorf("before the run: %v", got)
	}
	var during map[string]*dto.MetricFamily
	result := loadRun(t, func(s load.Status) {
		page.keep(s)
		if during == nil && s.Sent > 0 {
			during = scrape(t, page.url())
		}
	})
	if during["hookassay_in_flight"] == nil || during["hookassay_elapsed_seconds"] == nil {
		t.Errorf("during the run: %v", during)
	}
	after := scrape(t, page.url())
	deliveries, answers, errors := map[string]float64{}, map[string]float64{}, map[string]float64{}
	responses := map[string]float64{}
	for _, c := range result.Classes {
		failed := 0
		for kind, n := range c.Errors {
			failed += n
			errors[c.Class+" "+kind] = float64(n)
		}
		deliveries[c.Class+" accepted"] = float64(c.Accepted)
		deliveries[c.Class+" error"] = float64(failed)
		deliveries[c.Class+" refused"] = float64(c.Sent - c.Accepted - failed)
		for status, n := range c.Statuses {
			answers[c.Class+" "+status[:1]+"xx"] += float64(n)
		}
		responses[c.Class] = float64(c.Sent)
	}
	for name, want := range map[string]map[string]float64{
		"hookassay_deliveries_total": deliveries, "hookassay_answers_total": answers, "hookassay_errors_total": errors,
		"hookassay_response_seconds": responses, "hookassay_in_flight": {"": 0},
	} {
		if got := valued(after[name]); !maps.Equal(got, want) {
			t.Errorf("%s: %v, the report says %v", name, got, want)
		}
	}
	if deliveries["genuine accepted"] == 0 || deliveries["forged refused"] == 0 {
		t.Errorf("the run shows nothing: %v", deliveries)
	}
}

// Buckets count what is not longer than their bound, and all is in the last.
func TestScrapedBuckets(t *testing.T) {
	page := startScrapes(t)
	loadRun(t, page.keep)
	for _, m := range scrape(t, page.url())["hookassay_response_seconds"].GetMetric() {
		h := m.GetHistogram()
		var last uint64
		for _, b := range h.GetBucket() {
			if b.GetCumulativeCount() < last {
				t.Errorf("%v falls at %v", m.GetLabel(), b.GetUpperBound())
			}
			last = b.GetCumulativeCount()
		}
		if last != h.GetSampleCount() || h.GetSampleSum() <= 0 || len(h.GetBucket()) < len(load.StatusBounds) {
			t.Errorf("%v: %d of %d in %d buckets, sum %v", m.GetLabel(), last, h.GetSampleCount(), len(h.GetBucket()), h.GetSampleSum())
		}
	}
}

// Whatever a receiver answers, the number of series is bounded.
func TestScrapedLabelsAreBounded(t *testing.T) {
	page := startScrapes(t)
	statuses := map[string]int{"0xx": 1, "2xx": 5, "6xx": 2, "9xx": 3}
	page.keep(load.Status{Elapsed: time.Second, Rate: 7, Planned: 40, Resent: 2, Backlog: 3, Classes: func() []load.ClassStatus {
		return []load.ClassStatus{{Class: "genuine", Sent: 12, Accepted: 5, Statuses: statuses, Failures: map[string]int{"timeout": 1}}}
	}})
	got := scrape(t, page.url())
	want := map[string]map[string]float64{
		"hookassay_answers_total":    {"genuine 2xx": 5, "genuine other": 6},
		"hookassay_deliveries_total": {"genuine accepted": 5, "genuine refused": 6, "genuine error": 1},
		"hookassay_errors_total":     {"genuine timeout": 1},
		"hookassay_rate":             {"": 7}, "hookassay_planned": {"": 40}, "hookassay_backlog": {"": 3}, "hookassay_resent_total": {"": 2},
		"hookassay_elapsed_seconds": {"": 1}, "hookassay_in_flight": {"": 0}, "hookassay_response_seconds": {"genuine": 12},
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, slices.Sorted(maps.Keys(want))) {
		t.Errorf("families %v", names)
	}
	for name := range want {
		if values := valued(got[name]); !maps.Equal(values, want[name]) {
			t.Errorf("%s: %v, want %v", name, values, want[name])
		}
	}
}

// What is not known is no metric.
func TestScrapedUnknownsAreAbsent(t *testing.T) {
	page := startScrapes(t)
	page.keep(load.Status{Elapsed: 10 * time.Millisecond, Backlog: -1})
	want := []string{"hookassay_elapsed_seconds", "hookassay_in_flight"}
	if got := slices.Sorted(maps.Keys(scrape(t, page.url()))); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A run is asked once a state, however often it is scraped.
func TestScrapesDoNotPressTheRun(t *testing.T) {
	page := startScrapes(t)
	asked := 0
	for range 3 {
		page.keep(load.Status{Classes: func() []load.ClassStatus { asked++; return nil }})
		for range 5 {
			scrape(t, page.url())
		}
	}
	if asked != 3 {
		t.Errorf("asked %d times for 3 states", asked)
	}
}

// Connections that ask and never read hold nothing up: not the run, which
// keeps its state, nor the end.
func TestSlowScrapersHoldNothingUp(t *testing.T) {
	page := startScrapes(t)
	for range scrapesAtOnce {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", page.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Endless: ")); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		page.keep(load.Status{Elapsed: time.Second, Backlog: -1})
	}()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("the run waited for a scraper")
	}
	if scrape(t, page.url())["hookassay_rate"] == nil {
		t.Error("another scraper was not served")
	}
}

func TestScrapeAddresses(t *testing.T) {
	busy := startScrapes(t)
	for addr, want := range map[string]string{
		"": "write host:port", ":9464": "write host:port", "9464": "write host:port", "127.0.0.1": "write host:port",
		"127.0.0.1:http": "write host:port", "127.0.0.1:70000": "write host:port", "http://127.0.0.1:9464": "write host:port",
		busy.addr: "address already in use",
	} {
		page, err := serveScrapes(addr)
		if err == nil {
			t.Errorf("%q was taken", addr)
			_ = page.close()
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "--prometheus") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", addr, err)
		}
	}
}
