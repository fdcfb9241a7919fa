package target

import (
	"context"
)

// A Probe counts effects: how often the receiver processed each event.
type Probe interface {
	// Describe says what kind of probe it is and what its count is declared
	// to mean.
	Describe() Description
	// Counts returns how often each of the events was processed. An id that is
	// not in the map has no effect. An error means nothing is known.
	Counts(ctx context.Context, ids []string) (map[string]int, error)
}

// Description of a probe, as reports show it.
type Description struct {
	Name   string
	Kind   string // callback, http, sql, exec, log, func
	Counts string
	// Blind is why a count of 1 may stand for several: the probe cannot count to
	// two. It is "" where the probe can, and before it was first asked.
	Blind string
}

// Func is a probe in the user's own process.
type Func func(id string) int

// Describe implements Probe.
func (f Func) Describe() Description {
	return Description{Name: "effects", Kind: "func", Counts: "what the Go function returns for an event's id"}
}

// Counts implements Probe.
func (f Func) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	counts := map[string]int{}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if n := f(id); n != 0 {
			counts[id] = n
		}
	}
	return counts, nil
}
