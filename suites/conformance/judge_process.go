package conformance

import (
	"fmt"
	"slices"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// process is what was done to the receiver's process, or became of it.
type process struct {
	transcript.Process
	at   time.Time // when it was done
	line int
}

// endings says how often the receiver ended by itself. Which scenario is to
// blame shows where one breaks when it is played alone.
func (j *judge) endings() []reports.Check {
	n, last := 0, process{}
	for _, p := range j.processes {
		if p.Action == transcript.ProcessEnded {
			n, last = n+1, p
		}
	}
	if n == 0 {
		return nil
	}
	message := fmt.Sprintf("the receiver ended by itself %s, the last time with %s", often(n), last.Exit)
	if len(last.Output) > 0 {
		message += ": " + last.Output[len(last.Output)-1]
	}
	return []reports.Check{{Name: "process", Verdict: reports.Warn, Message: message}}
}

// acts are the records of what the scenario did to the process, in order.
func (g *grading) acts() []process {
	return slices.DeleteFunc(slices.Clone(g.judge.processes), func(p process) bool {
		return p.Scenario != g.scenario.ID || p.Play != g.play
	})
}

// story tells what was done to the process, and what it wrote last.
func (g *grading) story() (told, output []string) {
	for _, p := range g.acts() {
		text := fmt.Sprintf("%s %s, in %.0f ms", p.at.UTC().Format("15:04:05.000"), p.Action, p.MS)
		for _, more := range []string{p.Clock, p.Exit, p.Message} {
			if more != "" {
				text += ": " + more
			}
		}
		told = append(told, text)
		if len(p.Output) > 0 {
			output = p.Output
		}
	}
	return told, output
}

// staged grades a step about the process. It reports whether what comes behind
// it was played.
func (g *grading) staged(i int, step scenarios.Step) bool {
	if step.Await != "" {
		return g.awaited(i, step.Await)
	}
	acts := slices.DeleteFunc(g.acts(), func(p process) bool { return p.Step != i+1 })
	if len(acts) == 0 {
		g.notPlayed(i)
		return false
	}
	act := acts[0]
	switch {
	case step.Without != "" && !act.Done && act.Exit != "":
		g.aboutProcess(i, act, reports.Info, "not-started", "it does not start without its "+step.Without+": "+act.Exit)
		g.marks[len(g.marks)-1].conforms = true
		return false
	case step.Without != "":
	case !act.Done && act.Action == transcript.ProcessStart && act.Command == "":
		g.aboutProcess(i, act, g.severity(scenarios.GradeFail), "not-back", "it did not come up again: "+act.Message)
		return false
	case !act.Done && act.Exit != "" && act.Command == "" && act.Action != transcript.ProcessStart:
		g.hadEnded(i, act, act.at, "the receiver had ended by itself: ")
	case !act.Done:
		g.aboutProcess(i, act, reports.Error, "process", fmt.Sprintf("%s failed: %s", act.Action, act.Message))
		return false
	case act.Forced:
		g.aboutProcess(i, act, g.severity(scenarios.GradeWarn), "killed", "it did not end when it was asked to, and was killed")
		g.marks[len(g.marks)-1].fix = "On SIGTERM, stop accepting, finish what is in flight, and end before the time is up."
	}
	if step.Clock > 0 {
		return g.clockMoved(i, time.Duration(step.Clock))
	}
	return true
}

// crashed warns of a receiver that ended by itself while the scenario was played.
// One that ends while what it depends on is gone may do so on purpose.
func (g *grading) crashed() {
	for _, p := range g.acts() {
		if p.Action != transcript.ProcessEnded {
			continue
		}
		g.hadEnded(max(0, p.Step-1), p, p.EndedAt, "the receiver ended by itself, and was started again: ")
		return
	}
}

func (g *grading) hadEnded(i int, p process, at time.Time, message string) {
	broken, severity := g.brokenAt(at), g.severity(scenarios.GradeWarn)
	if broken {
		severity = reports.Info
	}
	g.aboutProcess(i, p, severity, "crashed", message+p.Exit)
	g.marks[len(g.marks)-1].conforms = broken
}

// brokenAt reports whether what the receiver depends on was broken then.
func (g *grading) brokenAt(t time.Time) bool {
	broken := false
	for _, p := range g.acts() {
		began := p.at.Add(-time.Duration(p.MS * float64(time.Millisecond)))
		switch {
		case p.Action == transcript.ProcessBreak && !t.Before(began):
			broken = true
		case p.Action == transcript.ProcessHeal && t.After(p.at):
			broken = false
		}
	}
	return broken
}

func (g *grading) aboutProcess(i int, p process, severity reports.Verdict, kind, message string) {
	evidence := reports.Evidence{}
	evidence.Process, evidence.Output = g.story()
	if g.judge.run.Kept {
		evidence.Transcript = []int{p.line}
	}
	g.add(mark{severity: severity, step: i, finding: reports.Finding{
		Fingerprint: fingerprint(kind, string(severity), stepNumber(i)),
		Symptom:     kind, Message: message, Step: g.stepName(i, numbered{}), Evidence: evidence,
	}})
}

// awaited grades a wait for the effects of a label. Of a control that was
// acknowledged the effect has to be seen, or what is missing later proves
// nothing; what nobody acknowledged the receiver has to find by itself.
func (g *grading) awaited(i int, label string) bool {
	control, sent, acked := false, []numbered{}, false
	for k, step := range g.scenario.Steps[:i] {
		if step.Label() != label {
			continue
		}
		control = control || step.Control
		for _, x := range g.steps[k] {
			acked = acked || acknowledges(x)
			if step.Send == label {
				sent = append(sent, x)
			}
		}
	}
	for _, e := range g.judge.own[g.scenario.ID] {
		if e.Step != i+1 || e.Play != g.play || !tells(e) {
			continue // said of the last reading
		}
		missing := slices.DeleteFunc(slices.Clone(sent), func(x numbered) bool { return e.Counts[x.EventID] > 0 })
		switch {
		case len(missing) == 0:
		case control:
			g.noEffect(i, missing[0], reports.Blocked, "control-lost",
				fmt.Sprintf("a genuine delivery was acknowledged, and no effect of it was seen within %d ms: nothing is proven", e.WaitedMS))
		case !acked:
			g.noEffect(i, missing[0], g.recommended(), "not-fetched",
				fmt.Sprintf("%d of %d events that could not be delivered stand in the producer's list, and had no effect within %d ms", len(missing), len(sent), e.WaitedMS))
		}
	}
	return true
}

// recommended is what it comes to when a recommendation is not followed, whatever
// the scenario's own level.
func (g *grading) recommended() reports.Verdict {
	if g.severity(scenarios.GradeFail) == reports.Fail && scenarios.Should.Fails(g.judge.run.Strict) {
		return reports.Fail
	}
	return g.severity(scenarios.GradeWarn)
}

func (g *grading) noEffect(i int, x numbered, severity reports.Verdict, kind, message string) {
	evidence := reports.Evidence{EventID: x.EventID}
	evidence.Process, evidence.Output = g.story()
	g.add(mark{severity: severity, step: i, finding: reports.Finding{
		Fingerprint: fingerprint(kind, string(severity), stepNumber(i)),
		Symptom:     kind, Message: message, Step: g.stepName(i, numbered{}), Evidence: evidence,
	}})
}

// forgotten reports whether a probe ever counted less than before while the
// scenario was played. An effect that is lost and one that is not counted any more
// look alike; only a probe whose counts outlive the process can tell them apart.
func (g *grading) forgotten(last transcript.Effects) bool {
	highest := map[string]int{}
	for _, e := range append(slices.Clone(g.judge.own[g.scenario.ID]), last) {
		if e.Probe != last.Probe || !tells(e) {
			continue
		}
		for id, n := range highest {
			if e.Counts[id] < n {
				return true
			}
		}
		for id, n := range e.Counts {
			if !g.unasked(id) {
				highest[id] = n
			}
		}
	}
	return false
}

// unasked reports whether nobody asks for the event's effects in the end.
func (g *grading) unasked(id string) bool {
	i := slices.IndexFunc(g.judge.exchanges[g.scenario.ID], func(x numbered) bool { return x.EventID == id })
	return i >= 0 && g.scenario.Effects[g.judge.exchanges[g.scenario.ID][i].Label] == "any"
}

// maxClockError is how far an answer's Date may be from where it was set.
const maxClockError = 30 * time.Second

// clockMoved reports whether the answers behind a step are dated as far ahead as
// the clock was set. Where they are not, nothing behind it proves anything.
func (g *grading) clockMoved(i int, ahead time.Duration) bool {
	says := "no answer has a Date that shows it"
	for _, x := range slices.Concat(g.steps[i+1:]...) {
		date, ok := dateOf(x)
		if !ok {
			continue
		}
		off := date.Sub(x.done())
		if (off - ahead).Abs() <= maxClockError {
			return true
		}
		says = "its answers are dated " + off.Round(time.Second).String() + " ahead"
	}
	g.unseen(fmt.Sprintf("the receiver's clock was to be %s ahead, and %s: have answers say their Date, or leave process.clock out of the target file", ahead, says))
	return false
}
