package specs

import (
	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
)

// An ending is how a spec ends.
type ending int

const (
	fails ending = iota // what is not listed below fails
	passes
	notes // passes, with an entry in the report
	skips
)

// endings maps verdicts. Blocked and error fail: a spec that skipped would let
// a run in which nothing was proven look green.
var endings = map[reports.Verdict]ending{
	reports.Pass:          passes,
	reports.Warn:          notes,
	reports.Info:          notes,
	reports.Fail:          fails,
	reports.Blocked:       fails,
	reports.Error:         fails,
	reports.NotObserved:   skips,
	reports.NotApplicable: skips,
	reports.Excluded:      skips,
}

// endingOf is how a scenario's spec ends. A failure that is known is skipped,
// with its reason.
func endingOf(s reports.Scenario) ending {
	if s.Known != nil {
		return skips
	}
	return endings[s.Verdict]
}

// state is what Ginkgo calls the ending.
func (e ending) state() types.SpecState {
	switch e {
	case passes, notes:
		return types.SpecStatePassed
	case skips:
		return types.SpecStateSkipped
	}
	return types.SpecStateFailed
}

// visibility shows warnings always, and what only informs when asked.
func visibility(v reports.Verdict) ginkgo.ReportEntryVisibility {
	if v == reports.Warn {
		return ginkgo.ReportEntryVisibilityAlways
	}
	return ginkgo.ReportEntryVisibilityFailureOrVerbose
}

// shownElsewhere are the exit reasons that the specs of scenarios and loads show.
var shownElsewhere = map[string]bool{"fail": true, "error": true, "blocked": true, "objective": true, "generator": true}
