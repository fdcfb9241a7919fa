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
		p.cause(c, verbose)
	}
	p.known(known)
	if len(apart[Excluded])+len(apart[Pass]) > 0 || verbose && len(apart) > 0 {
		p.line("")
	}
	p.summary(Excluded, apart[Excluded])
	if verbose {
		p.summary(NotApplicable, apart[NotApplicable])
	}
	p.passed(apart[Pass], verbose)
}

// cause tells one cause, as fully as its verdict deserves.
func (p *page) cause(c cause, verbose bool) {
	switch {
	case c.scenarios[0].Interrupted:
		p.unfinished(c)
	case c.verdict == NotObserved:
		p.unobserved(c)
	case !fullBlock(c.verdict):
		p.brief(c)
	case len(c.scenarios) == 1:
		p.single(c.scenarios[0])
	default:
		p.shared(c, verbose)
	}
}

func (p *page) single(s Scenario) {
	l := s.Verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title))
	said := whole(s)
	p.field("found", said.found)
	p.field("observed", said.observed)
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
