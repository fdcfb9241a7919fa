package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// fingerprint names a finding of a scenario so that it is the same in the next
// run: no ids, no times, no free text of the receiver.
func fingerprint(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

func stepNumber(i int) string { return fmt.Sprintf("step %d", i+1) }

// symptom names what a finding shows, whatever the scenario asked for: what
// findings with one cause have in common.
func symptom(kind string, o scenarios.Outcome, x numbered) string {
	if kind == "unlimited" || kind == "wide" {
		return "accepted" // what lay beyond was
	}
	if kind != "answer" {
		return kind
	}
	switch c := class(x); {
	case c == "none":
		return "unanswered"
	case c == "5xx":
		return "failed"
	case c == "2xx" && o.Effect == "0":
		return "accepted"
	case c == "4xx" && o.Effect != "0":
		return "refused"
	default:
		return "answered-" + c
	}
}

// numberOf is the number of an event among those of its step; 0 where the step
// has one.
func (g *grading) numberOf(i int, x numbered) int {
	if step := g.scenario.Steps[i]; step.Times == 0 && !g.scenario.Many(step.Retry) {
		return 0
	}
	return x.Copy
}

func (g *grading) stepName(i int, x numbered) string {
	step := g.scenario.Steps[i]
	switch {
	case step.Again != "":
		return fmt.Sprintf("step %d: %s again", i+1, step.Again)
	case step.Retry != "" && g.scenario.Many(step.Retry):
		return fmt.Sprintf("step %d: %s, number %d, as a producer retries", i+1, step.Retry, x.Copy)
	case step.Retry != "":
		return fmt.Sprintf("step %d: %s, as a producer retries", i+1, step.Retry)
	case step.Process != "":
		return fmt.Sprintf("step %d: %s", i+1, step.Process)
	case step.Await != "":
		return fmt.Sprintf("step %d: await %s", i+1, step.Await)
	case step.Times > 0:
		return fmt.Sprintf("step %d: %s, number %d of %d", i+1, step.Send, x.Copy, step.Times)
	case step.Measure != nil:
		return fmt.Sprintf("step %d: measure %s", i+1, step.Measure.Window)
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
	if n, ok := g.seen(x.EventID); ok {
		return text + ", " + processed(n)
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

// evidence shows the exchange, what is at fault with it, and its control.
func (g *grading) evidence(i int, x numbered) reports.Evidence {
	at := x.SentAt
	e := reports.Evidence{EventID: x.EventID, SentAt: &at, LocalPort: x.LocalPort, Fault: exchange(x)}
	for _, d := range x.Deviates {
		e.Differs = append(e.Differs, reports.Difference(d))
	}
	if len(e.Differs) == 0 { // every byte is as it was: the fault is in how they went
		for _, use := range g.scenario.Steps[i].Faults {
			e.Differs = append(e.Differs, reports.Difference{Where: reports.OnTheWire, Sent: use.Explain()})
		}
	}
	e.Process, e.Output = g.story()
	lines := []int{x.line}
	if c, ok := g.controlFor(i); ok && c.line != x.line {
		e.Control = exchange(c)
		lines = []int{c.line, x.line}
	}
	if g.judge.run.Kept {
		e.Transcript = lines
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
