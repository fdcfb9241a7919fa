package target

import (
	"context"

	"golang.org/x/sync/errgroup"
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

// probeAtOnce is how many questions are asked at a time, where each is about
// one event.
const probeAtOnce = 8

// countEach asks about one event after the other, a few at a time.
func countEach(ctx context.Context, ids []string, one func(ctx context.Context, id string) (int, error)) (map[string]int, error) {
	counts := make([]int, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(probeAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			counts[i], err = one(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := map[string]int{}
	for i, id := range ids {
		if counts[i] != 0 {
			out[id] = counts[i]
		}
	}
	return out, nil
}

// Unprobed is the target without probes.
func (t *Target) Unprobed() *Target {
	blind := *t
	blind.Probes = nil
	return &blind
}
