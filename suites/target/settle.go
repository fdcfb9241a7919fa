package target

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// pollEvery is how often a probe is asked while things settle.
const pollEvery = 25 * time.Millisecond

// Wait is what Settle waits for.
type Wait struct {
	IDs     []string             // every event the probe is asked about
	Awaited map[string]time.Time // events that should take effect → when they were acknowledged
	Slowest time.Duration        // the slowest control effect seen so far
	Since   time.Time            // the last answer of the run
}

// Settle asks the probe until every awaited effect is there and no count has
// changed for a quiescence; it gives up on the awaited ones after the effect
// timeout. "No effect" is waited for max(3 × the slowest effect, quiescence).
func (t *Target) Settle(ctx context.Context, p Probe, w Wait) transcript.Effects {
	e := transcript.Effects{Probe: p.Describe().Name, Asked: len(w.IDs)}
	start := time.Now()
	if w.Since.IsZero() {
		w.Since = start
	}
	deadline := start.Add(t.Timeouts.Effect + t.Timeouts.Quiescence)
	slowest, changed := w.Slowest, start
	seen := map[string]bool{}
	for {
		counts, err := p.Counts(ctx, w.IDs)
		now := time.Now()
		if err != nil {
			e.Error = err.Error()
			break
		}
		if !equal(counts, e.Counts) {
			e.Counts, changed = counts, now
		}
		for id, acked := range w.Awaited {
			if counts[id] > 0 && !seen[id] {
				seen[id] = true
				// Only what was still missing when we began to look tells
				// anything of the effect's latency.
				if now.Sub(start) > pollEvery {
					slowest = max(slowest, now.Sub(acked))
				}
			}
		}
		horizon := max(3*slowest, t.Timeouts.Quiescence)
		e.Stable = now.Sub(changed) >= t.Timeouts.Quiescence
		done := e.Stable && len(seen) == len(w.Awaited) && now.Sub(w.Since) >= horizon
		if done || now.After(deadline) {
			break
		}
		if !sleep(ctx, pollEvery) {
			e.Error = "interrupted while effects settled"
			break
		}
	}
	e.WaitedMS, e.SlowestMS = time.Since(w.Since).Milliseconds(), slowest.Milliseconds()
	return e
}

func equal(a, b map[string]int) bool {
	if b == nil || len(a) != len(b) {
		return false
	}
	for id, n := range a {
		if b[id] != n {
			return false
		}
	}
	return true
}

// sleep waits, and reports false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
