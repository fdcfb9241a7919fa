package conformance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hookassay/hookassay/scenarios"
)

// deliveries is how many a step sends.
func deliveries(s scenarios.Step) int { return max(1, s.AtOnce, s.Times, s.Hold) }

// events is how many events were sent in a step that sends many.
func (g *grading) events(i int, step scenarios.Step) int {
	if step.Retry != "" {
		return len(g.steps[i])
	}
	return step.Times
}

// whole reports whether everything that a step was to send was sent.
func (g *grading) whole(i int, step scenarios.Step) bool {
	sent := g.steps[i]
	if step.Retry != "" {
		return true // what was acknowledged is not sent again
	}
	return len(sent) >= deliveries(step) || len(sent) > 0 && brokeOff(step, sent[len(sent)-1].Exchange)
}

// alike makes one finding of those that say the same of several of all the
// events of a step: the first shows how, and names the others.
func (g *grading) alike(from, all int) {
	if all < 2 {
		return
	}
	var kept []mark
	others := map[int][]string{} // by place in kept
	for _, m := range g.marks[from:] {
		k := slices.IndexFunc(kept, func(x mark) bool {
			return x.finding.Fingerprint == m.finding.Fingerprint && x.step == m.step
		})
		if k < 0 || m.number == 0 {
			kept = append(kept, m)
			continue
		}
		others[k] = append(others[k], strconv.Itoa(m.number))
	}
	for k, numbers := range others {
		kept[k].finding.Also = fmt.Sprintf("the same of %d more of the %d: %s", len(numbers), all, listed(numbers))
	}
	g.marks = append(g.marks[:from:from], kept...)
}

// listed names the first few.
func listed(numbers []string) string {
	const few = 8
	if len(numbers) <= few {
		return strings.Join(numbers, ", ")
	}
	return strings.Join(numbers[:few], ", ") + ", …"
}
