package specs

import (
	"context"
	"fmt"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/hookassay/hookassay/suites/target"
)

// Counter makes a probe of a function that counts effects. Eventually would
// call the bare function itself, without an id:
//
//	Eventually(specs.Counter(processed)).Should(specs.HaveProcessedOnce(id))
func Counter(count func(id string) int) target.Probe { return counter{target.Func(count)} }

type counter struct{ target.Func }

// HaveProcessedOnce succeeds when the event has had exactly one effect.
func HaveProcessedOnce(id string) types.GomegaMatcher { return HaveProcessed(id, 1) }

// HaveProcessed succeeds when the event has had exactly so many effects. It
// takes a target.Probe or a func(id string) int. Effects are never undone, so
// Eventually gives up as soon as there are too many; that there are never more
// is for Consistently.
func HaveProcessed(id string, times int) types.GomegaMatcher {
	return &processed{id: id, want: times}
}

type processed struct {
	id        string
	want, got int
	counts    string // what the probe's count means
}

// probeTimeout bounds one look.
const probeTimeout = 5 * time.Second

// Match implements types.GomegaMatcher.
func (p *processed) Match(actual any) (bool, error) {
	var probe target.Probe
	switch a := actual.(type) {
	case target.Probe:
		probe = a
	case func(string) int:
		probe = target.Func(a)
	default:
		return false, fmt.Errorf("expected a target.Probe or a func(id string) int, got a %T", actual)
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	counts, err := probe.Counts(ctx, []string{p.id})
	if err != nil {
		return false, fmt.Errorf("nothing is known of the effects of %s: %w", p.id, err)
	}
	p.got, p.counts = counts[p.id], probe.Describe().Counts
	return p.got == p.want, nil
}

// MatchMayChangeInTheFuture lets Eventually give up early.
func (p *processed) MatchMayChangeInTheFuture(any) bool { return p.got <= p.want }

// FailureMessage implements types.GomegaMatcher.
func (p *processed) FailureMessage(any) string { return p.text("") }

// NegatedFailureMessage implements types.GomegaMatcher.
func (p *processed) NegatedFailureMessage(any) string { return p.text("not ") }

func (p *processed) text(not string) string {
	return joined([]string{
		fmt.Sprintf("Expected event %s %sto be processed %s; it was processed %s.", p.id, not, times(p.want), times(p.got)),
		line("The count is", p.counts),
	})
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
