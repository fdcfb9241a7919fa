package conformance

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// inRace returns the exchanges of a step whose answers are graded. Of copies
// that went together, those that were turned away tell nothing of how the
// receiver handles duplicates: it is enough that others were answered, and
// effects decide.
func (g *grading) inRace(i int, step scenarios.Step) []numbered {
	copies := g.steps[i]
	if step.AtOnce < 2 {
		return copies
	}
	outcome, err := scenarios.FindOutcome(step.Expect)
	if err != nil {
		return copies // said there
	}
	var away, taken []numbered
	racing := 0
	for _, x := range copies {
		switch {
		case turnedAway(step, x.Exchange):
			away = append(away, x)
		case x.Copy <= step.AtOnce:
			racing++
			fallthrough
		default:
			taken = append(taken, x)
		}
	}
	switch {
	case slices.ContainsFunc(away, overheld):
		g.harness("held", "copies were held back for so long that no time was left for an answer")
	case len(away) > 0 && racing < 2:
		g.mark(i, away[0], reports.Blocked, "no-race", outcome, "fewer than two copies were answered, so nothing raced")
	case len(away) > 0:
		g.graded(i, away[0], scenarios.GradeNote, "turned-away", outcome,
			fmt.Sprintf("%d of %d connections got no answer: is the listen backlog too small?", len(away), step.AtOnce))
	}
	wanted, _ := outcome.Grade(http.StatusOK)
	if k := slices.IndexFunc(taken, notAcknowledged); k >= 0 && wanted == scenarios.GradePass && !slices.ContainsFunc(taken, acknowledges) {
		g.mark(i, taken[k], reports.Blocked, "no-race", outcome, "no copy was acknowledged, nor one that was sent afterwards: nothing is proven")
	}
	return taken
}

// overheld reports whether a copy ran into its deadline before its last byte
// was let go, which is our doing.
func overheld(x numbered) bool {
	return x.Outcome == string(wire.Timeout) && x.LocalPort != 0 && x.Times.Sent == 0
}

func acknowledges(x numbered) bool { return x.Answer.Status/100 == 2 }

func notAcknowledged(x numbered) bool { return x.Answer.Status != 0 && !acknowledges(x) }
