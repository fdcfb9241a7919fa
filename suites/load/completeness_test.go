package load

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
)

// A ledger is a probe whose counts are set by hand, at times since it was made.
type ledger struct {
	began  time.Time
	counts func(id string, at time.Duration) int
	fail   func(at time.Duration) error
	each   bool
	mu     sync.Mutex
	asked  map[string]bool
}

func newLedger(counts func(string, time.Duration) int) *ledger {
	return &ledger{began: time.Now(), counts: counts, asked: map[string]bool{}}
}

func (l *ledger) Describe() target.Description { return target.Description{Name: "ledger"} }
func (l *ledger) PerID() bool                  { return l.each }

func (l *ledger) Counts(_ context.Context, ids []string) (map[string]int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.began)
	if l.fail != nil && l.fail(at) != nil {
		return nil, l.fail(at)
	}
	out := map[string]int{}
	for _, id := range ids {
		l.asked[id] = true
		if n := l.counts(id, at); n > 0 {
			out[id] = n
		}
	}
	return out, nil
}

// audited plays no attack: the first sent deliveries of a plan were sent, and
// all genuine ones but those in unacked were acknowledged.
func audited(t *testing.T, sent int, unacked map[int]bool, probes ...target.Probe) *auditor {
	t.Helper()
	plan, err := NewPlan(smoke(t, perSecond(max(20, sent)), time.Second), 1)
	if err != nil {
		t.Fatal(err)
	}
	a := &attack{plan: plan, transport: &transport{acked: newBitset(plan.Len())}, drain: &drain{}}
	for n := range sent {
		if plan.Class(n) == Genuine && !unacked[n] {
			a.transport.acked.set(n)
		}
	}
	tgt := aim(t, "http://127.0.0.1:1/")
	tgt.Probes, tgt.Timeouts = probes, target.Timeouts{Effect: 5 * time.Second, Quiescence: 300 * time.Millisecond}
	return newAuditor(tgt, a, sent, func(n int) string { return fmt.Sprintf("%d %s", n, plan.Class(n)) })
}

func genuineOnce(id string, _ time.Duration) int {
	if strings.HasSuffix(id, "genuine") {
		return 1
	}
	return 0
}

func TestAudit(t *testing.T) {
	// Of the first 20 deliveries 19 are genuine and 1 is forged.
	tests := []struct {
		name    string
		counts  func(string, time.Duration) int
		unacked map[int]bool
		want    reports.Completeness
		within  time.Duration
	}{
		{"complete", genuineOnce, nil, reports.Completeness{Acked: 19, Once: 19}, time.Second},
		{"late", func(id string, at time.Duration) int {
			if at < 2*time.Second {
				return 0
			}
			return genuineOnce(id, at)
		}, nil, reports.Completeness{Acked: 19, Once: 19, SettledMS: 2000}, 3 * time.Second},
		{"lost", func(string, time.Duration) int { return 0 }, nil, reports.Completeness{Acked: 19, Lost: 19}, 6 * time.Second},
		{"doubled", func(id string, at time.Duration) int { return 2 * genuineOnce(id, at) }, nil, reports.Completeness{Acked: 19, Doubled: 19}, time.Second},
		{"forged", func(string, time.Duration) int { return 1 }, nil, reports.Completeness{Acked: 19, Once: 19, Forged: 1}, time.Second},
		{"unacked", func(string, time.Duration) int { return 0 }, allUnacked(), reports.Completeness{Unacked: 19}, time.Second},
		{"unacked effect", genuineOnce, allUnacked(), reports.Completeness{Unacked: 19, UnackedEffect: 19}, time.Second},
		// A backlog that drains slowly is waited for, but not for ever.
		{"backlog", func(id string, at time.Duration) int {
			var n int
			fmt.Sscan(id, &n)
			if time.Duration(n)*time.Second > at {
				return 0
			}
			return genuineOnce(id, at)
		}, nil, reports.Completeness{Acked: 19, Once: 19, SettledMS: 19000}, 21 * time.Second},
		{"endless", func(id string, at time.Duration) int { return int(at/(100*time.Millisecond)) * genuineOnce(id, at) }, nil, reports.Completeness{Acked: 19, Doubled: 19, SettledMS: 30000}, 32 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got := audited(t, 20, tt.unacked, newLedger(tt.counts)).audit(t.Context(), began)
				if took := time.Since(began); took > tt.within {
					t.Errorf("took %s", took)
				}
				if wrong := got.Lost + got.Doubled + got.Forged; len(got.Examples) != min(wrong, maxExamples) {
					t.Errorf("%d wrong, examples %q", wrong, got.Examples)
				}
				if off := got.SettledMS - tt.want.SettledMS; off < -1000 || off > 1000 {
					t.Errorf("settled after %d ms, not %d", got.SettledMS, tt.want.SettledMS)
				}
				got.Examples, got.SettledMS, got.WatchedMS, tt.want.SettledMS, tt.want.Observed = nil, 0, 0, 0, true
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("%+v\nwant %+v", got, tt.want)
				}
			})
		})
	}
}

func allUnacked() map[int]bool {
	all := map[int]bool{}
	for n := range 20 {
		all[n] = true
	}
	return all
}

func TestAuditOfSeveralProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		twice := newLedger(func(id string, at time.Duration) int { return 2 * genuineOnce(id, at) })
		none := newLedger(func(string, time.Duration) int { return 0 })
		got := audited(t, 20, nil, twice, none).audit(t.Context(), time.Now())
		if got.Lost != 19 || got.Doubled != 19 || got.Once != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAuditWithoutSight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := audited(t, 20, nil).audit(t.Context(), time.Now()); got.Observed || got.Reason != "the target has no effects probe" {
			t.Errorf("%+v", got)
		}
		broken := newLedger(genuineOnce)
		broken.fail = func(time.Duration) error { return errors.New("probe broke") }
		if got := audited(t, 20, nil, broken).audit(t.Context(), time.Now()); got.Observed || got.Reason != "probe broke" {
			t.Errorf("%+v", got)
		}
		recovers := newLedger(genuineOnce)
		recovers.fail = func(at time.Duration) error {
			if at < time.Second {
				return errors.New("busy")
			}
			return nil
		}
		if got := audited(t, 20, nil, recovers).audit(t.Context(), time.Now()); !got.Observed || got.Once != 19 {
			t.Errorf("%+v", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		none := newLedger(func(string, time.Duration) int { return 0 })
		if got := audited(t, 20, nil, none).audit(ctx, time.Now()); got.Observed || !strings.Contains(got.Reason, "interrupted") {
			t.Errorf("%+v", got)
		}
	})
}

// What a probe quotes of its receiver is not written down as it is.
func TestAuditRedactsWhatAProbeSays(t *testing.T) {
	tgt := aim(t, "http://127.0.0.1:1/")
	blind := newLedger(genuineOnce)
	blind.fail = func(time.Duration) error { return errors.New("status 500 " + secret) }
	tgt.Probes, tgt.Timeouts.Effect = []target.Probe{blind}, time.Millisecond
	u := audited(t, 20, nil)
	a := &attack{plan: u.plan, transport: &transport{acked: u.acked}, drain: &drain{}}
	c := newAuditor(tgt, a, 20, u.id).audit(t.Context(), time.Now())
	if c.Observed || !strings.Contains(c.Reason, "status 500") || strings.Contains(c.Reason, secret) {
		t.Errorf("%+v", c)
	}
}

// ranked numbers genuine events from 0, in the order in which they are first
// asked about: wherever the plan has put the others.
func ranked() func(id string) int {
	ranks := map[string]int{}
	return func(id string) int {
		if _, known := ranks[id]; !known {
			ranks[id] = len(ranks)
		}
		return ranks[id]
	}
}

// What still comes when there is no more waiting is not lost.
func TestAuditOfABacklogThatStillDrains(t *testing.T) {
	first, second := ranked(), ranked()
	tests := []struct {
		name   string
		counts func(id string, at time.Duration) int // of genuine ones
		want   reports.Completeness
		reason string
	}{
		{"slowly", func(id string, at time.Duration) int {
			if time.Duration(first(id))*2400*time.Millisecond > at {
				return 0
			}
			return 1
		}, reports.Completeness{Acked: 19, Once: 13, Draining: 6}, "still draining: 6 of 19 events had no effect 30s after the last answer"},
		{"some, while others are doubled again and again", func(id string, at time.Duration) int {
			if second(id) >= 8 {
				return 0
			}
			return int(at / (100 * time.Millisecond))
		}, reports.Completeness{Acked: 19, Doubled: 8, Lost: 11}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got := audited(t, 20, nil, newLedger(func(id string, at time.Duration) int {
					if genuineOnce(id, at) == 0 {
						return 0
					}
					return tt.counts(id, at)
				})).audit(t.Context(), began)
				if got.Reason != tt.reason || time.Since(began) > 32*time.Second {
					t.Errorf("%q after %s", got.Reason, time.Since(began))
				}
				got.Examples, got.SettledMS, got.WatchedMS, got.Reason, tt.want.Observed = nil, 0, 0, "", true
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("%+v\nwant %+v", got, tt.want)
				}
			})
		})
	}
}

// Each class is held to what it calls for, and none may have two effects.
func TestExpectations(t *testing.T) {
	tests := []struct {
		expectation expectation
		effects     int
		unexpected  bool // of a type that has none
		want        reports.Completeness
	}{
		{once, 1, false, reports.Completeness{Acked: 20, Once: 20}},
		{once, 0, false, reports.Completeness{Acked: 20, Lost: 20}},
		{once, 0, true, reports.Completeness{AckedIdle: 20}},
		{once, 1, true, reports.Completeness{AckedIdle: 20}},
		{once, 2, true, reports.Completeness{AckedIdle: 20, Doubled: 20}},
		{oneAtMost, 0, false, reports.Completeness{}},
		{oneAtMost, 1, false, reports.Completeness{}},
		{oneAtMost, 2, false, reports.Completeness{Doubled: 20}},
		{noneOfForged, 0, false, reports.Completeness{}},
		{noneOfForged, 1, false, reports.Completeness{Forged: 20}},
		{noneOfForged, 2, false, reports.Completeness{Forged: 20, Doubled: 20}},
		{noneOfStale, 0, false, reports.Completeness{}},
		{noneOfStale, 1, false, reports.Completeness{Stale: 20}},
		{ofAnother, 2, false, reports.Completeness{}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.expectation, tt.effects, tt.unexpected), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := audited(t, 20, nil, newLedger(func(string, time.Duration) int { return tt.effects }))
				for n := range 20 { // even a forged delivery that was answered 2xx is not awaited
					u.acked.set(n)
				}
				u.calls = func(Class) expectation { return tt.expectation }
				u.expected = func(int) bool { return !tt.unexpected }
				got := u.audit(t.Context(), time.Now())
				got.Examples, got.SettledMS, got.WatchedMS, tt.want.Observed = nil, 0, 0, true
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("%+v\nwant %+v", got, tt.want)
				}
			})
		})
	}
}

// A second effect is found although it comes when the first had long been
// there, because others were still missing.
func TestAuditLooksAtAllOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := audited(t, 20, nil, newLedger(func(id string, at time.Duration) int {
			switch {
			case strings.HasPrefix(id, "3 ") && at < 4*time.Second:
				return 0
			case strings.HasPrefix(id, "5 ") && at >= 2*time.Second:
				return 2
			}
			return genuineOnce(id, at)
		})).audit(t.Context(), time.Now())
		if got.Doubled != 1 || got.Once != 18 || got.Lost != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// Where the first effects took long, second ones are waited for as long, within
// the time that an effect may take; and it is said how long.
func TestAuditWatchesForSecondEffects(t *testing.T) {
	tests := []struct {
		name                      string
		slowest                   time.Duration
		again                     time.Duration // second effects come
		doubled                   int
		settled, watched, instant int64 // ms
	}{
		{"quick effects", 0, 4 * time.Second, 0, 0, 300, 400},
		{"slow effects", time.Second, 2 * time.Second, 19, 3000, 6000, 400},
		{"slow effects, second ones slower still", time.Second, 4 * time.Second, 0, 0, 3000, 400},
		{"effects slower than one may be", time.Minute, 4 * time.Second, 19, 5000, 10000, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := audited(t, 20, nil, newLedger(func(id string, at time.Duration) int {
					if at >= tt.again {
						return 2 * genuineOnce(id, at)
					}
					return genuineOnce(id, at)
				}))
				u.slowest = func() time.Duration { return tt.slowest }
				got := u.audit(t.Context(), time.Now())
				if got.Doubled != tt.doubled || got.SettledMS < tt.settled || got.SettledMS > tt.settled+tt.instant ||
					got.WatchedMS < tt.watched || got.WatchedMS > tt.watched+2*tt.instant {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestAuditOfCountsThatGoDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := audited(t, 20, nil, newLedger(func(id string, at time.Duration) int {
			if at > 100*time.Millisecond {
				return 0
			}
			return genuineOnce(id, at)
		})).audit(t.Context(), time.Now())
		if got.Observed || !strings.Contains(got.Reason, "went down") {
			t.Errorf("%+v", got)
		}
	})
}

// Only what is missing is asked for again, and what the auditor keeps does not
// grow with the run but for its bits.
func TestAuditOfABigRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const events = 300_000
		asked, most := 0, 0
		began := time.Now()
		probe := countingProbe(func(ids []string) map[string]int {
			asked, most = asked+len(ids), max(most, len(ids))
			counts := make(map[string]int, len(ids))
			for _, id := range ids {
				if strings.HasSuffix(id, "genuine") && (!strings.HasPrefix(id, "77") || time.Since(began) > 3*time.Second) {
					counts[id] = 1
				}
			}
			return counts
		})
		u := audited(t, events, nil, probe)
		before := live()
		got := u.audit(t.Context(), began)
		if grown := live() - before; grown > 1<<20 {
			t.Errorf("%d bytes are kept", grown)
		}
		if got.Once != got.Acked || got.Acked < events*9/10*9/10 || got.Lost+got.Doubled != 0 || got.SettledMS < 2_900 {
			t.Errorf("%+v", got)
		}
		if most != probeChunk || asked > 2*events+events/5 {
			t.Errorf("asked about %d, %d at once", asked, most)
		}
		if bits := len(u.acked)*8 + len(u.missing)*8; bits > events/4+32 {
			t.Errorf("%d bytes of bits", bits)
		}
	})
}

type countingProbe func(ids []string) map[string]int

func (countingProbe) Describe() target.Description { return target.Description{Name: "counting"} }
func (p countingProbe) Counts(_ context.Context, ids []string) (map[string]int, error) {
	return p(ids), nil
}

// live is how many bytes are in use.
func live() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAProbePerEventIsAskedAboutASample(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		probe := newLedger(genuineOnce)
		probe.each = true
		got := audited(t, 35_000, nil, probe).audit(t.Context(), time.Now())
		if n := len(probe.asked); n < 6_000 || n > 10_500 || got.Once != got.Acked || !strings.HasPrefix(got.Reason, "a sample: ") {
			t.Errorf("asked about %d events: %+v", n, got)
		}
		forged := 0
		for id := range probe.asked {
			if strings.HasSuffix(id, "forged") {
				forged++
			}
		}
		if forged < 200 {
			t.Errorf("%d forged events in the sample", forged)
		}
		all := newLedger(genuineOnce)
		if got := audited(t, 35_000, nil, all).audit(t.Context(), time.Now()); got.Reason != "" || len(all.asked) < 30_000 {
			t.Errorf("asked about %d events: %+v", len(all.asked), got)
		}
	})
}
