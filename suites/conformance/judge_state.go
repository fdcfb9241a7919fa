package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// states grades in which states the objects of the scenario are in the end.
func (g *grading) states() {
	labels := slices.Sorted(maps.Keys(g.scenario.States))
	// Of an object whose newest event was refused nothing follows: the producer
	// would send it again. That it was refused has been said.
	labels = slices.DeleteFunc(labels, func(label string) bool { return !g.acknowledged(label) })
	r := g.judge.states
	switch {
	case len(labels) == 0:
	case g.judge.run.State == nil:
		g.unseen(notGiven(mockprovider.ObjectState))
	case r == nil:
		g.cutShort("states-unread", "the run ended before the state probe was read")
	case r.Interrupted:
		g.unfinished()
	case r.Error != "":
		g.cutShort("state-probe", "the state probe failed: "+r.Error)
	case slices.ContainsFunc(labels, g.untold):
		g.harness("no-object", "the record does not tell of what object, or of which stage, an event is")
	case !r.Stable:
		g.cutShort("states-unstable", "the states of objects were still changing when the run ended")
	default:
		g.compareStates(*r, labels)
	}
}

// compareStates blames the receiver only where its controls are in the states
// that were declared: an object that only the first event was sent of, and one
// whose events came in order.
func (g *grading) compareStates(r transcript.States, labels []string) {
	blocked := false
	for _, label := range labels {
		if i := g.controlOf(label); i >= 0 && g.stray(r, label) {
			blocked = true
			x := g.steps[i][0]
			g.state(r, label, i, x, reports.Blocked, "control-state", fmt.Sprintf(
				"the control beside it is %s: does state.after in the target file say what the receiver does? Nothing is proven", inState(r.States[x.Object])))
		}
	}
	if blocked {
		return
	}
	for _, label := range labels {
		if g.controlOf(label) < 0 && g.stray(r, label) {
			i, x := g.lastAbout(label)
			g.state(r, label, i, x, g.severity(scenarios.GradeFail), "state", fmt.Sprintf(
				"%s instead of %s: %s", inState(r.States[x.Object]), inState(g.declared(label).Is), g.history(x.Object)))
		}
	}
}

// untold reports whether the record lacks what the label's state is judged by.
func (g *grading) untold(label string) bool {
	_, x := g.lastOf(label)
	n := g.scenario.States[label]
	return x.Object == "" || n < 1 || n > len(g.judge.run.State.After)
}

// declared is what the label's object is to be in the end, and after what.
func (g *grading) declared(label string) transcript.Stage {
	return g.judge.run.State.After[g.scenario.States[label]-1]
}

// stray reports whether the label's object is in another state than declared.
func (g *grading) stray(r transcript.States, label string) bool {
	_, x := g.lastOf(label)
	return r.States[x.Object] != g.declared(label).Is
}

// about lists what was sent about an object, in the order in which it was sent.
func (g *grading) about(object string) []numbered {
	var all []numbered
	for _, list := range g.steps {
		for _, x := range list {
			if x.Object == object {
				all = append(all, x)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b numbered) int { return a.SentAt.Compare(b.SentAt) })
	return all
}

// lastAbout is the last delivery about the label's object, and its step.
func (g *grading) lastAbout(label string) (int, numbered) {
	_, x := g.lastOf(label)
	all := g.about(x.Object)
	last := all[len(all)-1]
	return last.Step - 1, last
}

// history tells what was sent about an object, and how it was answered.
func (g *grading) history(object string) string {
	var parts []string
	for _, x := range g.about(object) {
		parts = append(parts, fmt.Sprintf("%s (stage %d) was %s", cmp.Or(x.EventType, "an event"), g.stageOf(x.Label), answered(x)))
	}
	link := ", then "
	if g.scenario.Steps[g.about(object)[0].Step-1].Abreast {
		link = ", together with it "
	}
	return strings.Join(parts, link)
}

// stageOf is the stage of the label's event.
func (g *grading) stageOf(label string) int {
	stage := 0
	for _, s := range g.scenario.Steps {
		if s.Send == label {
			stage = max(stage, s.Stage)
		}
	}
	return stage
}

func (g *grading) state(r transcript.States, label string, i int, x numbered, severity reports.Verdict, kind, message string) {
	stage := g.declared(label)
	g.add(mark{severity: severity, step: i, finding: reports.Finding{
		Fingerprint: fingerprint(kind, string(severity), label),
		Symptom:     kind,
		Message:     message,
		Step:        g.stepName(i, x),
		Expected:    fmt.Sprintf("%s after %s, %d ms after the last answer", inState(stage.Is), stage.Type, r.WaitedMS),
		Observed:    inState(r.States[x.Object]),
		Evidence:    g.evidence(i, x),
	}})
}

// inState words a state.
func inState(text string) string {
	if text == "" {
		return "in no state at all"
	}
	return fmt.Sprintf("in the state %q", text)
}

// stateProbe is what the report says of how states were seen.
func stateProbe(s *transcript.State) *reports.StateProbe {
	if s == nil {
		return nil
	}
	out := &reports.StateProbe{Kind: s.Kind, Reads: s.Reads, Object: s.Object, After: []reports.Stage{}}
	for _, stage := range s.After {
		out.After = append(out.After, reports.Stage{Type: stage.Type, Is: stage.Is})
	}
	return out
}
