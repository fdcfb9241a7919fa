package reports

import (
	"cmp"
	"slices"
	"strings"
)

// A cause is what several scenarios of one verdict have in common; most causes
// have one scenario.
type cause struct {
	verdict   Verdict
	scenarios []Scenario // never empty, in the report's order
}

// causes puts together the scenarios of one verdict whose first findings share
// their fingerprint, or whose reasons are the same: worst verdict first, then
// the cause that explains most, then the report's order.
func causes(scenarios []Scenario) []cause {
	type key struct {
		verdict    Verdict
		kind, text string
	}
	var all []*cause
	known := map[key]*cause{}
	for _, s := range scenarios {
		var keys []key
		if len(s.Findings) > 0 && s.Findings[0].Fingerprint != "" {
			keys = append(keys, key{s.Verdict, "fingerprint", s.Findings[0].Fingerprint})
		}
		if s.Reason != "" {
			keys = append(keys, key{s.Verdict, "reason", s.Reason})
		}
		var c *cause
		for _, k := range keys {
			if c == nil {
				c = known[k]
			}
		}
		if c == nil {
			c = &cause{verdict: s.Verdict}
			all = append(all, c)
		}
		c.scenarios = append(c.scenarios, s)
		for _, k := range keys {
			known[k] = c
		}
	}
	slices.SortStableFunc(all, func(a, b *cause) int {
		return cmp.Or(cmp.Compare(a.verdict.Rank(), b.verdict.Rank()), cmp.Compare(len(b.scenarios), len(a.scenarios)))
	})
	out := make([]cause, len(all))
	for i, c := range all {
		out[i] = *c
	}
	return out
}

// text says the cause in one line.
func (c cause) text() string {
	s := c.scenarios[0]
	if s.Reason != "" {
		return oneLine(s.Reason)
	}
	if len(s.Findings) > 0 {
		return oneLine(s.Findings[0].Message)
	}
	return "no reason is given"
}

func (c cause) ids() []string {
	ids := make([]string, len(c.scenarios))
	for i, s := range c.scenarios {
		ids[i] = s.ID
	}
	return ids
}

// oneFix reports whether the same advice mends all of them: only then is the
// same symptom surely the same cause.
func (c cause) oneFix() bool {
	return !slices.ContainsFunc(c.scenarios, func(s Scenario) bool { return s.Fix != c.scenarios[0].Fix })
}

// again is the command that plays all scenarios of the cause.
func (c cause) again() string {
	first := c.scenarios[0]
	return strings.Replace(first.Rerun, "--only "+first.ID, "--only "+strings.Join(c.ids(), ","), 1)
}
