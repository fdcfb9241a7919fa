package reports

import (
	"strings"
	"testing"
)

// What an unfit generator made void is told from what stands all the same, and
// why is said once.
func TestAnUnfitGeneratorLeavesObjectivesStanding(t *testing.T) {
	l := blockedLoad()
	l.Objectives = []Objective{
		{Text: "unsent = 0", Value: "7", Verdict: Blocked, Reason: "generator-limited: busy"},
		{Text: "forged: accepted = 0", Value: "0 of 50", Verdict: Pass},
		{Text: "lost = 0", Verdict: NotObserved, Reason: "no probe"},
		{Text: "doubled = 0", Value: "1", Verdict: Fail},
	}
	l.Generator.Reasons, l.Reason = []string{"busy"}, ""
	p := newPage(TerminalOptions{Width: 120})
	p.load(l, false)
	var out strings.Builder
	if err := p.to(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"generator: NOT VALID: busy\n",
		"void:      unsent = 0\n",
		"standing:  forged: accepted = 0; doubled = 0\n",
		"# BLOCKED  unsent = 0; was 7\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
