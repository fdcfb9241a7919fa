package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Detail writes one scenario with all of its evidence: the genuine delivery and
// the faulty one side by side, what differs, and what identifies them in the
// receiver's own logs.
func Detail(w io.Writer, s Scenario, opts TerminalOptions) error {
	p := newPage(opts)
	l := s.Verdict.look()
	p.para(l.style, l.String()+"  ", 4, fmt.Sprintf("%s [%s] %s", s.ID, s.Level, s.Title))
	p.field("reason", s.Reason)
	if s.Known != nil {
		p.field("known", fmt.Sprintf("by the %s: %s", s.Known.By, s.Known.Reason))
	}
	if s.Repeated != nil {
		p.field("flaky", tallyOf(s.Repeated))
	}
	if s.Repetition > 0 {
		p.field("shown", fmt.Sprintf("repetition %d; its transcript is in the directory %d", s.Repetition, s.Repetition))
	}
	if s.Verdict != Blocked { // nothing is known of the receiver: advice would mislead
		p.field("why", s.Why)
	}
	p.measured(s)
	p.findings(s.Findings, func(i int) { p.heading(fmt.Sprintf("FINDING %d of %d", i+1, len(s.Findings))) })
	p.line("")
	if s.Verdict != Blocked {
		p.field("fix", s.Fix)
	}
	p.command("again", s.Rerun)
	for _, src := range s.Sources {
		p.field("source", src.Title+" "+src.URL)
	}
	p.field("scenario", fmt.Sprintf("%s (risk: %s, took %s ms)", s.Location, s.Risk, figure(s.Milliseconds)))
	return p.to(w)
}

// findings writes all findings, each delivery once: one that is both answered
// and processed wrongly would fill two screens.
func (p *page) findings(list []Finding, head func(i int)) {
	shown := map[string]int{} // delivery → the finding that shows it
	for i, f := range list {
		head(i)
		p.finding(f)
		delivery := fmt.Sprint(f.Evidence.Transcript, f.Evidence.EventID, f.Evidence.LocalPort)
		if first, ok := shown[delivery]; ok {
			p.field("delivery", fmt.Sprintf("as in finding %d", first))
			continue
		}
		if f.Evidence.Fault != nil {
			shown[delivery] = i + 1
		}
		p.delivery(f.Evidence)
	}
}

// said is the message, with what else it is true of.
func (f Finding) said() string {
	if f.Also == "" {
		return f.Message
	}
	return f.Message + "; " + f.Also
}

func (p *page) finding(f Finding) {
	l := f.Severity.look()
	p.para(l.style, l.String()+"  ", 4, f.said())
	p.field("step", f.Step)
	p.field("expected", f.Expected)
	p.field("observed", f.Observed)
	p.whereabouts(f.Evidence)
	p.effects(f.Evidence.Effects)
	p.process(f.Evidence)
}

// process shows what was done to the receiver's process, and what it wrote.
func (p *page) process(e Evidence) {
	for i, line := range e.Process {
		lead := "process"
		if i > 0 {
			lead = ""
		}
		p.field(lead, line)
	}
	for i, line := range e.Output[max(0, len(e.Output)-outputRows):] {
		lead := "it wrote"
		if i > 0 {
			lead = ""
		}
		p.field(lead, line)
	}
}

// outputRows is how many lines of a receiver's output are shown; report.json
// has more.
const outputRows = 12

// delivery shows what was sent and answered.
func (p *page) delivery(e Evidence) {
	for _, d := range e.Differs {
		p.difference(d)
	}
	p.exchanges(e.Control, e.Fault, e.Differs)
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
// and else, or when there is but one, each by itself. Two deliveries are never
// alike: "!" marks the lines that the fault is in, ":" others that differ.
func (p *page) exchanges(control, fault *Exchange, differs []Difference) {
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
	p.beside(control.Request, fault.Request, faultIn(differs), requestBodyRows)
	p.line("")
	p.captions("answer: "+outcome(*control), "answer: "+outcome(*fault))
	p.line("")
	p.beside(control.Answer, fault.Answer, nil, answerBodyRows)
}

// How many rows of a body are shown: of a request's, what it differs in has been
// shown already; an answer's may be all there is to go by.
const (
	requestBodyRows = 4
	answerBodyRows  = 20
)

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
	p.above(e.Request, requestBodyRows)
	p.line("")
	p.para(bold, "    answer: ", 4, outcome(*e))
	p.above(e.Answer, answerBodyRows)
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

// difference shows one place in which the request deviates, from a little
// before the first byte that does, and points at what does.
func (p *page) difference(d Difference) {
	if d.Where == OnTheWire {
		p.line("")
		p.field("fault in", "how it was sent, every byte of which is genuine: "+d.Sent)
		return
	}
	genuine, sent := oneLine(d.Genuine), oneLine(d.Sent)
	n := commonPrefix(genuine, sent)
	p.line("")
	p.para(plain, label("fault in"), 4+labelWidth, d.Where)
	room := p.width - 4 - labelWidth
	first, _ := around(genuine, n, room)
	second, before := around(sent, n, room)
	p.line(p.paint(faint, label("genuine")) + first)
	p.line(p.paint(faint, label("was sent")) + second)
	if genuine != "" && sent != "" {
		differing := uniseg.StringWidth(sent[n : len(sent)-commonSuffix(genuine[n:], sent[n:])])
		width := max(1, min(differing, uniseg.StringWidth(second)-before))
		p.line(label("") + strings.Repeat(" ", before) + p.paint(red, strings.Repeat("^", width)))
	}
	p.field("that is", elapsed(genuine, sent))
}

// elapsed says how far apart two headers are that hold Unix times in seconds.
func elapsed(genuine, sent string) string {
	a, errA := unixSeconds(genuine)
	b, errB := unixSeconds(sent)
	switch {
	case errA != nil || errB != nil || a == b:
		return ""
	case b < a:
		return wholeUnits(a-b) + " earlier"
	}
	return wholeUnits(b-a) + " later"
}

// wholeUnits says seconds in the largest unit that they are whole in.
func wholeUnits(seconds int64) string {
	switch {
	case seconds%3600 == 0:
		return fmt.Sprintf("%d h", seconds/3600)
	case seconds%60 == 0:
		return fmt.Sprintf("%d min", seconds/60)
	}
	return fmt.Sprintf("%d s", seconds)
}

// unixSeconds reads a header whose value is ten digits: a time of this century.
func unixSeconds(header string) (int64, error) {
	_, value, _ := strings.Cut(header, ": ")
	if len(value) != 10 {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseInt(value, 10, 64)
}

func commonSuffix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(b[len(b)-n]) {
		n--
	}
	return n
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

// around cuts s to width columns, beginning a third of them before byte n, and
// says in which column that byte stands.
func around(s string, n, width int) (text string, column int) {
	if s == "" {
		return "(nothing)", 0
	}
	whole := cells(s, width)
	if len(whole) == 1 {
		return s, uniseg.StringWidth(s[:n])
	}
	start := max(0, n-width/3)
	for start > 0 && !utf8.RuneStart(s[start]) {
		start--
	}
	lead := ""
	if start > 0 {
		lead = "..."
	}
	column = len(lead) + uniseg.StringWidth(s[start:n])
	pieces := cells(s[start:], width-len(lead)-3)
	if len(pieces) > 1 {
		return lead + pieces[0] + "...", column
	}
	return lead + pieces[0], column
}
