package reports

import (
	"cmp"
	"fmt"
	"slices"
)

// A saying is what is told of one scenario: why it got its verdict, and what was
// seen where that says more. Either may be empty.
type saying struct{ found, observed string }

// told says the first finding: what was seen against what was expected, and its
// message where it has none of the two.
func told(s Scenario) saying {
	if len(s.Findings) == 0 {
		return saying{observed: s.Reason}
	}
	f := s.Findings[0]
	t := saying{found: s.Reason, observed: f.Observed}
	switch {
	case f.Observed == "":
		t.observed = f.Message
	case f.Expected != "":
		t.observed += " (expected: " + f.Expected + ")"
	}
	if t.found == f.Observed {
		t.found = "" // what was seen begins with it
	}
	if t.observed == t.found {
		t.observed = ""
	}
	return t
}

// whole is what is told of a scenario that is told alone.
func whole(s Scenario) saying {
	t := told(s)
	if len(s.Findings) == 0 {
		return t
	}
	first, last := &t.found, &t.observed
	if *first == "" {
		first = last
	}
	if *last == "" {
		last = first
	}
	if also := s.Findings[0].Also; also != "" {
		*first += "; " + also
	}
	if n := len(s.Findings) - 1; n > 0 {
		*last += "; and " + plural(n, "more finding")
	}
	return t
}

// A way is one in which the symptom of a cause showed: the scenarios of which
// the same can be told.
type way struct {
	saying
	headline  string
	scenarios []Scenario // never empty
}

// ways sorts the scenarios of a cause by what is told of them; the most frequent
// comes first.
func (c cause) ways() []way {
	var all []way
	for _, s := range c.scenarios {
		w := way{told(s), headline(s), []Scenario{s}}
		i := slices.IndexFunc(all, func(x way) bool { return x.saying == w.saying && x.headline == w.headline })
		if i < 0 {
			all = append(all, w)
			continue
		}
		all[i].scenarios = append(all[i].scenarios, s)
	}
	slices.SortStableFunc(all, func(a, b way) int { return cmp.Compare(len(b.scenarios), len(a.scenarios)) })
	return all
}

// common is what can be said of all scenarios of a cause that shows in several ways.
func (c cause) common(ways []way) string {
	if !c.differ(headline) {
		return c.text()
	}
	symptom := func(s Scenario) string {
		if len(s.Findings) == 0 {
			return ""
		}
		return s.Findings[0].Symptom
	}
	text := fmt.Sprintf("it shows in %d ways", len(ways))
	if name := symptom(c.scenarios[0]); name != "" && !c.differ(symptom) {
		text = name + ", in " + plural(len(ways), "way")
	}
	return text
}

// text tells a way of c apart from the others.
func (w way) text(c cause) string {
	switch {
	case w.observed == "":
		return w.headline
	case w.found == "" || !c.differ(headline):
		return w.observed
	}
	return w.found + "; " + w.observed
}

// seen says what was observed, where the headline has not said it, and of which
// scenario where it was not the same of all.
func (c cause) seen(ways []way) string {
	first := c.scenarios[0]
	text := told(first).observed
	switch {
	case text == c.text():
		return ""
	case len(ways) > 1 && text != "":
		return first.ID + ": " + text
	}
	return text
}
