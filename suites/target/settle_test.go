package target_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

// A timed probe counts what has happened by the time it is asked.
type timed struct {
	start time.Time
	at    map[string][]time.Duration // id → when its effects are there
	fails time.Duration              // from then on it cannot be asked; 0: never
	asked int
}

func (p *timed) Describe() target.Description { return target.Description{Name: "timed"} }

func (p *timed) Counts(_ context.Context, ids []string) (map[string]int, error) {
	p.asked++
	since := time.Since(p.start)
	if p.fails > 0 && since >= p.fails {
		return nil, errors.New("connection refused")
	}
	counts := map[string]int{}
	for _, id := range ids {
		for _, at := range p.at[id] {
			if since >= at {
				counts[id]++
			}
		}
	}
	return counts, nil
}

const (
	ms    = time.Millisecond
	quiet = 300 * ms
)

func TestSettle(t *testing.T) {
	type effects = map[string][]time.Duration
	every := func(step time.Duration, n int) (all []time.Duration) {
		for i := range n {
			all = append(all, time.Duration(i)*step)
		}
		return all
	}
	for _, c := range []struct {
		name     string
		effects  effects
		fails    time.Duration
		awaited  []string
		slowest  time.Duration
		counts   map[string]int
		stable   bool
		says     string
		min, max time.Duration // that Settle takes
	}{
		{"nothing happens", nil, 0, nil, 0, map[string]int{}, true, "", quiet, quiet + 50*ms},
		{"all is there", effects{"a": {0}}, 0, []string{"a"}, 0, map[string]int{"a": 1}, true, "", quiet, quiet + 50*ms},
		{"a late effect is waited for", effects{"a": {400 * ms}}, 0, []string{"a"}, 0, map[string]int{"a": 1}, true, "", 1200 * ms, 1300 * ms},
		{"and extends the wait for others", effects{"a": {400 * ms}, "x": {1100 * ms}}, 0, []string{"a"}, 0, map[string]int{"a": 1, "x": 1}, true, "", 1400 * ms, 1500 * ms},
		{"what the preflight saw extends it too", effects{"x": {800 * ms}}, 0, nil, 300 * ms, map[string]int{"x": 1}, true, "", 1100 * ms, 1200 * ms},
		{"an awaited one that never comes", nil, 0, []string{"a"}, 0, map[string]int{}, true, "", 2300 * ms, 2400 * ms},
		{"a backlog is waited for while it shrinks", effects{"x": every(ms*1500, 6), "a": {9000 * ms}}, 0, []string{"a"}, 0, map[string]int{"x": 6, "a": 1}, true, "", 27000 * ms, 27100 * ms},
		{"and given up on when it does not", effects{"x": every(ms*1500, 6), "a": {11000 * ms}}, 0, []string{"a"}, 0, map[string]int{"x": 6}, true, "", 9800 * ms, 9900 * ms},
		{"never the same twice", effects{"x": every(100*ms, 1000)}, 0, nil, 0, nil, false, "", 30300 * ms, 30400 * ms},
		{"the probe breaks", effects{"a": {0}}, 100 * ms, []string{"a"}, 0, nil, false, "connection refused", 100 * ms, 150 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			tgt := newTarget(t, "http://127.0.0.1/")
			tgt.Timeouts = target.Timeouts{Effect: 2 * time.Second, Quiescence: quiet}
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := target.Wait{IDs: []string{"a", "x"}, Awaited: map[string]time.Time{}, Slowest: c.slowest, Since: start}
				for _, id := range c.awaited {
					w.Awaited[id] = start
				}
				e := tgt.Settle(t.Context(), &timed{start: start, at: c.effects, fails: c.fails}, w)
				took := time.Since(start)
				if took < c.min || took > c.max {
					t.Errorf("it took %s, expected %s to %s", took, c.min, c.max)
				}
				if e.Stable != c.stable || c.counts != nil && !maps.Equal(e.Counts, c.counts) || !strings.Contains(e.Error, c.says) || (e.Error == "") != (c.says == "") {
					t.Errorf("%+v", e)
				}
				if c.stable && len(e.Moving) > 0 || !c.stable && c.says == "" && !slices.Equal(e.Moving, []string{"x"}) {
					t.Errorf("moving: %q", e.Moving)
				}
				if e.Probe != "timed" || e.Asked != 2 || e.WaitedMS != took.Milliseconds() {
					t.Errorf("it says of itself %+v", e)
				}
			})
		})
	}
}

// TestSettleRefusesFallingCounts, be it while it looks or since the preflight.
func TestSettleRefusesFallingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tgt := newTarget(t, "http://127.0.0.1/")
		start := time.Now()
		forgets := target.Func(func(string) int {
			if time.Since(start) < 100*ms {
				return 1
			}
			return 0
		})
		tgt.Timeouts.Quiescence = quiet
		e := tgt.Settle(t.Context(), forgets, target.Wait{IDs: []string{"a"}})
		if took := time.Since(start); took > 150*ms || !strings.Contains(e.Error, "went down") {
			t.Errorf("after %s: %+v", took, e)
		}
	})
	var sent atomic.Bool
	var gone atomic.Bool
	tgt := serving(t, func(http.ResponseWriter, *http.Request) { sent.Store(true) })
	tgt.Probes = []target.Probe{target.Func(func(string) int {
		if sent.Load() && !gone.Load() {
			return 1
		}
		return 0
	})}
	s := newSending(tgt)
	if f, _ := checks(t, s); !f.Effects {
		t.Fatalf("%+v", f)
	}
	records, err := s.Record.Records()
	if err != nil {
		t.Fatal(err)
	}
	var w target.Wait
	for _, rec := range records {
		if rec.Exchange != nil {
			w.IDs = append(w.IDs, rec.Exchange.EventID)
		}
	}
	if e := tgt.Settle(t.Context(), tgt.Probes[0], w); e.Error != "" {
		t.Errorf("nothing is gone: %+v", e)
	}
	gone.Store(true)
	if e := tgt.Settle(t.Context(), tgt.Probes[0], w); !strings.Contains(e.Error, "went down") {
		t.Errorf("what the preflight saw is gone: %+v", e)
	}
}

func TestSettleIsInterrupted(t *testing.T) {
	tgt := newTarget(t, "http://127.0.0.1/")
	tgt.Timeouts = target.Timeouts{Effect: time.Hour, Quiescence: quiet}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*ms)
		defer cancel()
		start := time.Now()
		e := tgt.Settle(ctx, &timed{start: start}, target.Wait{IDs: []string{"a"}, Awaited: map[string]time.Time{"a": start}})
		if took := time.Since(start); took != 100*ms || !strings.Contains(e.Error, "interrupted") || !e.Interrupted {
			t.Errorf("after %s: %+v", took, e)
		}
	})
}

// TestSettleCountsFromTheLastAnswer: what was quiet before it proves nothing.
func TestSettleCountsFromTheLastAnswer(t *testing.T) {
	tgt := newTarget(t, "http://127.0.0.1/")
	tgt.Timeouts = target.Timeouts{Effect: time.Second, Quiescence: quiet}
	synctest.Test(t, func(t *testing.T) {
		since := time.Now()
		time.Sleep(10 * time.Second)
		start := time.Now()
		e := tgt.Settle(t.Context(), &timed{start: since}, target.Wait{Since: since, Slowest: time.Second})
		if took := time.Since(start); took < quiet || took > quiet+50*ms || e.WaitedMS < 10_000 {
			t.Errorf("after %s: %+v", took, e)
		}
	})
}
