package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// effects grades what the receiver did with every event of the scenario.
func (g *grading) effects() {
	readings := g.judge.readings(g.scenario)
	switch {
	case len(readings) > 0:
	case len(g.judge.run.Probes) > 0:
		g.cutShort("probe-unread", "the run ended before the effect probe was read")
	case g.scenario.NeedsEffects:
		g.unseen("this is about what the receiver does, and no effect probe is configured")
	}
	for _, e := range readings {
		switch {
		case g.forgotten(e):
			g.unseen("the probe counts nothing any more of what it counted before the receiver was started again: have it count where effects last")
		case e.Void && g.scenario.NeedsEffects:
			g.unseen("the probe tells nothing: " + g.judge.blindness())
		case e.Void:
		case e.Gone:
			g.keptEnding(e)
		case e.Interrupted:
			g.unfinished()
		case e.Error != "":
			g.cutShort("probe", "the effect probe failed: "+e.Error)
		case !e.Stable && g.moves(e):
			g.cutShort("probe-unstable", "the effect probe's counts were still changing when the run ended")
		default:
			g.counts(e)
		}
	}
}

// moves reports whether a count that the scenario looks at still changed when the
// run ended, and may yet become what it is to be.
func (g *grading) moves(e transcript.Effects) bool {
	if len(e.Moving) == 0 {
		return true // an earlier version's transcript does not say which
	}
	for _, x := range slices.Concat(g.steps...) {
		want, err := strconv.Atoi(strings.TrimSuffix(g.scenario.Effects[x.Label], "+"))
		if err == nil && slices.Contains(e.Moving, x.EventID) && e.Counts[x.EventID] <= want {
			return true
		}
	}
	return false
}

// keptEnding marks a receiver that could not be asked for its effects. Where it
// was alone with the scenario, it is the scenario's finding.
func (g *grading) keptEnding(e transcript.Effects) {
	severity := reports.Blocked
	if e.Scenario != "" {
		severity = g.severity(scenarios.GradeFail)
	}
	evidence := reports.Evidence{}
	evidence.Process, evidence.Output = g.story()
	g.add(mark{severity: severity, step: len(g.steps), finding: reports.Finding{
		Fingerprint: fingerprint("gone", string(severity)), Symptom: "gone", Evidence: evidence,
		Message: "the receiver ended by itself again and again, and could not be asked for its effects",
	}})
}

// readings are what the probes counted when the scenario's effects had settled:
// one that does something to the process has readings of its own.
func (j *judge) readings(s scenarios.Scenario) []transcript.Effects {
	if !s.Staged() {
		return j.effects
	}
	return slices.DeleteFunc(slices.Clone(j.own[s.ID]), func(e transcript.Effects) bool { return e.Step > 0 })
}

// observes reports whether any probe tells anything of the scenario.
func (j *judge) observes(s scenarios.Scenario) bool {
	return slices.ContainsFunc(j.readings(s), tells)
}

// tells reports whether a reading tells anything.
func tells(e transcript.Effects) bool { return e.Error == "" && !e.Void }

// expectsEffects reports whether effects could speak for or against a receiver.
func expectsEffects(s scenarios.Scenario) bool {
	for _, want := range s.Effects {
		if want != "any" {
			return true
		}
	}
	return false
}

// seen is how often the first probe that tells anything counted the event.
func (g *grading) seen(id string) (n int, ok bool) {
	for _, e := range g.judge.readings(g.scenario) {
		if tells(e) {
			return e.Counts[id], true
		}
	}
	return 0, false
}

// blindness is why no effect could be seen, in the preflight's words.
func (j *judge) blindness() string {
	for _, c := range j.checks {
		if c.Name == "effect-visible" && c.Verdict == string(reports.Blocked) {
			return c.Message
		}
	}
	return "the preflight saw no effect of a genuine delivery"
}

func (g *grading) unseen(message string) {
	g.add(mark{severity: reports.NotObserved, step: len(g.steps), finding: reports.Finding{
		Fingerprint: fingerprint("unseen", message), Symptom: "unseen", Message: message,
	}})
}

// counts grades the count of every label against what the scenario says.
func (g *grading) counts(e transcript.Effects) {
	graded := map[string]bool{}
	for i, step := range g.scenario.Steps {
		label := step.Label()
		if label == "" || graded[label] || len(g.steps[i]) == 0 {
			continue
		}
		graded[label] = true
		if step.Times > 0 {
			g.countEach(e, i, step)
			continue
		}
		last, x := g.lastOf(label)
		g.count(e, label, last, x, g.acknowledged(label))
	}
}

// countEach grades the count of every event of a step that sends many.
func (g *grading) countEach(e transcript.Effects, i int, step scenarios.Step) {
	from := len(g.marks)
	for _, x := range g.steps[i] {
		g.count(e, step.Send, i, x, acknowledges(x) || g.acknowledgedLater(x.EventID, i))
	}
	g.alike(from, step.Times)
}

// lastOf returns the last step of a label and its exchange.
func (g *grading) lastOf(label string) (int, numbered) {
	at := 0
	for i, step := range g.scenario.Steps {
		if step.Label() == label && len(g.steps[i]) > 0 {
			at = i
		}
	}
	return at, g.steps[at][0]
}

func (g *grading) count(e transcript.Effects, label string, i int, x numbered, acknowledged bool) {
	text := g.scenario.Effects[label]
	digits, more := strings.CutSuffix(text, "+")
	want, err := strconv.Atoi(digits)
	if err != nil || x.EventID == "" { // any, or no id to ask the probe about
		return
	}
	seen, control := e.Counts[x.EventID], g.controlOf(label)
	switch {
	case g.hidden(e, seen, want, more, x.EventID):
		g.cannotTell(e)
	case seen == want || more && seen > want:
	case control >= 0 && seen == 0 && acknowledged && g.stops(e.Counts, control):
		g.effect(e, control, x, g.severity(scenarios.GradeFail), "stopped", text, "the genuine delivery before the fault was processed, and the one behind it was acknowledged and was not: the fault stops the receiver's work")
		g.marks[len(g.marks)-1].fix = "Look into your logs for what the fault did to the worker: an error that ends it must not end it."
	case control >= 0 && seen == 0 && acknowledged:
		at := g.steps[control][0]
		if control == i {
			at = x
		}
		g.effect(e, control, at, reports.Blocked, "control-lost", text, "the control beside it, a genuine delivery, was acknowledged and not processed: nothing is proven")
	case want == 0 && poison(g.scenario.Steps[i]) && !g.partly(x.EventID):
		g.effect(e, i, x, reports.Blocked, "no-poison", text, "the sample under events.poison was processed: it shows nothing of events whose processing fails")
	case want == 0 && poison(g.scenario.Steps[i]):
		g.effect(e, i, x, g.severity(scenarios.GradeFail), "partly", text, "its processing fails, and yet this effect came of it "+often(seen))
	case want == 0:
		g.effect(e, i, x, g.severity(scenarios.GradeFail), "forged", text, fmt.Sprintf("%s, and yet %s", answered(x), processed(seen)))
	case seen > want:
		g.effect(e, i, x, g.severity(scenarios.GradeFail), "repeated", text, fmt.Sprintf("%s instead of %s", processed(seen), often(want)))
	case !acknowledged:
		// It was refused: that it was not processed follows.
	default:
		g.effect(e, i, x, g.severity(scenarios.GradeFail), "lost", text, fmt.Sprintf("acknowledged, and %s instead of %s", processed(seen), often(want)))
		if !slices.Contains([]string{"idem", "ack", "retry", "order"}, g.scenario.Group()) { // whose own advice is about that
			g.marks[len(g.marks)-1].fix = "Find out what became of it: a worker that has ended, work that was dropped, an error that nobody saw."
		}
	}
}

// partly reports whether an event has one of several effects, and not another.
func (g *grading) partly(id string) bool {
	none := func(e transcript.Effects) bool { return tells(e) && e.Counts[id] == 0 }
	return slices.ContainsFunc(g.judge.readings(g.scenario), none)
}

// poison reports whether a step sends the user's event whose processing fails.
func poison(s scenarios.Step) bool {
	return slices.ContainsFunc(s.Faults, func(use mockprovider.FaultUse) bool { return use.Name == "event.poison" })
}

// processed words a count of effects.
func processed(n int) string {
	if n == 0 {
		return "not processed"
	}
	return "processed " + often(n)
}

func often(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// wanted words an expectation of effects.
func wanted(text string) string {
	digits, more := strings.CutSuffix(text, "+")
	n, _ := strconv.Atoi(digits) // checked when the scenario was loaded
	switch {
	case more:
		return "at least " + often(n)
	case n == 0:
		return "never"
	}
	return "exactly " + often(n)
}

// controlOf is the label's first step that is a control and was played, or -1.
func (g *grading) controlOf(label string) int {
	for i, s := range g.scenario.Steps {
		if s.Label() == label && s.Control && len(g.steps[i]) > 0 {
			return i
		}
	}
	return -1
}

// acknowledged reports whether any delivery of the label was answered 2xx.
func (g *grading) acknowledged(label string) bool {
	for i, s := range g.scenario.Steps {
		if s.Label() != label {
			continue
		}
		for _, x := range g.steps[i] {
			if x.Answer.Status/100 == 2 {
				return true
			}
		}
	}
	return false
}

// acknowledgedLater reports whether an event was answered 2xx in a later step.
func (g *grading) acknowledgedLater(id string, i int) bool {
	return slices.ContainsFunc(slices.Concat(g.steps[i+1:]...), func(x numbered) bool { return x.EventID == id && acknowledges(x) })
}

func (g *grading) effect(e transcript.Effects, i int, x numbered, severity reports.Verdict, kind, want, message string) {
	evidence := g.evidence(i, x)
	seen := e.Counts[x.EventID]
	evidence.Effects = &reports.Effects{
		Probe: e.Probe, EventID: x.EventID, Expected: wanted(want), Seen: seen, WaitedMS: e.WaitedMS,
	}
	g.add(mark{severity: severity, step: i, number: g.numberOf(i, x), finding: reports.Finding{
		Fingerprint: fingerprint(kind, string(severity), stepNumber(i)),
		Symptom:     kind,
		Message:     message,
		Step:        g.stepName(i, x),
		Expected:    "processed " + wanted(want),
		Observed:    processed(seen),
		Evidence:    evidence,
	}})
}
