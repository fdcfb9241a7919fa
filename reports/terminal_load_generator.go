package reports

import (
	"fmt"
	"strings"
)

// generator stands before the figures: it says which of them to read.
func (p *page) generator(l Load) {
	g := l.Generator
	broken := g.broken()
	text := fmt.Sprintf("CPU %.0f %%, p99 lag %s ms", g.CPUPercent, figure(l.Lag.P99))
	switch {
	case !g.Valid:
		text = "NOT VALID: " + strings.Join(g.Reasons, "; ")
	case len(g.Gates) == 0:
		text = fmt.Sprintf("valid: %s, p99 signing %s ms, Little's law off by %.1f %%", text, figure(l.Prep.P99), 100*g.LittleError)
	case len(broken) > 0:
		text = fmt.Sprintf("valid, though %d of %d limits did not hold: no objective was missed for it", len(broken), len(g.Gates))
	default:
		text = fmt.Sprintf("valid, within all %d limits: %s", len(g.Gates), text)
	}
	p.field("generator", text)
	for _, gate := range broken {
		p.field("", fmt.Sprintf("x %s: %s, limit %s", gate.Name, gate.Value, gate.Limit))
	}
}

func (g Generator) broken() (gates []Gate) {
	for _, gate := range g.Gates {
		if !gate.Kept {
			gates = append(gates, gate)
		}
	}
	return gates
}

// standing says what an unfit generator leaves of the objectives: what was met
// in spite of it, and what no generator can bring about.
func (p *page) standing(objectives []Objective) {
	texts := map[Verdict][]string{}
	for _, o := range objectives {
		texts[o.Verdict] = append(texts[o.Verdict], o.Text)
	}
	p.field("void", strings.Join(texts[Blocked], "; "))
	p.field("standing", strings.Join(append(texts[Pass], texts[Fail]...), "; "))
}

func (p *page) objectives(objectives []Objective) {
	if len(objectives) == 0 {
		return
	}
	p.line("")
	for _, o := range objectives {
		text := o.Text
		if o.Value != "" {
			text += "; was " + o.Value
		}
		if o.Reason != "" && o.Verdict != Blocked { // the generator has said why
			text += ": " + o.Reason
		}
		l := o.Verdict.look()
		p.para(l.style, "    "+l.String()+"  ", 6, text)
	}
}
