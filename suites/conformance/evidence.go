package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/transcript"
)

// fingerprint names a finding so that it is the same in the next run: no ids,
// no times, no free text of the receiver.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

func (g *grading) stepName(i int) string {
	step := g.scenario.Steps[i]
	switch {
	case step.Again != "":
		return fmt.Sprintf("step %d: %s again", i+1, step.Again)
	case step.Request != nil:
		return fmt.Sprintf("step %d: %s", i+1, step.Request.Method)
	}
	return fmt.Sprintf("step %d: %s", i+1, step.Send)
}

// observed says in a few words what came back and what it led to.
func (g *grading) observed(x numbered) string {
	text := answered(x)
	if x.EventID == "" || g.timesSent(x.Label) > 1 {
		return text // what was counted tells nothing of this delivery alone
	}
	for _, e := range g.judge.effects {
		if counts, ok := known(e); ok {
			return text + ", " + processed(counts[x.EventID])
		}
	}
	return text
}

// timesSent is in how many steps a label is sent.
func (g *grading) timesSent(label string) int {
	n := 0
	for _, s := range g.scenario.Steps {
		if s.Label() == label {
			n++
		}
	}
	return n
}

// evidence shows the exchange beside its control.
func (g *grading) evidence(i int, x numbered) reports.Evidence {
	at := x.SentAt
	e := reports.Evidence{
		EventID: x.EventID, SentAt: &at, LocalPort: x.LocalPort,
		Fault: exchange(x), Transcript: []int{x.line},
	}
	if c, ok := g.controlFor(i); ok && c.line != x.line {
		e.Control = exchange(c)
		e.Differs = differences(c.Request, x.Request)
		e.Transcript = []int{c.line, x.line}
	}
	return e
}

// controlFor is the control nearest before a step, or else the first after.
func (g *grading) controlFor(i int) (numbered, bool) {
	order := []int{}
	for k := i - 1; k >= 0; k-- {
		order = append(order, k)
	}
	for k := i + 1; k < len(g.steps); k++ {
		order = append(order, k)
	}
	for _, k := range order {
		if g.scenario.Steps[k].Control && len(g.steps[k]) > 0 {
			return g.steps[k][0], true
		}
	}
	return numbered{}, false
}

func exchange(x numbered) *reports.Exchange {
	return &reports.Exchange{
		Label: x.Label, EventID: x.EventID, Faults: x.Faults,
		Request: message(x.Request.Line, x.Request.Headers, x.Request.Body, x.Request.Base64, x.Request.Bytes),
		Answer:  answerText(x), Status: x.Answer.Status, Outcome: x.Outcome, Milliseconds: x.Times.Done,
	}
}

func answerText(x numbered) string {
	if x.Answer.Status == 0 {
		return strings.TrimSpace(x.Outcome + " " + x.Detail)
	}
	line := fmt.Sprintf("%s %d", x.Answer.Proto, x.Answer.Status)
	return message(line, x.Answer.Headers, x.Answer.Body, x.Answer.Base64, x.Answer.Bytes)
}

// shown bounds how much of a body a report holds; the transcript has more.
const shown = 2 << 10

func message(line string, headers [][2]string, body string, isBase64 bool, bytes int) string {
	var b strings.Builder
	b.WriteString(line + "\n")
	for _, h := range headers {
		b.WriteString(h[0] + ": " + h[1] + "\n")
	}
	if body == "" {
		return b.String()
	}
	if isBase64 {
		b.WriteString("\n(base64)")
	}
	cut := body
	if len(cut) > shown {
		cut = strings.ToValidUTF8(cut[:shown], "")
	}
	b.WriteString("\n" + cut)
	if len(cut) < len(body) {
		fmt.Fprintf(&b, "… (%d bytes in all)", bytes)
	}
	return b.String()
}

// differences lists where the faulty request is other than the control.
func differences(control, fault transcript.Request) []reports.Difference {
	var out []reports.Difference
	add := func(where, a, b string) {
		if a != b {
			out = append(out, reports.Difference{Where: where, Control: a, Fault: b})
		}
	}
	add("request line", control.Line, fault.Line)
	for _, name := range names(control.Headers, fault.Headers) {
		a, b := fields(control.Headers, name), fields(fault.Headers, name)
		add(name, a, b)
	}
	if control.SHA256 != fault.SHA256 {
		a, b := around(control.Body, fault.Body)
		out = append(out, reports.Difference{Where: "body", Control: a, Fault: b})
	}
	return out
}

// names lists the headers of both, once each, in the order sent.
func names(lists ...[][2]string) []string {
	var out []string
	for _, list := range lists {
		for _, h := range list {
			if !slices.ContainsFunc(out, func(n string) bool { return strings.EqualFold(n, h[0]) }) {
				out = append(out, h[0])
			}
		}
	}
	return out
}

// fields shows a header as it was written, name and all, since its case may be
// what differs.
func fields(headers [][2]string, name string) string {
	var out []string
	for _, h := range headers {
		if strings.EqualFold(h[0], name) {
			out = append(out, h[0]+": "+h[1])
		}
	}
	return strings.Join(out, "\n")
}

// around cuts both texts to the neighbourhood of their first difference.
func around(a, b string) (string, string) {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return excerpt(a, i), excerpt(b, i)
}

func excerpt(s string, at int) string {
	from, to := max(0, at-24), min(len(s), at+48)
	if from >= to {
		return "(ends here)"
	}
	return strings.ToValidUTF8(s[from:to], "\uFFFD")
}
