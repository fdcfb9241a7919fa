package conformance

import (
	"fmt"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A blind probe cannot count to two. That it counts nothing of an event says what
// any probe's says, "never" and "lost"; its count of 1 says "at least once".
// Every probe is graded by itself, as each stands for another effect: that the
// ledger was written once does not say that one mail was sent.

// hidden reports whether a count may stand for more, where that matters.
func (g *grading) hidden(e transcript.Effects, seen, want int, more bool, id string) bool {
	switch {
	case e.Blind == "" || seen != 1 || want == 0:
		return false
	case want > 1:
		return true
	}
	return !more && g.mayRepeat(id)
}

// mayRepeat reports whether the scenario is there to find an event processed
// twice: the event was delivered more than once, or the scenario is about effects
// and forbids none altogether. Elsewhere an event that was delivered once stands
// beside something else that is graded.
func (g *grading) mayRepeat(id string) bool {
	deliveries := 0
	for _, list := range g.steps {
		for _, x := range list {
			if x.EventID == id {
				deliveries++
			}
		}
	}
	if deliveries > 1 || !g.scenario.NeedsEffects {
		return deliveries > 1
	}
	for _, want := range g.scenario.Effects {
		if want == "0" {
			return false
		}
	}
	return true
}

// cannotTell marks what a blind probe leaves open, once a probe.
func (g *grading) cannotTell(e transcript.Effects) {
	m := fmt.Sprintf("processed at least once, and the probe %s cannot tell how often: %s", e.Probe, e.Blind)
	f := fingerprint("blind", e.Probe)
	for _, have := range g.marks {
		if have.finding.Fingerprint == f {
			return
		}
	}
	g.add(mark{severity: reports.NotObserved, step: len(g.steps), finding: reports.Finding{Fingerprint: f, Symptom: "unseen", Message: m},
		fix: "Let the probe count what the handler did, in rows without a unique key or in a number that grows; not the row by which duplicates are known."})
}
