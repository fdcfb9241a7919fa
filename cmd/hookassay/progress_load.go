package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/suites/load"
)

// load shows how far a load run is: one line on a terminal, lines now and then
// elsewhere.
func (p *progress) load(s load.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.describe(loadLine(s), besideSpinner)
		_ = p.bar.Add(1) // only drawing
		return
	}
	if now := time.Now(); now.Sub(p.last) >= plainEvery(s.Total) {
		p.last = now
		fmt.Fprintln(p.out, loadLine(s))
	}
}

// plainEvery is how long a log is left alone: a run of hours needs no line a
// second.
func plainEvery(total time.Duration) time.Duration { return max(time.Second, total/60) }

// loadLine says what matters most first, since it is cut from the right. What is
// not known is left out.
func loadLine(s load.Status) string {
	parts := []string{short(s.Elapsed) + " of " + short(s.Total)}
	if s.Rate > 0 {
		parts = append(parts, thousands(int64(s.Rate+0.5))+"/s")
	}
	parts = append(parts, fmt.Sprintf("%d in flight", s.InFlight))
	if s.P99 > 0 {
		parts = append(parts, "p50 "+shortMS(s.P50), "p99 "+shortMS(s.P99))
	}
	parts = append(parts, fmt.Sprintf("%d wrong", s.Errors), fmt.Sprintf("%d forged accepted", s.ForgedAccepted))
	if s.Backlog >= 0 {
		parts = append(parts, fmt.Sprintf("backlog %d", s.Backlog))
	}
	if s.Resent > 0 {
		parts = append(parts, fmt.Sprintf("resent %d", s.Resent))
	}
	if left := s.Total - s.Elapsed; left > 0 {
		parts = append(parts, short(left)+" left")
	} else {
		parts = append(parts, "waiting for answers")
	}
	return strings.Join(parts, "  ")
}

// short is a time in whole seconds, such as 12s, 5m or 1h5m.
func short(d time.Duration) string {
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// shortMS is a time in milliseconds, as exact as a glance can be.
func shortMS(d time.Duration) string {
	ms := float64(d.Microseconds()) / 1000
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return thousands(int64(ms+0.5)) + " ms"
}

// thousands writes 1480 as 1,480.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
