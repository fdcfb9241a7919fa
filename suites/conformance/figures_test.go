package conformance_test

import (
	"flag"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// figures is how many runs stand behind a figure. With few of them the tests
// check that the figure can be had; 200 are what is published:
//
//	go test ./suites/conformance -run TestFigure -v -figures 200 -timeout 60m
var figures = flag.Int("figures", 3, "runs behind each figure")

// repeat plays a number of runs, so many at a time, and counts verdicts other
// than the one that is wanted, by scenario.
func repeat(t *testing.T, lanes int, want reports.Verdict, run func() conformance.Config) (others map[string]int) {
	t.Helper()
	others = map[string]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	slots := make(chan struct{}, lanes)
	for range *figures {
		slots <- struct{}{}
		c := run()
		all.Go(func() {
			defer func() { <-slots }()
			report, err := conformance.Grade(t.Context(), c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, x := range report.Scenarios {
				if x.Verdict != want {
					others[x.ID]++
					t.Logf("%s is %s: %s", x.ID, x.Verdict, x.Reason)
				}
			}
		})
	}
	all.Wait()
	return others
}

// TestFigureRacingDuplicates: a receiver that looks first and inserts a
// millisecond later is caught in every run.
func TestFigureRacingDuplicates(t *testing.T) {
	missed := repeat(t, 1, reports.Fail, func() conformance.Config {
		url, r := serve(t, settings[0], "dedupe-racy")
		c := settings[0].config(url, r)
		c.Only = []string{"idem.dup-concurrent"}
		return c
	})
	t.Logf("racing duplicates: caught in %d of %d runs", *figures-missed["idem.dup-concurrent"], *figures)
	if len(missed) > 0 {
		t.Errorf("missed: %v", missed)
	}
}

// crashes are the scenarios that end the receiver, or what it depends on.
var crashes = []string{
	"ack.acked-then-killed", "ack.killed-under-load", "ack.backlog-killed", "ack.term-under-load",
	"idem.dup-after-restart", "idem.dup-after-kill", "idem.dup-after-failure", "idem.several-effects",
	"retry.outage", "retry.backlog", "retry.dependency-down",
}

// TestFigureFalseAlarms: the correct durable receiver passes whenever it is
// killed.
func TestFigureFalseAlarms(t *testing.T) {
	if testing.Short() {
		t.Skip("each run kills a receiver some ten times")
	}
	alarms := repeat(t, 4, reports.Pass, func() conformance.Config {
		return conformance.Config{Target: durable(t, settings[0]), Profile: "production", Only: crashes}
	})
	total := 0
	for n := range maps.Values(alarms) {
		total += n
	}
	t.Logf("crashes: %d false alarms in %d runs of %d scenarios", total, *figures, len(crashes))
	for _, id := range slices.Sorted(maps.Keys(alarms)) {
		t.Errorf("%s: %d false alarms in %d runs", id, alarms[id], *figures)
	}
}
