package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

func (p *page) load(l Load, sameHost bool) {
	look := l.Verdict.look()
	p.heading("LOAD " + oneLine(l.Name))
	p.para(look.style, look.String()+"  ", 4, l.Title)
	p.field("reason", l.Reason)
	p.field("planned", fmt.Sprintf("%s: %d deliveries, at most %d in flight", l.Plan.Schedule, l.Plan.Total, l.Plan.InFlight))
	p.field("sent", fmt.Sprintf("%d in %s s, %d unsent", l.Sent, figure(l.Seconds), l.Unsent))
	p.generator(l)
	if sameHost {
		p.field("", "the receiver shared this machine with the generator")
	}
	if !l.Generator.Valid {
		p.standing(l.Objectives)
	}
	p.classes(l.Classes)
	p.objectives(l.Objectives)
	p.completeness(l.Completeness)
	for _, row := range chart(l.Windows, p.width-4) {
		p.line("    " + row)
	}
	if l.Verdict != Pass {
		p.command("again", l.Rerun)
	}
}

// generator stands before the figures: it says which of them to read.
func (p *page) generator(l Load) {
	g := l.Generator
	text := fmt.Sprintf("valid: CPU %.0f %%, at most %d in flight, p99 lag %s ms, p99 signing %s ms, Little's law off by %.1f %%",
		g.CPUPercent, g.MaxInFlight, figure(l.Lag.P99), figure(l.Prep.P99), 100*g.LittleError)
	if !g.Valid {
		text = "NOT VALID: " + strings.Join(g.Reasons, "; ")
	}
	p.field("generator", text)
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

// classes writes the table of answers. Response times run from the intended
// start, so a stalled receiver cannot hide in them.
func (p *page) classes(classes []LoadClass) {
	if len(classes) == 0 {
		return
	}
	rows := [][]string{{"class", "sent", "right", "p50", "p99", "p99.9", "max", "errors"}}
	for _, c := range classes {
		rows = append(rows, append([]string{oneLine(c.Class), fmt.Sprint(c.Sent), fmt.Sprint(c.Right)},
			append(latencies(c.Response), fmt.Sprint(c.failed()))...))
	}
	p.line("")
	p.table(rows)
	p.line(p.paint(faint, "    p50 to max: response time in ms, from the intended start"))
	for _, c := range classes {
		if c.Right < c.Sent {
			p.para(plain, "    ", 6, fmt.Sprintf("%s: answers %s; errors %s", c.Class, tallied(c.Statuses), tallied(c.Errors)))
		}
		if c.Response.Note != "" {
			p.para(plain, "    ", 6, fmt.Sprintf("%s: %s", c.Class, c.Response.Note))
		}
	}
}

func latencies(q Quantiles) []string {
	if q.N == 0 {
		return []string{"-", "-", "-", "-"}
	}
	return []string{figure(q.P50), figure(q.P99), figure(q.P999), figure(q.Max)}
}

// failed is the number of deliveries that ended in an error of any kind.
func (c LoadClass) failed() (n int) {
	for _, count := range c.Errors {
		n += count
	}
	return n
}

// tallied says "200 x1790, 503 x10".
func tallied(counts map[string]int) string {
	if len(counts) == 0 {
		return "none"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s x%d", oneLine(k), counts[k]))
	}
	return strings.Join(parts, ", ")
}

// table writes rows under their header: names to the left, figures to the right.
func (p *page) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for n, row := range rows {
		var cells []string
		for i, cell := range row {
			width := -widths[i]
			if i == 0 {
				width = widths[i]
			}
			cells = append(cells, pad(cell, width))
		}
		text := "    " + strings.Join(cells, "  ")
		if n == 0 {
			text = p.paint(faint, text)
		}
		p.line(text)
	}
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

// completeness says the equation between answers and effects in words.
func (p *page) completeness(c Completeness) {
	p.line("")
	if !c.Observed {
		p.field("effects", "not observed: "+c.Reason)
		return
	}
	p.field("effects", fmt.Sprintf("%s acknowledged: %d processed once, %d lost, %d processed more than once",
		plural(c.Acked, "event"), c.Once, c.Lost, c.Doubled))
	if c.Blind != "" {
		p.field("", "once may be more often: "+c.Blind)
	}
	p.field("", fmt.Sprintf("%s never acknowledged, %d of them processed all the same", plural(c.Unacked, "event"), c.UnackedEffect))
	p.field("", fmt.Sprintf("%s processed; counts were stable %d ms after the last answer",
		plural(c.Forged, "forged event"), c.SettledMS))
	if len(c.Examples) > 0 {
		p.field("such as", strings.Join(c.Examples, ", "))
	}
}
