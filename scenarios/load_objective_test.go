package scenarios

import (
	"strings"
	"testing"
)

func TestParseObjective(t *testing.T) {
	tests := []struct {
		text string
		want Objective
	}{
		{"genuine: p99(response) <= 250ms", Objective{Class: "genuine", Metric: "p", Quantile: 0.99, Clock: "response", Op: "<=", Limit: 250, Unit: "ms"}},
		{" genuine :p99.9(service)<1.5s", Objective{Class: "genuine", Metric: "p", Quantile: 0.999, Clock: "service", Op: "<", Limit: 1500, Unit: "ms"}},
		{"duplicate: max(response) <= 2s", Objective{Class: "duplicate", Metric: "max", Clock: "response", Op: "<=", Limit: 2000, Unit: "ms"}},
		{"genuine: errors <= 0.1%", Objective{Class: "genuine", Metric: "errors", Op: "<=", Limit: 0.1, Unit: "%"}},
		{"forged: accepted = 0", Objective{Class: "forged", Metric: "accepted", Op: "=", Unit: "count"}},
		{"genuine: accepted >= 99%", Objective{Class: "genuine", Metric: "accepted", Op: ">=", Limit: 99, Unit: "%"}},
		{"lost = 0", Objective{Metric: "lost", Op: "=", Unit: "count"}},
		{"unsent <= 3", Objective{Metric: "unsent", Op: "<=", Limit: 3, Unit: "count"}},
	}
	for _, tt := range tests {
		got, err := ParseObjective(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
		}
		text := got.String()
		got.text = ""
		if got != tt.want {
			t.Errorf("%q: %#v\nwant %#v", tt.text, got, tt.want)
		}
		if again, err := ParseObjective(text); err != nil || again.String() != text {
			t.Errorf("%q: its own text %q reads as %q, %v", tt.text, text, again, err)
		}
	}
}

func TestParseObjectiveErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "write"},
		{"lost", "write"},
		{"lost = 0 = 1", "write"},
		{"genuin: errors = 0", `did you mean "genuine"?`},
		{": errors = 0", "unknown class"},
		{"genuine: p99(respons) <= 1s", `did you mean "response"?`},
		{"genuine: p99 <= 1s", `did you mean "p99(response)"?`},
		{"genuine: p0(response) <= 1s", "no quantile"},
		{"genuine: p100(response) <= 1s", "unknown metric"},
		{"genuine: error = 0", `did you mean "errors"?`},
		{"p99(response) <= 1s", "is of a class"},
		{"genuine: lost = 0", "whole run"},
		{"genuine: p99(response) <= 250", "no time"},
		{"genuine: p99(response) <= -1s", "no time"},
		{"genuine: errors <= 101%", "no limit"},
		{"genuine: errors <= NaN", "no limit"},
		{"genuine: errors <= 0.5", "whole"},
		{"lost <= 1%", "not a share"},
		{"lost = many", "no limit"},
	}
	for _, tt := range tests {
		_, err := ParseObjective(tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error is %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestObjectiveHolds(t *testing.T) {
	tests := []struct {
		op    string
		value float64
		want  bool
	}{
		{"<=", 5, true}, {"<=", 6, false}, {"<", 5, false}, {"<", 4, true}, {"=", 5, true}, {"=", 4, false},
		{">=", 5, true}, {">=", 4, false}, {">", 5, false}, {">", 6, true},
	}
	for _, tt := range tests {
		o, err := ParseObjective("lost " + tt.op + " 5")
		if err != nil || o.Holds(tt.value) != tt.want {
			t.Errorf("%v %s 5 is %v, %v", tt.value, tt.op, !tt.want, err)
		}
	}
}

func FuzzParseObjective(f *testing.F) {
	for _, seed := range []string{"genuine: p99(response) <= 250ms", "lost = 0", "forged: accepted<1%", "p(x)>", "::=", "genuine: p99.999(service) >= 1h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseObjective(text)
		if err != nil {
			return
		}
		again, err := ParseObjective(o.String())
		if err != nil || again != o {
			t.Errorf("%q reads as %+v, and that as %+v, %v", text, o, again, err)
		}
		if !(o.Limit >= 0) {
			t.Errorf("%q: the limit is %v", text, o.Limit)
		}
	})
}
