package reports

import (
	"strings"
	"testing"
)

func TestCauses(t *testing.T) {
	s := func(id string, v Verdict, fingerprint, reason string) Scenario {
		out := Scenario{ID: id, Verdict: v, Reason: reason}
		if fingerprint != "" {
			out.Findings = []Finding{{Fingerprint: fingerprint, Message: "found"}}
		}
		return out
	}
	tests := []struct {
		name string
		in   []Scenario
		want string // causes, each "verdict: ids"
	}{
		{"none", nil, ""},
		{"one fingerprint", []Scenario{s("a", Fail, "f", "x"), s("b", Fail, "f", "y")}, "fail: a b"},
		{"one reason", []Scenario{s("a", Fail, "f", "x"), s("b", Fail, "g", "x")}, "fail: a b"},
		{"fingerprint, then reason", []Scenario{s("a", Fail, "f", "x"), s("b", Fail, "f", "y"), s("c", Fail, "", "y")}, "fail: a b c"},
		{"nothing to compare", []Scenario{s("a", Fail, "", ""), s("b", Fail, "", "")}, "fail: a; fail: b"},
		{"verdicts stay apart", []Scenario{s("a", Warn, "f", "x"), s("b", Fail, "f", "x")}, "fail: b; warn: a"},
		{"the cause of most first", []Scenario{s("a", Fail, "f", "x"), s("b", Fail, "g", "y"), s("c", Fail, "g", "y")}, "fail: b c; fail: a"},
		{"worst first", []Scenario{s("a", Info, "", "1"), s("b", NotObserved, "", "2"), s("c", Warn, "", "3"), s("d", Blocked, "", "4"),
			s("e", Error, "", "5"), s("f", Fail, "", "6"), s("g", "odd", "", "7")},
			"odd: g; fail: f; error: e; blocked: d; warn: c; not-observed: b; info: a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range causes(test.in, nil) {
				got = append(got, string(c.verdict)+": "+strings.Join(c.ids(), " "))
			}
			if s := strings.Join(got, "; "); s != test.want {
				t.Errorf("got %s, want %s", s, test.want)
			}
		})
	}
}
