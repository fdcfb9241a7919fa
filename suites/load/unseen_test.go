package load

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// failingProbe answers so many looks, and then none.
type failingProbe struct {
	target.Probe
	looks atomic.Int64
	until int64
}

func (p *failingProbe) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	if p.looks.Add(1) > p.until {
		return nil, errors.New("answered 500")
	}
	return p.Probe.Counts(ctx, ids)
}

// fallingProbe shows an event's effect twice, and then no more: while the load
// goes on, to the audit's first look, but not to its second.
type fallingProbe struct {
	target.Probe
	mu    sync.Mutex
	shown map[string]int
}

func (p *fallingProbe) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	counts, err := p.Probe.Counts(ctx, ids)
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range counts {
		if p.shown[id]++; p.shown[id] > 2 {
			delete(counts, id)
		}
	}
	return counts, err
}

// A probe that is there and cannot be relied on proves nothing, and what needs
// none does not stand in for it.
func TestEffectsThatCannotBeLookedUp(t *testing.T) {
	for _, tt := range []struct {
		name  string
		probe func(target.Probe) target.Probe
		says  string
	}{
		{"it breaks in mid-run", func(p target.Probe) target.Probe { return &failingProbe{Probe: p, until: 3} }, "answered 500"},
		{"its counts go down", func(p target.Probe) target.Probe { return &fallingProbe{Probe: p, shown: map[string]int{}} }, "went down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tgt := receive(t)
			tgt.Timeouts.Effect = 300 * time.Millisecond
			tgt.Probes[0] = tt.probe(tgt.Probes[0])
			l := play(t, tgt, lenient(smoke(t, perSecond(200), 700*time.Millisecond)))
			if l.Verdict != reports.NotObserved || !strings.HasPrefix(l.Reason, "the effects could not be looked up: ") || !strings.Contains(l.Reason, tt.says) {
				t.Errorf("verdict %s: %s", l.Verdict, l.Reason)
			}
			r := reports.Report{Load: []reports.Load{l}}
			reports.Conclude(&r, nil)
			if r.ExitCode != reports.ExitIncomplete || r.Verdict != reports.Incomplete {
				t.Errorf("%s, exit code %d: %v", r.Verdict, r.ExitCode, r.ExitReasons)
			}
		})
	}
}

// A miss that needs no effects is proven all the same.
func TestMissBesideEffectsThatCannotBeLookedUp(t *testing.T) {
	tgt := receive(t, "never-verifies")
	tgt.Timeouts.Effect = 300 * time.Millisecond
	tgt.Probes[0] = &failingProbe{Probe: tgt.Probes[0]}
	s := smoke(t, perSecond(200), 700*time.Millisecond)
	s.Objectives = []scenarios.Objective{objective(t, "forged: accepted = 0")}
	if l := play(t, tgt, s); l.Verdict != reports.Fail {
		t.Errorf("verdict %s: %s", l.Verdict, l.Reason)
	}
}

// A probe that counts what nobody has sent is not asked: it would call every
// forgery accepted, and nothing lost.
func TestProbeThatInvents(t *testing.T) {
	tgt := receive(t)
	asked := atomic.Int64{}
	tgt.Probes = []target.Probe{target.Func(func(string) int { asked.Add(1); return 1 })}
	s := lenient(smoke(t, perSecond(200), 700*time.Millisecond))
	r, err := Grade(t.Context(), Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()}, "test", "again")
	if err != nil || len(r.Load) != 1 {
		t.Fatalf("%v, %+v", err, r)
	}
	const says = "counts an event that nobody has sent"
	l := r.Load[0]
	if l.Verdict != reports.NotObserved || !strings.Contains(l.Reason, says) || !strings.Contains(l.Drain.Reason, says) || r.ExitCode != reports.ExitIncomplete {
		t.Errorf("%s: %s; exit code %d", l.Verdict, l.Reason, r.ExitCode)
	}
	for _, o := range l.Objectives {
		if o.Verdict == reports.Fail {
			t.Errorf("%+v", o)
		}
	}
	if n := asked.Load(); n > 3 {
		t.Errorf("it was asked %d times, behind the preflight, too", n)
	}
}
