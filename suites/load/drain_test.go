package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

// A worker is a receiver's other end, seen by a probe: when the effect of the
// n-th event is there, and how long a question takes after so many events.
type worker struct {
	began  time.Time
	effect func(n int) time.Duration // since the start; never
	takes  func(at time.Duration) time.Duration
	fails  func(question int) bool
	each   bool

	mu        sync.Mutex
	questions int
	most      int           // ids in one
	busy      time.Duration // answering
}

const never = time.Duration(math.MaxInt64)

func (w *worker) Describe() target.Description { return target.Description{Name: "worker"} }
func (w *worker) PerID() bool                  { return w.each }

func (w *worker) Counts(_ context.Context, ids []string) (map[string]int, error) {
	at := time.Since(w.began)
	counts := map[string]int{}
	for _, id := range ids {
		if n, err := strconv.Atoi(id); err == nil && w.effect(n) <= at {
			counts[id] = 1
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.questions++
	w.most = max(w.most, len(ids))
	if w.takes != nil {
		time.Sleep(w.takes(at))
		w.busy += w.takes(at)
	}
	if w.fails != nil && w.fails(w.questions) {
		return nil, errors.New("busy")
	}
	return counts, nil
}

// A tellingWorker knows when.
type tellingWorker struct{ *worker }

func (w tellingWorker) First(id string) (time.Time, bool) {
	n, err := strconv.Atoi(id)
	return w.began.Add(w.effect(n)), err == nil && w.effect(n) <= time.Since(w.began)
}

// watched acknowledges an event every so often, for so long, while a drain
// watches the probes, and settles for some time.
func watched(t *testing.T, every, load, settle time.Duration, began time.Time, probes ...target.Probe) *drain {
	t.Helper()
	d := newDrain(probes, strconv.Itoa, 1, func() time.Duration { return time.Since(began) })
	d.start(t.Context())
	for n := 0; time.Duration(n)*every < load; n++ {
		time.Sleep(time.Duration(n)*every - time.Since(began))
		d.acked(n, time.Since(began))
	}
	d.loaded()
	time.Sleep(settle)
	d.stop(t.Context())
	return d
}

func TestDrain(t *testing.T) {
	at := func(n int, every time.Duration) time.Duration { return time.Duration(n) * every }
	tests := []struct {
		name        string
		every, load time.Duration
		effect      func(n int) time.Duration
		takes       func(at time.Duration) time.Duration
		each        bool
		growth      float64 // in %
		within      float64 // the interval's half, at most
		backlog     float64 // in the end, to a tenth and a hundred
		p50         time.Duration
		without     bool // some never have an effect
	}{
		{name: "at once", every: 5 * time.Millisecond, load: 12 * time.Second,
			effect: func(n int) time.Duration { return at(n, 5*time.Millisecond) }, within: 0.5},
		{name: "constant lag", every: 5 * time.Millisecond, load: 12 * time.Second,
			effect: func(n int) time.Duration { return at(n, 5*time.Millisecond) + 500*time.Millisecond },
			within: 0.5, backlog: 100, p50: 500 * time.Millisecond},
		{name: "constant lag, asked once an event", every: 5 * time.Millisecond, load: 12 * time.Second,
			effect: func(n int) time.Duration { return at(n, 5*time.Millisecond) + 500*time.Millisecond },
			each:   true, within: 10, backlog: 100, p50: 500 * time.Millisecond},
		{name: "half as fast", every: 5 * time.Millisecond, load: 12 * time.Second,
			effect: func(n int) time.Duration { return at(n, 10*time.Millisecond) },
			growth: 50, within: 2, backlog: 1200, p50: 6 * time.Second},
		{name: "a backlog of many", every: 200 * time.Microsecond, load: 12 * time.Second,
			effect: func(n int) time.Duration { return at(n, time.Millisecond) },
			growth: 80, within: 8, backlog: 48_000, p50: 24 * time.Second},
		{name: "every tenth dropped", every: 2 * time.Millisecond, load: 12 * time.Second,
			effect: func(n int) time.Duration {
				if n%10 == 0 {
					return never
				}
				return at(n, 2*time.Millisecond)
			}, growth: 10, within: 3, backlog: 600, without: true},
		{name: "answers that take longer and longer", every: 2 * time.Millisecond, load: 40 * time.Second,
			effect: func(n int) time.Duration { return at(n, 2*time.Millisecond) + 300*time.Millisecond },
			takes:  func(at time.Duration) time.Duration { return at / 200 }, within: 6, backlog: 150, p50: 300 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &worker{began: time.Now(), effect: tt.effect, takes: tt.takes, each: tt.each}
				settle := 60 * time.Second
				d := watched(t, tt.every, tt.load, settle, w.began, w)
				got := d.report()
				if !got.Observed || got.Reason != "" || got.GrowthReason != "" {
					t.Fatalf("%+v", got)
				}
				if math.Abs(got.Growth-tt.growth) > got.GrowthCI+0.1 || got.GrowthCI > tt.within {
					t.Errorf("growth is %v ± %v, not %v ± %v", got.Growth, got.GrowthCI, tt.growth, tt.within)
				}
				if off := math.Abs(float64(got.Backlog) - tt.backlog); off > tt.backlog/10+100 {
					t.Errorf("backlog of %d, not %v", got.Backlog, tt.backlog)
				}
				every := time.Duration(got.EveryMS * float64(time.Millisecond))
				l := d.known()
				if low, high := l.least.quantile(0.5), l.most.quantile(0.5); low > tt.p50*21/20+time.Millisecond || high < tt.p50*19/20 || high > tt.p50*21/20+2*every {
					t.Errorf("p50 is between %s and %s, not %s; looked every %s", low, high, tt.p50, every)
				}
				if (l.without > 0) != tt.without || got.Without != l.without || slices.Contains(got.Open, "max") != tt.without {
					t.Errorf("%d without effect: %+v", l.without, got)
				}
				most := mostWaiting
				if tt.each {
					most = mostWaitingOne
				}
				if w.most > most || w.busy > (tt.load+settle)/10+time.Second {
					t.Errorf("asked about %d at once, for %s", w.most, w.busy)
				}
			})
		})
	}
}

// What never came has no lag: a quantile among it is open, and the slowest
// effect is told from the wait for the others.
func TestEffectsThatNeverCame(t *testing.T) {
	tests := []struct {
		name    string
		lost    func(n int) bool
		open    []string
		slowest bool
	}{
		{"none came", func(int) bool { return true }, []string{"mean", "p50", "p90", "p99", "p99.9", "max"}, false},
		{"one was lost", func(n int) bool { return n == 500 }, []string{"mean", "max"}, true},
		{"one in twenty was lost", func(n int) bool { return n%20 == 0 }, []string{"mean", "p99", "p99.9", "max"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &worker{began: time.Now(), effect: func(n int) time.Duration {
					if tt.lost(n) {
						return never
					}
					return time.Duration(n)*5*time.Millisecond + 30*time.Millisecond
				}}
				got := watched(t, 5*time.Millisecond, 8*time.Second, 5*time.Second, w.began, w).report()
				if !slices.Equal(got.Open, tt.open) || got.WaitedMS < 4900 || got.Without == 0 {
					t.Errorf("%+v", got)
				}
				if tt.slowest != (got.Slowest > 0) || got.Slowest > 60 || tt.slowest && (got.Least.P50 > 30.1 || got.Lag.P50 < 30) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestDrainThatIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		exact := func(n int) time.Duration { return time.Duration(n)*5*time.Millisecond + 123*time.Millisecond }
		w := tellingWorker{&worker{began: time.Now(), effect: exact}}
		got := watched(t, 5*time.Millisecond, 8*time.Second, time.Second, w.began, target.Named("told", w)).report()
		if got.EveryMS != 0 || math.Round(got.Lag.P50) != 123 || math.Round(got.Lag.Max) != 123 || got.Sampled != 1600 {
			t.Errorf("%+v", got)
		}
	})
}

// An event has its effect when all probes have seen it.
func TestDrainOfSeveralProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		soon := &worker{began: began, effect: func(n int) time.Duration { return time.Duration(n) * 5 * time.Millisecond }}
		late := tellingWorker{&worker{began: began, effect: func(n int) time.Duration { return time.Duration(n)*5*time.Millisecond + 2*time.Second }}}
		for _, probes := range [][]target.Probe{{soon, late}, {late, soon}} {
			d := watched(t, 5*time.Millisecond, 8*time.Second, 3*time.Second, began, probes...)
			if l := d.known(); l.without != 0 || l.least.quantile(0.01) != l.most.quantile(0.01) && l.least.quantile(0.01) < 1900*time.Millisecond {
				t.Errorf("%+v", d.report())
			}
			began = time.Now()
			soon.began, late.began = began, began
		}
	})
}

func TestDrainWithoutSight(t *testing.T) {
	instant := func(n int) time.Duration { return 0 }
	tests := []struct {
		name          string
		load          time.Duration
		worker        *worker
		reason        string // why nothing is observed
		growth, noted string
	}{
		{name: "no probe", load: time.Second, reason: "the target has no effects probe"},
		{name: "erring", load: 10 * time.Second, worker: &worker{effect: instant, fails: func(q int) bool { return q%10 == 0 }}, reason: "the probe failed at "},
		{name: "always erring", load: time.Second, worker: &worker{effect: instant, fails: func(int) bool { return true }}, reason: "the probe failed at "},
		{name: "erring a few times", load: 10 * time.Second, worker: &worker{effect: instant, fails: func(q int) bool { return q < 4 }}, noted: "the probe failed at 3 of "},
		{name: "short", load: 5 * time.Second, worker: &worker{effect: instant}, growth: "too short to tell: "},
		{name: "slow to answer", load: 10 * time.Second, worker: &worker{effect: instant, takes: func(time.Duration) time.Duration { return time.Second }}, growth: "too short to tell: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var probes []target.Probe
				began := time.Now()
				if tt.worker != nil {
					tt.worker.began = began
					probes = append(probes, tt.worker)
				}
				d := watched(t, 10*time.Millisecond, tt.load, time.Second, began, probes...)
				got := d.report()
				if got.Observed != (tt.reason == "") || !strings.HasPrefix(got.Reason, tt.reason) || tt.reason == "" && got.Reason != "" {
					t.Errorf("%+v", got)
				}
				if !strings.HasPrefix(got.GrowthReason, tt.growth+tt.reason) || !strings.Contains(got.Lag.Note, tt.noted) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
	few := newDrain([]target.Probe{&worker{}}, strconv.Itoa, 1, func() time.Duration { return 0 })
	if got := few.report(); few.backlog() != -1 || got.Observed || !strings.Contains(got.Reason, "asked 0 times") {
		t.Errorf("%+v", got)
	}
}

// The backlog that the sample makes out is, in the mean of many, the true one,
// and its error is what so small a sample has.
func TestBacklogIsUnbiased(t *testing.T) {
	const runs, events = 400, 3_000
	random := rand.New(rand.NewPCG(3, 4))
	for _, served := range []float64{0.2, 0.7} {
		t.Run(fmt.Sprint(served), func(t *testing.T) {
			var sum, squares, truth float64
			for run := range runs {
				now, gone := time.Duration(0), map[string]bool{}
				d := newDrain([]target.Probe{sightOf(gone)}, strconv.Itoa, int64(run), func() time.Duration { return now })
				d.most = 50
				left := 0
				for n := range events {
					now += time.Millisecond
					d.acked(n, now)
					left++
					if random.Float64() < served {
						gone[strconv.Itoa(n)] = true
						left--
					}
					if n%50 == 49 {
						d.look(t.Context())
					}
				}
				if len(d.waiting) > d.most {
					t.Fatalf("%d wait", len(d.waiting))
				}
				off := float64(d.backlog())/float64(left) - 1
				sum, squares, truth = sum+off, squares+off*off, truth+float64(left)
			}
			mean, deviation := sum/runs, math.Sqrt(squares/runs)
			if math.Abs(mean) > 3*deviation/math.Sqrt(runs) || deviation > 0.3 {
				t.Errorf("off by %+.3f, deviation %.3f, of %v", mean, deviation, truth/runs)
			}
		})
	}
}

type sightOf map[string]bool

func (s sightOf) Describe() target.Description { return target.Description{Name: "sight"} }

func (s sightOf) Counts(_ context.Context, ids []string) (map[string]int, error) {
	counts := map[string]int{}
	for _, id := range ids {
		if s[id] {
			counts[id] = 1
		}
	}
	return counts, nil
}

// What was thinned out late counts no more than what was never taken in: else
// the quick effects of a run's beginning would hide the slow ones of its end.
func TestLagIsThatOfAllAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{began: time.Now(), effect: func(n int) time.Duration {
			at := time.Duration(n) * 200 * time.Microsecond
			if n < 30_000 {
				return at
			}
			return at + 20*time.Second
		}}
		got := watched(t, 200*time.Microsecond, 12*time.Second, 30*time.Second, w.began, w).report()
		if got.Lag.Mean < 9_500 || got.Lag.Mean > 10_500 || got.Sampled > 10_000 {
			t.Errorf("%+v", got)
		}
		if !strings.Contains(got.Lag.Note, "a sample: one of ") {
			t.Errorf("%q", got.Lag.Note)
		}
	})
}

func TestBacklogNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &worker{began: time.Now(), effect: func(n int) time.Duration { return time.Duration(n) * 20 * time.Millisecond }}
		d := newDrain([]target.Probe{w}, strconv.Itoa, 1, func() time.Duration { return time.Since(w.began) })
		d.start(t.Context())
		for n := range 400 {
			time.Sleep(time.Duration(n)*10*time.Millisecond - time.Since(w.began))
			d.acked(n, time.Since(w.began))
			if got := d.backlog(); n > 2 && (got < n/2-5 || got > n/2+2) {
				t.Errorf("%d of %d wait, not half", got, n)
			}
		}
		time.Sleep(5 * time.Second)
		d.stop(t.Context())
		if d.backlog() != 0 {
			t.Errorf("%d in the end", d.backlog())
		}
	})
}

func BenchmarkDrainAcked(b *testing.B) {
	d := newDrain([]target.Probe{sightOf{}}, strconv.Itoa, 1, func() time.Duration { return 0 })
	for n := range 1_000_000 { // until the share is that of a big run
		d.acked(n, 0)
	}
	var next sync.Mutex
	first := 1_000_000
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		next.Lock()
		n := first
		first += 10_000_000
		next.Unlock()
		for pb.Next() {
			d.acked(n, 0)
			n++
		}
	})
}

func TestSlowLooksAreTold(t *testing.T) {
	for took, told := range map[time.Duration]bool{10 * time.Millisecond: false, 400 * time.Millisecond: true} {
		d := newDrain(nil, nil, 1, nil)
		d.looks.add(time.Second, 5*time.Millisecond)
		d.looks.add(2*time.Second, took)
		if got := d.remarks(); strings.Contains(got, "a look took up to 400 ms") != told {
			t.Errorf("%s: %q", took, got)
		}
	}
}
