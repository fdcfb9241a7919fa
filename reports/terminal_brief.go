package reports

import (
	"fmt"
	"strings"
)

// brief tells what stood in the way, once, and of which scenarios.
func (p *page) brief(c cause) {
	l := c.verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s: %s", plural(len(c.scenarios), "scenario"), c.text()))
	p.para(plain, "    ", 4, some(c.ids()))
	if c.verdict == Blocked {
		p.command("again", c.scenarios[0].Rerun)
	}
}

// unobserved tells what could not be seen, a line for each thing that is missing.
func (p *page) unobserved(c cause) {
	missing := group(c.scenarios, byHeadline)
	if len(missing) == 1 {
		p.brief(c)
		return
	}
	l := c.verdict.look()
	p.para(l.style, l.String()+"  ", 4, plural(len(c.scenarios), "scenario")+":")
	for _, m := range missing {
		text := m.text()
		if setting := m.scenarios[0].Setting; setting != "" {
			text = "needs " + setting // what for is said where one is explained
		}
		p.para(plain, "    - ", 6, text+": "+some(m.ids()))
	}
}

// unfinished tells what an interrupt left open. Nothing is known of it.
func (p *page) unfinished(c cause) {
	l := c.verdict.look()
	were := "were"
	if len(c.scenarios) == 1 {
		were = "was"
	}
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s %s not finished: the run was interrupted", plural(len(c.scenarios), "scenario"), were))
}

// some names ids, but not so many that nobody would read them.
func some(ids []string) string {
	const most = 12
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most-2], ", "), len(ids)-most+2)
}
