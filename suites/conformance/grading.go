package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// grading collects what is held against one play of a scenario.
type grading struct {
	judge        *judge
	scenario     scenarios.Scenario
	play         int
	steps        [][]numbered // by step: the last try of every copy
	marks        []mark
	lacks        string // the feature the receiver turned out to lack
	measurements []reports.Measurement
	told         string // what was measured, in a sentence
}

// mark is one thing that was found. Severity is what it comes to at the
// scenario's level.
type mark struct {
	severity reports.Verdict
	finding  reports.Finding
	step     int
	number   int    // of the event, where the step sends many
	conforms bool   // a note: worth a word, and nothing against the receiver
	fix      string // where it is not what mends the rest of the scenario
	// interrupted: the run ended before this could be seen.
	interrupted bool
}

func (j *judge) gradePlay(s scenarios.Scenario, play int) *grading {
	g := &grading{judge: j, scenario: s, play: play, steps: make([][]numbered, len(s.Steps))}
	g.collect()
	if g.stopped() {
		return g
	}
	g.crashed()
	played := false
	for i, step := range s.Steps {
		if step.Pause > 0 {
			continue
		}
		if step.Process != "" || step.Await != "" || step.Meanwhile != nil {
			if !g.staged(i, step) {
				g.effects()
				return g
			}
			if !step.Sends() {
				continue
			}
		}
		whole := g.whole(i, step)
		if !whole && g.skipped(i) {
			continue
		}
		if !whole {
			g.notPlayed(i)
			return g
		}
		played = true
		if step.Measure != nil {
			g.measured(i, *step.Measure)
			continue
		}
		from := len(g.marks)
		for _, x := range g.inRace(i, step) {
			if lacking := g.answer(i, step, x); lacking {
				g.lacks = step.Feature
				return g
			}
		}
		g.alike(from, g.events(i, step))
	}
	if !played {
		g.harness("empty", "the scenario sends nothing")
		return g
	}
	g.effects()
	g.states()
	return g
}

// skipped notes a step that does not fit the target.
func (g *grading) skipped(i int) bool {
	for _, t := range g.judge.troubles[g.scenario.ID] {
		if t.Play == g.play && t.Kind == skipped && t.Step == i+1 {
			g.add(mark{severity: reports.Info, step: i, conforms: true, finding: reports.Finding{
				Fingerprint: fingerprint("skipped", strconv.Itoa(t.Step)), Step: g.stepName(i, numbered{}), Message: "not sent: " + t.Message,
			}})
			return true
		}
	}
	return false
}

// notPlayed marks a step that is missing. Behind a control that nobody answered
// none is sent: what that means has been said.
func (g *grading) notPlayed(i int) {
	for k, step := range g.scenario.Steps[:i] {
		if step.Control && slices.ContainsFunc(g.steps[k], unanswered) {
			return
		}
	}
	message := fmt.Sprintf("step %d was not played", i+1)
	if g.judge.end != nil && g.judge.end.Reason != "" {
		message += ": " + g.judge.end.Reason
	}
	g.cutShort("not-played", message)
}

// collect sorts the exchanges by step and drops those that were tried again.
func (g *grading) collect() {
	for _, x := range g.judge.exchanges[g.scenario.ID] {
		if x.Play != g.play || x.Step < 1 || x.Step > len(g.steps) {
			continue
		}
		list := &g.steps[x.Step-1]
		*list = slices.DeleteFunc(*list, func(y numbered) bool { return y.Copy == x.Copy })
		*list = append(*list, x)
	}
	for _, list := range g.steps {
		slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.Copy, b.Copy) })
	}
}

// stopped marks what kept the play from its end.
func (g *grading) stopped() bool {
	for _, t := range g.judge.troubles[g.scenario.ID] {
		if t.Play != g.play || t.Kind == skipped {
			continue
		}
		severity := reports.Error
		switch t.Kind {
		case "budget":
			severity = reports.Excluded
			if g.play > 1 { // it broke before: that must not look settled
				severity = reports.Blocked
			}
		case "gone":
			severity = reports.Blocked
		}
		g.add(mark{severity: severity, interrupted: t.Kind == interrupted, finding: reports.Finding{
			Fingerprint: fingerprint("trouble", t.Kind), Symptom: t.Kind, Message: t.Message,
		}})
		return true
	}
	return false
}

// harness marks that we broke; kind says how, in words that never change.
func (g *grading) harness(kind, message string) {
	g.add(mark{severity: reports.Error, finding: reports.Finding{Fingerprint: fingerprint("harness", kind), Symptom: kind, Message: message}})
}

// cutShort marks that something is missing, which is no defect of ours where
// the run was interrupted.
func (g *grading) cutShort(kind, message string) {
	g.harness(kind, message)
	g.marks[len(g.marks)-1].interrupted = g.judge.interrupted()
}

// unfinished marks what an interrupt left open, in the conductor's words.
func (g *grading) unfinished() {
	g.add(mark{severity: reports.Error, interrupted: true, finding: reports.Finding{
		Fingerprint: fingerprint("trouble", interrupted), Symptom: interrupted, Message: errInterrupted.Error(),
	}})
}

// brokeAmongOthers warns of a delivery to be taken at which the first play saw
// the server fail, though alone it was accepted.
func (g *grading) brokeAmongOthers(first *grading) {
	for i, step := range g.scenario.Steps {
		for _, x := range first.steps[i] {
			outcome, err := scenarios.FindOutcome(step.Expect)
			if err == nil && faltered(outcome, x.Answer.Status) && !provesNothing(outcome, x.Answer.Status) {
				what := "a genuine delivery"
				if len(step.Faults) > 0 {
					what = "a delivery to be taken"
				}
				m := first.markOf(i, x, g.severity(scenarios.GradeWarn), "among-others", outcome,
					fmt.Sprintf("%s was answered %d while others were in flight", what, x.Answer.Status))
				m.fix = "Find what cannot bear deliveries at once: a lock that is not waited for, a pool that runs dry, a transaction that is not tried again."
				g.add(m)
				return
			}
		}
	}
}

// fellSilent warns of a delivery that the first play saw left without an answer,
// though alone it was answered: the process may have ended and been started
// again by what came before, such as the hundredth request.
func (g *grading) fellSilent(first *grading) {
	for i := range g.scenario.Steps {
		for _, x := range first.steps[i] {
			if !leftSilent(g.scenario, x) {
				continue
			}
			outcome, _ := scenarios.FindOutcome(g.scenario.Steps[i].Expect) // leftSilent found it
			m := first.markOf(i, x, g.severity(scenarios.GradeWarn), "silent-among-others", outcome,
				fmt.Sprintf("left without an answer (%s) while others were in flight, and answered when it was played alone", x.Outcome))
			m.fix = "Look into your logs for a process that ended and was started again, or for connections that were closed. Some defects show only after many requests: a leak, a counter, a pool."
			g.add(m)
			return
		}
	}
}

func (g *grading) add(m mark) {
	m.finding.Severity = m.severity
	g.marks = append(g.marks, m)
}

// severity is what a grade comes to at the scenario's level.
func (g *grading) severity(grade scenarios.Grade) reports.Verdict {
	level := g.scenario.Level
	switch {
	case grade == scenarios.GradeNote:
		return reports.Info
	case level == scenarios.May || level == scenarios.Inform:
		return reports.Info
	case g.judge.run.BehindProxy && g.scenario.Group() == "http":
		return reports.Info // the proxy's doing, perhaps
	case grade == scenarios.GradeFail && level.Fails(g.judge.run.Strict):
		return reports.Fail
	}
	return reports.Warn
}

// conclude is the mark that decides: its severity is the verdict on the play,
// its message the reason. A control that failed before anything else blocks;
// otherwise a proven failure beats whatever kept the rest from being seen.
func (g *grading) conclude() mark {
	if g.lacks != "" {
		return mark{severity: reports.NotApplicable, finding: reports.Finding{Message: "the receiver does not offer " + g.lacks}}
	}
	worst := mark{severity: reports.Pass}
	firstBlocked := g.firstOf(reports.Blocked)
	for _, m := range g.marks {
		if m.severity == reports.Fail && firstBlocked >= 0 && firstBlocked < m.step {
			continue // its control had failed already: nothing is proven
		}
		if m.severity.Rank() < worst.severity.Rank() || m.severity == worst.severity && worst.conforms {
			worst = m
		}
	}
	// A note conforms: only a scenario that exists to inform is info.
	if worst.conforms && g.scenario.Level.Fails(true) {
		return mark{severity: reports.Pass}
	}
	return worst
}

// firstOf is the first step with a mark of that severity, or -1.
func (g *grading) firstOf(v reports.Verdict) int {
	first := -1
	for _, m := range g.marks {
		if m.severity == v && (first < 0 || m.step < first) {
			first = m.step
		}
	}
	return first
}

// findings lists what was found, worst first.
func (g *grading) findings() []reports.Finding {
	out := []reports.Finding{}
	if g.lacks != "" {
		return out
	}
	for _, m := range g.marks {
		out = append(out, m.finding)
	}
	slices.SortStableFunc(out, func(a, b reports.Finding) int { return cmp.Compare(a.Severity.Rank(), b.Severity.Rank()) })
	return out
}

// milliseconds from the first send to the last answer.
func (g *grading) milliseconds() float64 {
	var first, last time.Time
	for _, list := range g.steps {
		for _, x := range list {
			if first.IsZero() || x.SentAt.Before(first) {
				first = x.SentAt
			}
			if done := x.done(); done.After(last) {
				last = done
			}
		}
	}
	return float64(last.Sub(first).Microseconds()) / 1000
}

func unanswered(x numbered) bool { return x.Answer.Status == 0 }

func (x numbered) done() time.Time {
	return x.SentAt.Add(time.Duration(x.Times.Done * float64(time.Millisecond)))
}
