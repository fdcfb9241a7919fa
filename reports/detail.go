package reports

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Detail writes one scenario with all of its evidence: the genuine delivery and
// the faulty one side by side, what differs, and what identifies them in the
// receiver's own logs.
func Detail(w io.Writer, s Scenario, opts TerminalOptions) error {
	p := newPage(opts)
	l := s.Verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title))
	p.field("reason", s.Reason)
	p.field("why", s.Why)
	p.measured(s)
	for i, f := range s.Findings {
		p.heading(fmt.Sprintf("FINDING %d of %d", i+1, len(s.Findings)))
		p.finding(f)
	}
	p.line("")
	p.field("fix", s.Fix)
	p.command("again", s.Rerun)
	for _, src := range s.Sources {
		p.field("source", src.Title+" "+src.URL)
	}
	p.field("scenario", fmt.Sprintf("%s (risk: %s, took %s ms)", s.Location, s.Risk, figure(s.Milliseconds)))
	return p.to(w)
}

func (p *page) finding(f Finding) {
	l := f.Severity.look()
	p.para(l.style, l.String()+"  ", 4, f.Message)
	p.field("step", f.Step)
	p.field("expected", f.Expected)
	p.field("observed", f.Observed)
	p.whereabouts(f.Evidence)
	p.effects(f.Evidence.Effects)
	p.exchanges(f.Evidence.Control, f.Evidence.Fault)
	for _, d := range f.Evidence.Differs {
		p.difference(d)
	}
}

// whereabouts is what finds the delivery in other people's logs.
func (p *page) whereabouts(e Evidence) {
	p.field("event", e.EventID)
	if e.SentAt != nil {
		p.field("sent at", e.SentAt.UTC().Format("2006-01-02 15:04:05.000 UTC"))
	}
	if e.LocalPort != 0 {
		p.field("from port", fmt.Sprint(e.LocalPort))
	}
	if len(e.Transcript) > 0 {
		p.field("recorded", "transcript.jsonl, lines "+strings.Trim(fmt.Sprint(e.Transcript), "[]"))
	}
}

func (p *page) effects(e *Effects) {
	if e != nil {
		p.field("effects", fmt.Sprintf("%s saw %d of %s within %d ms (expected: %s)", e.Probe, e.Seen, e.EventID, e.WaitedMS, e.Expected))
	}
}

// exchanges shows both deliveries side by side where the page is wide enough,
// and else, or when there is but one, each by itself.
func (p *page) exchanges(control, fault *Exchange) {
	const wide = 72
	if control == nil || fault == nil || p.width < wide {
		p.exchange("CONTROL", control)
		p.exchange("FAULT", fault)
		return
	}
	p.line("")
	p.captions("CONTROL: "+caption(*control), "FAULT: "+caption(*fault))
	p.captions(eventOf(*control), eventOf(*fault))
	p.line("")
	p.beside(control.Request, fault.Request)
	p.line("")
	p.captions("answer: "+outcome(*control), "answer: "+outcome(*fault))
	p.line("")
	p.beside(control.Answer, fault.Answer)
}

func (p *page) captions(left, right string) {
	width := (p.width - 4 - 3) / 2
	l, r := cells(left, width), cells(right, width)
	for i := range max(len(l), len(r)) {
		p.line("    " + p.paint(bold, pad(at(l, i), width)) + "   " + p.paint(bold, at(r, i)))
	}
}

func (p *page) exchange(name string, e *Exchange) {
	if e == nil {
		return
	}
	p.line("")
	p.para(bold, "    "+name+": ", 4, caption(*e)+"; "+eventOf(*e))
	p.above(e.Request)
	p.line("")
	p.para(bold, "    answer: ", 4, outcome(*e))
	p.above(e.Answer)
}

func caption(e Exchange) string {
	text := e.Label
	if len(e.Faults) > 0 {
		text += " (" + strings.Join(e.Faults, ", ") + ")"
	}
	return oneLine(text)
}

func eventOf(e Exchange) string {
	if e.EventID == "" {
		return "no event id"
	}
	return oneLine("event " + e.EventID)
}

func outcome(e Exchange) string {
	text := e.Outcome
	if e.Status != 0 {
		text += fmt.Sprintf(" %d", e.Status)
	}
	return oneLine(fmt.Sprintf("%s after %s ms", text, figure(e.Milliseconds)))
}

// difference shows one place in which the requests differ, from a little before
// the first byte that does.
func (p *page) difference(d Difference) {
	control, fault := oneLine(d.Control), oneLine(d.Fault)
	n := commonPrefix(control, fault)
	place := d.Where
	if control != fault {
		place += fmt.Sprintf(", from character %d on", utf8.RuneCountInString(control[:n])+1)
	}
	p.line("")
	p.para(plain, label("differs"), 4+labelWidth, place)
	room := p.width - 4 - labelWidth
	p.line(p.paint(faint, label("control")) + around(control, n, room))
	p.line(p.paint(faint, label("fault")) + around(fault, n, room))
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return n
}

// around cuts s to width columns, beginning a third of them before byte n.
func around(s string, n, width int) string {
	if s == "" {
		return "(nothing)"
	}
	whole := cells(s, width)
	if len(whole) == 1 {
		return s
	}
	start := max(0, n-width/3)
	for start > 0 && !utf8.RuneStart(s[start]) {
		start--
	}
	lead := ""
	if start > 0 {
		lead = "..."
	}
	pieces := cells(s[start:], width-len(lead)-3)
	if len(pieces) > 1 {
		return lead + pieces[0] + "..."
	}
	return lead + pieces[0]
}
