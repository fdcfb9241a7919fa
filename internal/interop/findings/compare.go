package findings

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hookassay/hookassay/reports"
)

// Compare lists every way in which a report is not what was expected: a new
// finding, one that vanished, another verdict, and whatever was not graded at all.
// An empty list means that they agree.
func Compare(report reports.Report, expected Expectations) []string {
	var problems []string
	if report.Verdict == reports.Incomplete {
		problems = append(problems, "the run is incomplete")
	}
	missing := maps.Clone(expected)
	for _, s := range report.Scenarios {
		want, ok := expected[s.ID]
		delete(missing, s.ID)
		switch {
		case !graded(s.Verdict):
			problems = append(problems, fmt.Sprintf("%s was not graded: %s: %s", s.ID, s.Verdict, s.Reason))
		case ok && want.Verdict != s.Verdict:
			problems = append(problems, fmt.Sprintf("%s: %s (%s), want %s", s.ID, s.Verdict, s.Reason, want.Verdict))
		case !ok && found(s.Verdict):
			problems = append(problems, fmt.Sprintf("%s: a new finding: %s: %s", s.ID, s.Verdict, s.Reason))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(missing)) {
		problems = append(problems, id+" is not in the report")
	}
	return problems
}

// graded reports whether something was learnt about the receiver. The effects of
// these receivers can be seen, and nothing is excluded, so there is no excuse.
func graded(v reports.Verdict) bool {
	return found(v) || v == reports.Pass || v == reports.NotApplicable
}

func found(v reports.Verdict) bool {
	return v == reports.Fail || v == reports.Warn || v == reports.Info
}
