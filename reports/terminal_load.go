package reports

import (
	"fmt"
	"strings"
	"time"
)

// load writes the result of one load scenario: the verdict, what was sent and
// whether the sender was fit to measure, then answers, effects and charts.
func (p *page) load(l Load, sameHost bool) {
	look := l.Verdict.look()
	p.heading("LOAD " + oneLine(l.Name))
	p.para(look.style, look.String()+"  ", 4, l.Title)
	p.field("reason", l.Reason)
	p.plan(l.Plan)
	p.sent(l)
	p.generator(l)
	if sameHost {
		p.field("", "the receiver shared this machine with the generator")
	}
	if !l.Generator.Valid {
		p.standing(l.Objectives)
	}
	p.classes(l.sentClasses(), l.Resent)
	p.objectives(l.Objectives)
	p.completeness(l.Completeness, len(l.sentClasses()) > 0)
	p.drain(l.Drain, l.Completeness.Reason)
	p.resent(l.Resent)
	p.chart(timeline(l.Windows, l.Drain.Observed, p.width-4))
	for _, c := range l.sentClasses() {
		if limits, missed := responseLimits(l.Objectives, c.Class); c.Class == "genuine" || missed {
			p.chart(distribution(c, limits, p.width-4))
		}
	}
	if l.Verdict != Pass {
		p.command("again", l.Rerun)
	}
}

func (p *page) chart(rows []string) {
	if len(rows) > 0 {
		p.line("")
	}
	for _, row := range rows {
		p.line("    " + row)
	}
}

func (p *page) plan(plan LoadPlan) {
	text := fmt.Sprintf("%s: %d deliveries, %d in flight at most", plan.Schedule, plan.Total, plan.InFlight)
	if plan.Peak > 1.005*plan.Rate {
		text += fmt.Sprintf("; %s/s on average, %s/s at its peak", figure(plan.Rate), figure(plan.Peak))
	}
	p.field("planned", text)
	over := ""
	if plan.Connections != "" {
		over = "connections: " + plan.Connections
	}
	if plan.AckTimeoutMS > 0 {
		over = joinedBy("; ", over, fmt.Sprintf("an answer is waited for %s", time.Duration(plan.AckTimeoutMS)*time.Millisecond))
	}
	p.field("", over)
	p.field("retries", plan.Retries)
	p.field("content", joinedBy("; ", plan.Content...))
	for _, left := range plan.Left {
		p.field("left out", left.What+": "+left.Reason)
	}
}

func (p *page) sent(l Load) {
	text := fmt.Sprintf("%d in %s s, %d unsent, at most %d in flight", l.Sent, figure(l.Seconds), l.Unsent, l.Generator.MaxInFlight)
	if l.CaughtUp > 0 {
		text += fmt.Sprintf("; %d were sent more than 5 ms late, and caught up with", l.CaughtUp)
	}
	p.field("sent", text)
	if l.Aborted != "" {
		p.field("aborted", "by the rule "+strings.TrimPrefix(l.Aborted, "abort: "))
	}
}

// sentClasses are the classes of which anything was sent.
func (l Load) sentClasses() (sent []LoadClass) {
	for _, c := range l.Classes {
		if c.Sent > 0 {
			sent = append(sent, c)
		}
	}
	return sent
}

// span says a time, given in ms, in the unit that a person would choose.
func span(ms float64) string {
	if ms < 1000 {
		return figure(ms) + " ms"
	}
	return figure(ms/1000) + " s"
}
