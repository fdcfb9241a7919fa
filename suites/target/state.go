package target

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// A State says what becomes of the things that events are about, and how that
// is seen.
type State struct {
	Object string  // JSON pointer, into an event's payload, of what it is about
	After  []Stage // in the order in which they happen to an object; two or more
	Probe  StateProbe
}

// A Stage is one event that happens to an object.
type Stage struct {
	Type string            // of the event
	Set  map[string]string // what stands in it, by JSON pointer; as in mockprovider.EventSpec
	Is   string            // the state that the object is in then
}

// A StateProbe tells in which states objects are.
type StateProbe interface {
	// Describe says what kind of probe it is; Counts, what it reads.
	Describe() Description
	// States returns the state of each object. One that is not in the map has
	// none. An error means nothing is known.
	States(ctx context.Context, objects []string) (map[string]string, error)
}

// StateFunc is a state probe in the user's own process; "" is no state.
type StateFunc func(object string) string

// Describe implements StateProbe.
func (f StateFunc) Describe() Description {
	return Description{Name: "state", Kind: "func", Counts: "what the Go function returns for an object"}
}

// States implements StateProbe.
func (f StateFunc) States(ctx context.Context, objects []string) (map[string]string, error) {
	states := map[string]string{}
	for _, o := range objects {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s := f(o); s != "" {
			states[o] = s
		}
	}
	return states, nil
}

// StateWait is what Settle waits for.
type StateWait struct {
	Expected map[string]string // object → the state that a correct receiver leaves it in
	Slowest  time.Duration     // the slowest control effect seen
	Since    time.Time         // the last answer of the run
}

// Settle asks the probe until every object is in its expected state and none
// has changed for a quiescence, at least for max(3 × the slowest effect,
// quiescence) after the last answer: an older event may still be at work. It
// gives up after the effect timeout, counted from the last change, and after
// longestSettle in any case.
func (s *State) Settle(ctx context.Context, limits Timeouts, w StateWait) transcript.States {
	start := time.Now()
	if w.Since.IsZero() {
		w.Since = start
	}
	objects := slices.Sorted(maps.Keys(w.Expected))
	r := transcript.States{Probe: s.Probe.Describe().Kind, Asked: len(objects)}
	last := start.Add(max(longestSettle, limits.Effect) + limits.Quiescence)
	horizon := max(3*w.Slowest, limits.Quiescence)
	for changed := start; ; {
		states, err := s.Probe.States(ctx, objects)
		now := time.Now()
		if err != nil {
			r.Error = err.Error()
			break
		}
		if r.States == nil || !maps.Equal(states, r.States) {
			r.States, changed = states, now
		}
		r.Stable = now.Sub(changed) >= limits.Quiescence
		if r.Stable && maps.Equal(states, w.Expected) && now.Sub(w.Since) >= horizon {
			break
		}
		if now.After(last) || now.Sub(changed) > limits.Effect+limits.Quiescence {
			break
		}
		if Pause(ctx, pollEvery) != nil {
			r.Error = "interrupted while states settled"
			break
		}
	}
	r.Interrupted = r.Error != "" && ctx.Err() != nil
	r.WaitedMS = time.Since(w.Since).Milliseconds()
	return r
}
