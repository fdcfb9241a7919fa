package reports

import (
	"bytes"
	"strings"
	"testing"
)

// Each objective of a load is a case of its own: a gate on one can be told from
// a gate on another.
func TestJUnitOfObjectives(t *testing.T) {
	r := Report{Load: []Load{{Name: "storm", Verdict: Fail, Reason: "missed: doubled = 0", Objectives: []Objective{
		{Text: "lost = 0", Value: "0", Verdict: Pass},
		{Text: "doubled = 0", Value: "7", Verdict: Fail},
		{Text: "backlog-growth <= 5%", Verdict: NotObserved, Reason: "too short to tell"},
	}}}}
	Conclude(&r, nil)
	var b bytes.Buffer
	if err := JUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"lost = 0": "", "doubled = 0": "<failure", "backlog-growth &lt;= 5%": "<skipped"} {
		_, rest, found := strings.Cut(b.String(), `name="`+name+`"`)
		one, _, _ := strings.Cut(rest, "</testcase>")
		if !found || strings.Contains(one, "<failure") != (want == "<failure") || strings.Contains(one, "<skipped") != (want == "<skipped") {
			t.Errorf("%s: %v\n%s", name, found, one)
		}
	}
}
