package conformance

import (
	"slices"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// causes finds the defects that explain several of the scenarios. Nothing is
// graded by it: it only spares the reader twenty stories of one thing.
func causes(graded []reports.Scenario) []reports.Cause {
	var found []reports.Cause
	taken := map[string]bool{}
	for _, c := range scenarios.Causes() {
		var ids []string
		for _, s := range graded {
			if !taken[s.ID] && c.Explained(s.ID) && (bears(s, c.Symptom) || failed(s) && slices.Contains(c.Also, s.ID)) {
				ids = append(ids, s.ID)
			}
		}
		absent := func(id string) bool { return !slices.Contains(ids, id) }
		if len(ids) < 2 || slices.ContainsFunc(c.When, absent) {
			continue
		}
		for _, id := range ids {
			taken[id] = true
		}
		slices.SortStableFunc(ids, func(a, b string) int { return recognised(c, b) - recognised(c, a) })
		found = append(found, reports.Cause{Title: c.Title, Fix: c.Fix, Scenarios: ids})
	}
	return found
}

// recognised ranks what is told first: what the cause was recognised by.
func recognised(c scenarios.Cause, id string) int {
	if slices.Contains(c.When, id) {
		return 1
	}
	return 0
}

// bears reports whether the finding that decided the verdict has the symptom.
func bears(s reports.Scenario, symptom string) bool {
	return failed(s) && s.Findings[0].Symptom == symptom
}

func failed(s reports.Scenario) bool {
	return (s.Verdict == reports.Fail || s.Verdict == reports.Warn) && len(s.Findings) > 0
}
