package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// fewest is how many genuine deliveries in a row must have lost their effect
// before that is more than a delivery here and there.
const fewest = 5

// stopped tells of a receiver that goes on answering 2xx and has stopped working:
// its worker has ended, say. Then everything behind that moment has lost its
// effect, whatever it was to show, and what came right before is suspect.
func (j *judge) stopped() []reports.Check {
	controls := j.controls()
	last := -1 // the last one with an effect
	for i, c := range controls {
		if c.works {
			last = i
		}
	}
	lost := len(controls) - last - 1
	if last < 0 || lost < fewest {
		return nil
	}
	before := slices.ContainsFunc(controls[:last], func(c control) bool { return !c.works })
	if before {
		return nil // it loses now and then: that is said scenario by scenario
	}
	from, to := controls[last].SentAt, controls[last+1].SentAt
	message := fmt.Sprintf("from %s on nothing that was acknowledged had an effect, %d genuine deliveries in all, and everything before had: look into your logs at that moment",
		to.UTC().Format("15:04:05.000"), lost)
	if ids := j.oddBetween(from, to); len(ids) > 0 {
		message += "; right before it came " + strings.Join(ids, ", ")
	}
	return []reports.Check{{Name: "stopped", Verdict: reports.Warn, Message: message}}
}

// overlap is how long before the last effect the culprit may have been sent.
const overlap = 100 * time.Millisecond

// A control is a genuine delivery that was acknowledged and counted.
type control struct {
	numbered
	works bool // it had its effect
}

// controls are those of the scenarios whose effects are read at the run's end, in
// the order in which they were sent.
func (j *judge) controls() []control {
	read := slices.IndexFunc(j.effects, tells)
	if read < 0 {
		return nil
	}
	var all []control
	for _, list := range j.exchanges {
		for _, x := range list {
			if x.Control && x.EventID != "" && acknowledges(x) && len(j.own[x.Scenario]) == 0 {
				all = append(all, control{x, j.effects[read].Counts[x.EventID] > 0})
			}
		}
	}
	slices.SortFunc(all, func(a, b control) int { return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.line, b.line)) })
	return all
}

// oddBetween names the scenarios that sent something with a fault between two
// moments: the few of them, or none where there are many.
func (j *judge) oddBetween(from, to time.Time) []string {
	const few = 8
	var ids []string
	for id, list := range j.exchanges {
		if slices.ContainsFunc(list, func(x numbered) bool {
			return len(x.Faults) > 0 && !x.SentAt.Before(from.Add(-overlap)) && !x.SentAt.After(to)
		}) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if len(ids) > few {
		return nil
	}
	return ids
}

// alone reports whether nothing of another scenario was under way while this one
// was played.
func (g *grading) alone() bool {
	var first, last time.Time
	for _, x := range slices.Concat(g.steps...) {
		if first.IsZero() || x.SentAt.Before(first) {
			first = x.SentAt
		}
		if x.done().After(last) {
			last = x.done()
		}
	}
	for id, list := range g.judge.exchanges {
		if id != g.scenario.ID && id != "" && slices.ContainsFunc(list, func(x numbered) bool {
			return x.done().After(first) && x.SentAt.Before(last)
		}) {
			return false
		}
	}
	return true
}

// stops reports whether the scenario itself stops the receiver's work: played
// alone, the control before its fault had its effect, and the one behind has none.
func (g *grading) stops(counts map[string]int, behind int) bool {
	fault := slices.IndexFunc(g.scenario.Steps, func(s scenarios.Step) bool { return len(s.Faults) > 0 })
	if fault < 0 || behind < fault || !g.alone() {
		return false
	}
	for i, s := range g.scenario.Steps[:fault] {
		if s.Control && len(g.steps[i]) > 0 {
			return counts[g.steps[i][0].EventID] > 0
		}
	}
	return false
}
