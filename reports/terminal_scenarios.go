package reports

import (
	"fmt"
	"strconv"
	"strings"
)

// fullBlock tells which verdicts deserve every line: the others are said briefly.
func fullBlock(v Verdict) bool {
	switch v {
	case Blocked, NotObserved, Excluded, NotApplicable:
		return false
	}
	return true
}

func (p *page) scenarios(all []Scenario, named []Cause, verbose bool) {
	apart := map[Verdict][]Scenario{}
	var told, known []Scenario
	for _, s := range all {
		switch {
		case s.known():
			known = append(known, s)
		case s.Verdict == Pass || s.Verdict == Excluded || s.Verdict == NotApplicable:
			apart[s.Verdict] = append(apart[s.Verdict], s)
		default:
			told = append(told, s)
		}
	}
	for _, c := range causes(told, named) {
		p.line("")
		switch {
		case !fullBlock(c.verdict):
			p.brief(c)
		case len(c.scenarios) == 1:
			p.single(c.scenarios[0])
		default:
			p.shared(c, verbose)
		}
	}
	p.known(known)
	if len(apart) > 0 {
		p.line("")
	}
	p.summary(Excluded, apart[Excluded])
	if verbose {
		p.summary(NotApplicable, apart[NotApplicable])
	}
	p.passed(apart[Pass], verbose)
}

func (p *page) single(s Scenario) {
	l := s.Verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title))
	if len(s.Findings) > 0 && s.Reason != s.Findings[0].Observed {
		p.field("found", s.Reason)
	}
	p.observed(s)
	p.measured(s)
	if s.Verdict == Info {
		return
	}
	if mendable(s.Verdict) {
		p.field("fix", s.Fix)
	}
	p.command("again", s.Rerun)
}

// mendable tells whether a scenario's advice on the receiver fits its verdict.
func mendable(v Verdict) bool { return v == Fail || v == Warn }

// mostTold is how many scenarios of one symptom are told in full.
const mostTold = 8

// shared tells a cause once, with the scenarios it explains. Where each is mended
// in its own way, only the symptom is shared.
func (p *page) shared(c cause, verbose bool) {
	l := c.verdict.look()
	mend := mendable(c.verdict)
	each := mend && c.oneFix() == ""
	what := "one symptom"
	if c.named != nil || mend && !each {
		what = "one cause"
	}
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s, %s: %s", plural(len(c.scenarios), "scenario"), what, c.text()))
	for i, s := range c.scenarios {
		if i == mostTold && !verbose {
			p.para(plain, "    - ", 6, fmt.Sprintf("and %d more: %s", len(c.scenarios)-i, some(c.ids()[i:])))
			break
		}
		p.para(plain, "    - ", 6, fmt.Sprintf("%s [%s%s] %s", s.ID, s.Level, c.milder(s), s.Title))
		if s.Measured != "" {
			p.para(plain, "      measured: ", 16, s.Measured)
		}
		if each {
			p.para(plain, "      fix: ", 11, s.Fix)
		}
	}
	p.observed(c.scenarios[0])
	if c.verdict == Info {
		return
	}
	if mend && !each {
		p.field("fix", c.oneFix())
	}
	p.command("again", c.again())
}

// milder tells the verdict of a scenario that is better off than the others of
// its cause.
func (c cause) milder(s Scenario) string {
	if s.Verdict == c.verdict {
		return ""
	}
	return ", " + string(s.Verdict)
}

// brief tells what stood in the way, once, and of which scenarios.
func (p *page) brief(c cause) {
	l := c.verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s: %s", plural(len(c.scenarios), "scenario"), c.text()))
	p.para(plain, "    ", 4, some(c.ids()))
	if c.verdict == Blocked {
		p.command("again", c.scenarios[0].Rerun)
	}
}

// some names ids, but not so many that nobody would read them.
func some(ids []string) string {
	const most = 12
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most-2], ", "), len(ids)-most+2)
}

// observed says the first finding: what was seen against what was expected, and
// its message where it has none of the two.
func (p *page) observed(s Scenario) {
	if len(s.Findings) == 0 {
		p.field("observed", s.Reason)
		return
	}
	f := s.Findings[0]
	text := f.Observed
	switch {
	case f.Observed == "":
		text = f.Message
	case f.Expected != "":
		text += " (expected: " + f.Expected + ")"
	}
	if n := len(s.Findings) - 1; n > 0 {
		text += fmt.Sprintf("; and %s", plural(n, "more finding"))
	}
	p.field("observed", text)
}

func (p *page) measured(s Scenario) {
	if s.Measured != "" {
		p.field("measured", s.Measured)
		return
	}
	var parts []string
	for _, m := range s.Measurements {
		parts = append(parts, fmt.Sprintf("%s %s %s", m.Name, strconv.FormatFloat(m.Value, 'f', -1, 64), m.Unit))
	}
	p.field("measured", strings.Join(parts, ", "))
}

// summary says in one paragraph how many scenarios were left out, and why.
func (p *page) summary(v Verdict, scenarios []Scenario) {
	if len(scenarios) == 0 {
		return
	}
	var parts []string
	all := causes(scenarios, nil)
	for _, c := range all {
		part := c.text()
		if len(all) > 1 {
			part += fmt.Sprintf(" (%d)", len(c.scenarios))
		}
		parts = append(parts, part)
	}
	l := v.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s: %s", plural(len(scenarios), "scenario"), strings.Join(parts, "; ")))
}

func (p *page) passed(scenarios []Scenario, verbose bool) {
	if len(scenarios) == 0 {
		return
	}
	l := Pass.look()
	p.para(l.style, l.String()+"  ", 4, plural(len(scenarios), "scenario"))
	if !verbose {
		p.measures(scenarios)
		return
	}
	for _, s := range scenarios {
		p.para(plain, "    ", 6, fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title))
		p.measured(s)
	}
}

// measures tells what was measured of a receiver that passed: its owner may
// want to know it all the same.
func (p *page) measures(scenarios []Scenario) {
	for _, s := range scenarios {
		if s.Measured != "" {
			p.para(plain, "    ", 6, s.ID+": "+s.Measured)
		}
	}
}
