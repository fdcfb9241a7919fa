package reports

import (
	"cmp"
	"slices"
	"strings"
)

// A cause is what several scenarios of one verdict have in common; most causes
// have one scenario.
type cause struct {
	verdict   Verdict    // the worst
	scenarios []Scenario // never empty, the worst first, and in the report's order
	named     *Cause     // nil: only a symptom is shared
}

// causeKey is what scenarios of one cause share.
type causeKey struct {
	verdict    Verdict
	kind, text string
}

// keysOf lists what puts a scenario together with others. A cause that has a
// name goes before all else, and spans verdicts; of what is only told briefly
// nothing but the reason matters.
func keysOf(s Scenario, named *Cause) []causeKey {
	switch {
	case named != nil:
		return []causeKey{{"", "cause", named.Title}}
	case s.Interrupted:
		return []causeKey{{s.Verdict, "interrupted", ""}}
	case s.Verdict == NotObserved:
		return []causeKey{{s.Verdict, "unseen", ""}}
	case s.Verdict == Blocked:
		return byHeadline(s)
	}
	var keys []causeKey
	if len(s.Findings) > 0 {
		if symptom := cmp.Or(s.Findings[0].Symptom, s.Findings[0].Fingerprint); symptom != "" {
			keys = append(keys, causeKey{s.Verdict, "symptom", symptom})
		}
	}
	if s.Reason != "" {
		keys = append(keys, causeKey{s.Verdict, "reason", s.Reason})
	}
	return keys
}

func byHeadline(s Scenario) []causeKey { return []causeKey{{s.Verdict, "headline", headline(s)}} }

// causes puts together the scenarios that one of the named causes explains, and
// of the others those of one verdict whose first findings share their symptom,
// or whose reasons are the same: worst verdict first, then the cause that
// explains most, then the report's order.
func causes(scenarios []Scenario, known []Cause) []cause {
	named := map[string]*Cause{}
	for i := range known {
		for _, id := range known[i].Scenarios {
			named[id] = &known[i]
		}
	}
	all := group(scenarios, func(s Scenario) []causeKey { return keysOf(s, named[s.ID]) })
	for i := range all {
		c := &all[i]
		c.named = named[c.scenarios[0].ID]
		slices.SortStableFunc(c.scenarios, func(a, b Scenario) int {
			return cmp.Or(cmp.Compare(a.Verdict.Rank(), b.Verdict.Rank()), cmp.Compare(c.place(a), c.place(b)))
		})
	}
	return all
}

// group puts together the scenarios that share a key, in the order of causes.
func group(scenarios []Scenario, keysOf func(Scenario) []causeKey) []cause {
	var all []*cause
	found := map[causeKey]*cause{}
	for _, s := range scenarios {
		keys := keysOf(s)
		var c *cause
		for _, k := range keys {
			if c == nil {
				c = found[k]
			}
		}
		if c == nil {
			c = &cause{verdict: s.Verdict}
			all = append(all, c)
		}
		c.scenarios = append(c.scenarios, s)
		if s.Verdict.Rank() < c.verdict.Rank() {
			c.verdict = s.Verdict
		}
		for _, k := range keys {
			found[k] = c
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

// place is where a named cause lists the scenario: what it was recognised by
// comes first.
func (c cause) place(s Scenario) int {
	if c.named == nil {
		return 0
	}
	return slices.Index(c.named.Scenarios, s.ID)
}

// text says the cause in one line.
func (c cause) text() string {
	if c.named != nil && len(c.scenarios) > 1 {
		return oneLine(c.named.Title)
	}
	return headline(c.scenarios[0])
}

// headline says in one line why a scenario has its verdict.
func headline(s Scenario) string {
	if s.Reason != "" {
		return oneLine(s.Reason)
	}
	if len(s.Findings) > 0 {
		return oneLine(s.Findings[0].Message)
	}
	return "no reason is given"
}

func (c cause) ids() []string { return idsOf(c.scenarios) }

func idsOf(scenarios []Scenario) []string {
	ids := make([]string, len(scenarios))
	for i, s := range scenarios {
		ids[i] = s.ID
	}
	return ids
}

// oneFix is the advice that mends all of them, or "": only where there is one is
// the same symptom surely the same cause.
func (c cause) oneFix() string {
	if c.named != nil {
		return c.named.Fix
	}
	if c.differ(func(s Scenario) string { return s.Fix }) {
		return ""
	}
	return c.scenarios[0].Fix
}

// differ reports whether they have not all the same of something.
func (c cause) differ(of func(Scenario) string) bool {
	return slices.ContainsFunc(c.scenarios, func(s Scenario) bool { return of(s) != of(c.scenarios[0]) })
}

// mostAgain is how many ids a command names: a longer one nobody reads.
const mostAgain = 10

// again is the command that plays all scenarios of the cause, or else the whole
// run.
func (c cause) again(run string) string {
	if len(c.scenarios) > mostAgain && run != "" {
		return run
	}
	first := c.scenarios[0]
	return strings.Replace(first.Rerun, "--only "+first.ID, "--only "+strings.Join(c.ids(), ","), 1)
}
