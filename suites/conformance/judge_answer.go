package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// answer grades one answer. It reports whether the receiver lacks the feature
// that the step asks for.
func (g *grading) answer(i int, step scenarios.Step, x numbered) (lacking bool) {
	outcome, err := scenarios.FindOutcome(step.Expect)
	if err != nil {
		g.harness("outcome", err.Error())
		return false
	}
	grade, _ := outcome.Grade(x.Answer.Status)
	unclear := provesNothing(outcome, x.Answer.Status)
	inspected := g.inspect(step, x)
	switch {
	case x.Broken != "":
		g.harness("broken", x.Broken)
	case step.Control && (grade != scenarios.GradePass || unclear):
		g.control(i, x)
	case unclear:
		g.mark(i, x, reports.Blocked, "unclear", outcome, fmt.Sprintf("answered %d, which says \"not now\" and nothing of the delivery", x.Answer.Status))
	case step.Feature != "" && g.refusedSilently(outcome, x):
		return true
	case step.Feature != "" && (grade == scenarios.GradeFail || len(inspected) > 0) && g.firstOf(reports.Blocked) < 0:
		return true
	case g.silent(outcome, x):
		g.silently(i, outcome, x)
	case grade != scenarios.GradePass:
		g.graded(i, x, grade, "answer", outcome, g.say(outcome, x))
	case outcome.Name == "accepted" && x.Outcome != string(wire.Answered):
		g.graded(i, x, scenarios.GradeWarn, "broken-off", outcome, answered(x)+", and the answer broke off ("+x.Outcome+"): producers send it again")
		g.marks[len(g.marks)-1].fix = "Send as many bytes as Content-Length says, and end a chunked answer with its last chunk."
	}
	for _, found := range inspected {
		if found.severity != "" {
			g.mark(i, x, found.severity, found.kind, outcome, found.message)
		} else {
			g.graded(i, x, found.grade, found.kind, outcome, found.message)
		}
		g.marks[len(g.marks)-1].finding.Expected = found.expected
	}
	return false
}

// graded adds what a grade comes to. Nothing that came back, or a failure of
// the server, is no failure yet while others are in flight, since one of them
// may have broken the receiver: the scenario is played again alone.
func (g *grading) graded(i int, x numbered, grade scenarios.Grade, kind string, o scenarios.Outcome, message string) {
	severity := g.severity(grade)
	broke := x.Answer.Status == 0 || kind == "answer" && faltered(o, x.Answer.Status)
	broke = broke && kind != "max-sent" // nobody else makes it take so much
	if severity == reports.Fail && broke && g.play == 1 {
		severity = reports.Blocked
	}
	g.mark(i, x, severity, kind, o, message)
	g.marks[len(g.marks)-1].conforms = grade == scenarios.GradeNote
}

// mark adds what an answer shows, with its evidence.
func (g *grading) mark(i int, x numbered, severity reports.Verdict, kind string, o scenarios.Outcome, message string) {
	g.add(g.markOf(i, x, severity, kind, o, message))
}

func (g *grading) markOf(i int, x numbered, severity reports.Verdict, kind string, o scenarios.Outcome, message string) mark {
	return mark{severity: severity, step: i, number: g.numberOf(i, x), finding: reports.Finding{
		Fingerprint: fingerprint(kind, string(severity), o.Name, class(x), stepNumber(i)),
		Symptom:     symptom(kind, o, x),
		Message:     message,
		Step:        g.stepName(i, x),
		Expected:    o.Meaning,
		Observed:    g.observed(x),
		Evidence:    g.evidence(i, x),
	}}
}

// control marks a control that was not accepted. When the scenario was played
// alone, and only the deliveries after the fault got no answer, then the fault
// is to blame for it.
func (g *grading) control(i int, x numbered) {
	outcome, _ := scenarios.FindOutcome("accepted")
	before := slices.ContainsFunc(g.scenario.Steps[:i], func(s scenarios.Step) bool { return len(s.Faults) > 0 })
	if before && g.play > 1 && x.Answer.Status == 0 && g.firstOf(reports.Blocked) < 0 {
		g.mark(i, x, g.severity(scenarios.GradeFail), "dead", outcome, "after this delivery the receiver did not answer a genuine one any more ("+x.Outcome+")")
		return
	}
	g.mark(i, x, reports.Blocked, "control", outcome, "the control beside it, a genuine delivery, "+answered(x)+": nothing is proven")
}

// silent reports whether the answer says nothing, because the receiver answers
// 2xx to whatever it refuses or may do so here.
func (g *grading) silent(o scenarios.Outcome, x numbered) bool {
	return (g.judge.run.Rejects == "silent" || o.Silent) && o.Effect == "0" && x.Answer.Status/100 == 2
}

// refusedSilently reports whether a delivery that was to be accepted had no
// effect at a receiver that answers 2xx to whatever it refuses.
func (g *grading) refusedSilently(o scenarios.Outcome, x numbered) bool {
	n, seen := g.seen(x.EventID)
	return g.judge.run.Rejects == "silent" && strings.HasPrefix(o.Effect, "1") && seen && n == 0
}

// silently leaves the judgement to the effects.
func (g *grading) silently(i int, o scenarios.Outcome, x numbered) {
	if _, ok := g.seen(x.EventID); ok {
		return
	}
	g.mark(i, x, reports.NotObserved, "silent", o, "an answer of 2xx does not say whether it was processed, and no probe tells")
}

// say words the discrepancy between an answer and the outcome expected.
func (g *grading) say(o scenarios.Outcome, x numbered) string {
	switch {
	case x.Answer.Status/100 == 2 && o.Effect == "0":
		return "a delivery that must not be accepted was " + answered(x) + g.saySeen(x)
	case x.Answer.Status/100 == 3:
		return answered(x) + ": producers do not follow redirects"
	case x.Answer.Status/100 == 5 && o.Effect == "0":
		return answered(x) + ": refused, but a 5xx makes producers send it again"
	case x.Answer.Status == 0 && o.Effect == "0":
		return answered(x) + ": producers send it again"
	}
	if o.Name == "accepted" && x.Answer.Status/100 == 4 {
		return answered(x) + ", though it is genuine"
	}
	return answered(x)
}

// saySeen adds what the probes saw of the event, where they saw anything.
func (g *grading) saySeen(x numbered) string {
	if x.EventID == "" || g.scenario.Effects[x.Label] != "0" {
		return "" // the same event was also sent genuinely
	}
	n, ok := g.seen(x.EventID)
	switch {
	case !ok:
		return ""
	case n > 0:
		return " and processed"
	}
	return ", though not processed"
}

func answered(x numbered) string {
	if x.Answer.Status != 0 {
		return fmt.Sprintf("answered %d", x.Answer.Status)
	}
	return "left without an answer (" + x.Outcome + ")"
}

// class is the part of an answer that is the same from run to run.
func class(x numbered) string {
	if x.Answer.Status == 0 {
		return "none"
	}
	return fmt.Sprintf("%dxx", x.Answer.Status/100)
}

// inspected is one thing an inspection found.
type inspected struct {
	grade    scenarios.Grade
	severity reports.Verdict // instead of what the grade comes to
	kind     string
	expected string // what was asked for
	message  string
}

// tooMuchTaken holds a body that was read on against the receiver. Where it
// says 413 it threw away what it read, which wastes the line and not the memory.
func tooMuchTaken(most int64, x numbered) []inspected {
	if x.BytesSent <= most {
		return nil
	}
	i := inspected{
		grade: scenarios.GradeFail, kind: "max-sent", expected: fmt.Sprintf("an answer before %d bytes are taken", most),
		message: fmt.Sprintf("the receiver took %d bytes before it answered, more than %d", x.BytesSent, most),
	}
	if x.Answer.Status == http.StatusRequestEntityTooLarge {
		i.grade = scenarios.GradeWarn
		i.message += ", though it knew that they are too many"
	}
	return []inspected{i}
}

// inspect checks what else is asked of the answer.
func (g *grading) inspect(step scenarios.Step, x numbered) []inspected {
	a := step.Answer
	if a == nil {
		return nil
	}
	var out []inspected
	fail := func(kind, expected, format string, args ...any) {
		out = append(out, inspected{grade: scenarios.GradeFail, kind: kind, expected: expected, message: fmt.Sprintf(format, args...)})
	}
	for _, name := range a.Lacks {
		out = append(out, g.leak(name, x)...)
	}
	if a.MaxBody > 0 && (x.Answer.Bytes > a.MaxBody || x.Answer.Truncated) {
		fail("max-body", fmt.Sprintf("an answer of at most %d bytes", a.MaxBody), "the answer has %s bytes, more than %d", atLeast(x), a.MaxBody)
	}
	if a.MaxSent > 0 {
		g.measure("bytes accepted before the answer", float64(x.BytesSent), "bytes")
		out = append(out, tooMuchTaken(a.MaxSent, x)...)
	}
	switch {
	case !a.Continues || x.Early || slices.Contains(x.Answer.Interim, http.StatusContinue):
	case x.Answer.Proto == "HTTP/1.0": // which has no interim answers (RFC 9110 section 15.2)
		out = append(out, inspected{grade: scenarios.GradeNote, kind: "continue", expected: "100 (Continue), or a final answer, before the body",
			message: "the receiver speaks HTTP/1.0, which has no 100 (Continue): producers that wait for one are late"})
	default:
		fail("continue", "100 (Continue), or a final answer, before the body", "neither 100 (Continue) nor a final answer came within three seconds: producers that wait for one give up")
	}
	if slices.Contains(a.BodyFor, x.Answer.Status) && x.Answer.Bytes == 0 {
		fail("body-for", fmt.Sprintf("an answer of %d with a body", x.Answer.Status), "answered %d without a body", x.Answer.Status)
	}
	out = append(out, g.timely(a.Within, x)...)
	out = append(out, g.dated(a.MaxSkew, x)...)
	out = append(out, g.likeness(a.Like, x)...)
	out = append(out, g.paced(a.Pace, x)...)
	for _, h := range a.Headers {
		if message := g.header(h, x); message != "" {
			out = append(out, inspected{grade: h.Grade, kind: "header-" + strings.ToLower(h.Name), expected: g.askedFor(h), message: message})
		}
	}
	return out
}

func atLeast(x numbered) string {
	if x.Answer.Truncated {
		return fmt.Sprintf("at least %d", x.Answer.Bytes)
	}
	return fmt.Sprint(x.Answer.Bytes)
}

func (g *grading) measure(name string, value float64, unit string) {
	g.measurements = append(g.measurements, reports.Measurement{Name: name, Value: value, Unit: unit})
}

// timely holds the time to the end of the answer against its bounds: a producer
// waits for all of it.
func (g *grading) timely(within scenarios.Graded, x numbered) []inspected {
	hangs := x.Outcome == string(wire.Timeout)
	if within == (scenarios.Graded{}) || unanswered(x) && !hangs {
		return nil
	}
	what, how := "answer", "answered"
	if unanswered(x) {
		what, how = "end of the connection", "neither answered nor let go"
	}
	g.measure("time to the "+what, x.Times.Done, "ms")
	late := func(grade scenarios.Grade, kind string, bound mockprovider.Duration) []inspected {
		return []inspected{{
			grade: grade, kind: kind, expected: fmt.Sprintf("an answer within %s", bound),
			message: fmt.Sprintf("%s after %.0f ms, more than %s", how, x.Times.Done, bound),
		}}
	}
	over := func(d mockprovider.Duration) bool { return d > 0 && x.Times.Done > float64(d)/1e6 }
	switch {
	case over(within.Fail):
		return late(scenarios.GradeFail, "late", within.Fail)
	case over(within.Warn):
		return late(scenarios.GradeWarn, "slow", within.Warn)
	}
	return nil
}

// header checks one requirement on a header and returns what is wrong.
func (g *grading) header(h scenarios.HeaderGrade, x numbered) string {
	if h.Status != 0 && x.Answer.Status != h.Status {
		return ""
	}
	if _, there := headerOf(x, h.If); h.If != "" && !there {
		return ""
	}
	value, there := headerOf(x, h.Name)
	told := fmt.Sprintf("%s (%s: %s)", h.Message, h.Name, value)
	if !there {
		told = fmt.Sprintf("%s (no %s)", h.Message, h.Name)
	}
	switch {
	case h.Absent:
		if there && !slices.Contains(h.OneOf, value) {
			return told
		}
	case !there:
		return told
	case len(h.OneOf) > 0 && !slices.ContainsFunc(h.OneOf, func(want string) bool { return g.matches(want, value) }):
		return told
	case h.Contains != "" && !member(value, h.Contains):
		return told
	}
	return ""
}

// askedFor words a requirement on a header.
func (g *grading) askedFor(h scenarios.HeaderGrade) string {
	values := strings.Join(h.OneOf, " or ")
	values = strings.NewReplacer("{origin}", g.judge.run.Origin, "{positive}", "a positive number").Replace(values)
	switch {
	case h.Absent && values != "":
		return fmt.Sprintf("no %s, unless it is %s", h.Name, values)
	case h.Absent:
		return "no " + h.Name
	case values != "":
		return h.Name + ": " + values
	case h.Contains != "":
		return fmt.Sprintf("%s with %s in it", h.Name, h.Contains)
	}
	return "a header " + h.Name
}

func (g *grading) matches(want, value string) bool {
	if want == "{positive}" {
		return value != "" && strings.Trim(value, "0123456789") == "" && strings.Trim(value, "0") != ""
	}
	return strings.EqualFold(strings.ReplaceAll(want, "{origin}", g.judge.run.Origin), value)
}

// member looks a word up in a comma-separated list.
func member(list, word string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(m string) bool { return strings.EqualFold(strings.TrimSpace(m), word) })
}

// headerOf returns the values of a header, joined as RFC 9110 section 5.3 does.
func headerOf(x numbered, name string) (string, bool) {
	var values []string
	for _, h := range x.Answer.Headers {
		if strings.EqualFold(h[0], name) {
			values = append(values, h[1])
		}
	}
	return strings.Join(values, ", "), len(values) > 0
}
