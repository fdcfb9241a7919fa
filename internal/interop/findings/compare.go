package findings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
		case !graded(s):
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
// these receivers can be seen, and nothing is excluded; what needs a second secret is
// the only excuse, for their documentation shows them with one.
func graded(s reports.Scenario) bool {
	if s.Verdict == reports.NotObserved {
		return strings.HasPrefix(s.Reason, "needs the secret ")
	}
	return found(s.Verdict) || s.Verdict == reports.Pass || s.Verdict == reports.NotApplicable
}

func found(v reports.Verdict) bool {
	return v == reports.Fail || v == reports.Warn || v == reports.Info
}
