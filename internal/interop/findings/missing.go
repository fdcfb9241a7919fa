package findings

import (
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/reports"
)

// Missing is what an expectations file lacks, as text to be put there: everything
// but the explanation, which a person finds in the receiver's source. The comments
// are the evidence. It is empty when nothing is missing.
func (g Graded) Missing() string {
	var b strings.Builder
	for _, s := range g.Report.Scenarios {
		if _, ok := g.Expected[s.ID]; ok || !found(s.Verdict) {
			continue
		}
		fmt.Fprintf(&b, "\n# %s (%s)\n", s.Title, s.Level)
		for _, row := range g.evidence(s) {
			fmt.Fprintf(&b, "# %s: %s\n", row.name, strings.Join(row.texts, "; "))
		}
		fmt.Fprintf(&b, "%s:\n  verdict: %s\n  cause: # %s, %s, %s or %s\n  because: # one line, argued from the source\n  source: # its URL, at %s\n",
			s.ID, s.Verdict, Library, Example, Server, Wrapper, g.Version)
	}
	return b.String()
}

// row is one line about a finding: what was sent, what was answered, ….
type row struct {
	name  string
	texts []string
}

// evidence is what was seen, the same in every run.
func (g Graded) evidence(s reports.Scenario) []row {
	rows := []row{
		{"sent", each(s, sent)},
		{"differs", each(s, differs)},
		{"required", each(s, required)},
		{"answered", each(s, answered)},
		{"effects", each(s, g.effects)},
		{"measured", measured(s)},
	}
	var known []row
	for _, r := range rows {
		if len(r.texts) > 0 {
			known = append(known, r)
		}
	}
	return known
}

// each asks every finding that decided the verdict the same and leaves repeated
// answers out. Lesser ones come and go with the load.
func each(s reports.Scenario, ask func(reports.Finding) string) []string {
	var texts []string
	seen := map[string]bool{}
	for _, f := range s.Findings {
		if f.Severity != s.Verdict {
			continue
		}
		if text := ask(f); text != "" && !seen[text] {
			seen[text] = true
			texts = append(texts, text)
		}
	}
	return texts
}

func required(f reports.Finding) string { return f.Expected }

// measured leaves out what is never the same twice: times, and how much of a flood
// was on its way when the answer came.
func measured(s reports.Scenario) []string {
	const whole = 64 << 20 // of the largest flood there is
	var texts []string
	for _, m := range s.Measurements {
		switch {
		case m.Unit != "bytes":
		case m.Value >= whole:
			texts = append(texts, "64 MiB: "+m.Name)
		default:
			texts = append(texts, "less than 64 MiB: "+m.Name)
		}
	}
	return texts
}
