package target

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
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
	Seen    bool                 // it is enough that every awaited effect is there
	// Patience is how long the awaited effects may take; 0: the effect timeout.
	Patience time.Duration
}

// longestSettle is how long a backlog that still shrinks is waited for, as
// after a load run: whoever works effects off one by one is slow, not wrong.
const longestSettle = 30 * time.Second

// Settle asks the probe until every awaited effect is there and no count has
// changed for a quiescence; it gives up on the awaited ones after the effect
// timeout, counted from the last change, and after longestSettle in any case.
// "No effect" is waited for max(3 × the slowest effect, quiescence). Counts that
// go down, be it from what the preflight saw, are an error: what is gone by the
// end may have been there.
func (t *Target) Settle(ctx context.Context, p Probe, w Wait) transcript.Effects {
	e := transcript.Effects{Probe: p.Describe().Name, Asked: len(w.IDs)}
	start := time.Now()
	if w.Since.IsZero() {
		w.Since = start
	}
	patience := cmp.Or(w.Patience, t.Timeouts.Effect)
	last := start.Add(max(longestSettle, patience) + t.Timeouts.Quiescence)
	slowest, changed := w.Slowest, start
	before, seen, moved := t.shown.of(p, w.IDs), map[string]bool{}, map[string]time.Time{}
	for first := true; ; {
		counts, err := p.Counts(ctx, w.IDs)
		now := time.Now()
		if err == nil && fell(before, counts) {
			err = errFell
		}
		if err != nil {
			e.Error = t.Redactor().Text(err.Error()) // it may quote the receiver's side
			break
		}
		if before = counts; !equal(counts, e.Counts) {
			noteChanges(moved, e.Counts, counts, now)
			e.Counts, changed = counts, now
		}
		for id, acked := range w.Awaited {
			if counts[id] > 0 && !seen[id] {
				seen[id] = true
				// Only what was still missing when we first looked tells
				// anything of the effect's latency.
				if !first {
					slowest = max(slowest, now.Sub(acked))
				}
			}
		}
		first = false
		horizon := max(3*slowest, t.Timeouts.Quiescence)
		e.Stable = now.Sub(changed) >= t.Timeouts.Quiescence
		if w.Seen && len(seen) == len(w.Awaited) {
			break
		}
		done := e.Stable && len(seen) == len(w.Awaited) && now.Sub(w.Since) >= horizon
		late := now.Sub(changed) > patience+t.Timeouts.Quiescence && now.Sub(w.Since) >= horizon
		if done || late || now.After(last) {
			break
		}
		if Pause(ctx, pollEvery) != nil {
			e.Error = "interrupted while effects settled"
			break
		}
	}
	if !e.Stable {
		e.Moving = since(moved, time.Now().Add(-t.Timeouts.Quiescence))
	}
	e.Interrupted = e.Error != "" && ctx.Err() != nil
	e.Blind = p.Describe().Blind // known once it was asked
	e.WaitedMS, e.SlowestMS = time.Since(w.Since).Milliseconds(), slowest.Milliseconds()
	return e
}

var errFell = errors.New("effects probe: its counts went down: an effect that was seen is not counted any more")

// fell reports whether any count is lower than it was.
func fell(before, now map[string]int) bool {
	for id, n := range before {
		if now[id] < n {
			return true
		}
	}
	return false
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

// noteChanges notes when a count was last seen to change.
func noteChanges(moved map[string]time.Time, before, now map[string]int, at time.Time) {
	for id, n := range now {
		if before[id] != n {
			moved[id] = at
		}
	}
}

// since lists the ids that changed at a moment or later, in order.
func since(moved map[string]time.Time, from time.Time) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(moved)) {
		if !moved[id].Before(from) {
			ids = append(ids, id)
		}
	}
	return ids
}
