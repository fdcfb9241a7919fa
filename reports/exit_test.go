package reports

import (
	"strings"
	"testing"
)

func TestConclude(t *testing.T) {
	one := func(v Verdict, level string) []Scenario { return []Scenario{{ID: "auth.x", Level: level, Verdict: v}} }
	valid, invalid := Generator{Valid: true}, Generator{}
	missed := []Objective{{Verdict: Pass}, {Verdict: Fail}}
	tests := []struct {
		name        string
		report      Report
		mustObserve []string
		verdict     RunVerdict
		reasons     string // "code reason", comma separated
	}{
		{"all pass", Report{Scenarios: one(Pass, "MUST")}, nil, Conformant, ""},
		{"only a warning", Report{Scenarios: one(Warn, "SHOULD")}, nil, Conformant, ""},
		{"only a figure", Report{Scenarios: one(Info, "INFO")}, nil, Conformant, ""},
		{"fail", Report{Scenarios: one(Fail, "MUST")}, nil, NotConformant, "1 fail"},
		{"fail is final at any level", Report{Scenarios: one(Fail, "MAY")}, nil, NotConformant, "1 fail"},
		{"error", Report{Scenarios: one(Error, "INFO")}, nil, Incomplete, "3 error,3 nothing-assessed"},
		{"unknown verdict", Report{Scenarios: one("skipped", "INFO")}, nil, Incomplete, "3 error,3 nothing-assessed"},
		{"a failure beats a broken harness",
			Report{Scenarios: append(one(Error, "MUST"), one(Fail, "MUST")...)}, nil, NotConformant, "1 fail,3 error"},
		{"blocked MUST", Report{Scenarios: append(one(Blocked, "MUST"), one(Pass, "MUST")...)}, nil, Incomplete, "3 blocked"},
		{"blocked PROV", Report{Scenarios: append(one(Blocked, "PROV"), one(Pass, "MUST")...)}, nil, Incomplete, "3 blocked"},
		{"blocked BASE", Report{Scenarios: append(one(Blocked, "BASE"), one(Pass, "MUST")...)}, nil, Incomplete, "3 blocked"},
		{"blocked SHOULD", Report{Scenarios: append(one(Blocked, "SHOULD"), one(Pass, "MUST")...)}, nil, Conformant, ""},
		{"blocked SHOULD, strict",
			Report{Strict: true, Scenarios: append(one(Blocked, "SHOULD"), one(Pass, "MUST")...)}, nil, Incomplete, "3 blocked"},
		{"blocked OPS, strict",
			Report{Strict: true, Scenarios: append(one(Blocked, "OPS"), one(Pass, "MUST")...)}, nil, Incomplete, "3 blocked"},
		{"blocked MAY, strict",
			Report{Strict: true, Scenarios: append(one(Blocked, "MAY"), one(Pass, "MUST")...)}, nil, Conformant, ""},
		{"not observed", Report{Scenarios: append(one(NotObserved, "MUST"), one(Pass, "MUST")...)}, []string{"dup.*"}, Conformant, ""},
		{"not observed, must be",
			Report{Scenarios: append(one(NotObserved, "MUST"), one(Pass, "MUST")...)}, []string{"dup.*", "auth.*"}, Incomplete, "3 must-observe"},
		{"a malformed pattern does not turn the run green",
			Report{Scenarios: append(one(NotObserved, "MUST"), one(Pass, "MUST")...)}, []string{"auth.[x"}, Incomplete, "3 must-observe"},
		{"interrupted", Report{Interrupted: true, Scenarios: one(Pass, "MUST")}, nil, Incomplete, "3 interrupted"},
		{"nothing", Report{}, nil, Incomplete, "3 nothing-assessed"},
		{"only excluded", Report{Scenarios: append(one(Excluded, "MUST"), one(NotApplicable, "MUST")...)}, nil, Incomplete, "3 nothing-assessed"},
		{"an interruption is no defect of the harness",
			Report{Interrupted: true, Scenarios: append(one(Pass, "MUST"), Scenario{ID: "auth.y", Verdict: Error, Interrupted: true})}, nil, Incomplete, "3 interrupted"},
		{"an error beside an interruption",
			Report{Interrupted: true, Scenarios: append(one(Pass, "MUST"), one(Error, "MUST")...)}, nil, Incomplete, "3 interrupted,3 error"},
		{"excluded by the user", Report{Scenarios: append(one(Pass, "MUST"), Scenario{Level: "MUST", Verdict: Excluded, ExcludedBy: ByUser})}, nil, Conformant, ""},
		{"excluded for its risk", Report{Scenarios: append(one(Pass, "MUST"), Scenario{Level: "MUST", Verdict: Excluded, ExcludedBy: ByRisk})}, nil, Conformant, ""},
		{"no requests left for a MUST",
			Report{Scenarios: append(one(Pass, "MUST"), Scenario{ID: "auth.y", Level: "MUST", Verdict: Excluded, ExcludedBy: ByBudget})}, nil, Incomplete, "3 budget"},
		{"no requests left for a SHOULD", Report{Scenarios: append(one(Pass, "MUST"), Scenario{Level: "SHOULD", Verdict: Excluded, ExcludedBy: ByBudget})}, nil, Conformant, ""},
		{"preflight", Report{Scenarios: one(Pass, "MUST"), Preflight: []Check{{Name: "reachable", Verdict: Fail}}}, nil, Incomplete, "3 preflight"},
		{"preflight warns", Report{Scenarios: one(Pass, "MUST"), Preflight: []Check{{Name: "clock", Verdict: Warn}}}, nil, Conformant, ""},
		{"load passes", Report{Load: []Load{{Verdict: Pass, Generator: valid}}}, nil, Conformant, ""},
		{"load fails", Report{Load: []Load{{Verdict: Fail, Generator: valid}}}, nil, NotConformant, "1 objective"},
		{"an objective is missed", Report{Load: []Load{{Verdict: Pass, Generator: valid, Objectives: missed}}}, nil, NotConformant, "1 objective"},
		{"a generator's miss is not the receiver's",
			Report{Load: []Load{{Verdict: Blocked, Generator: invalid, Objectives: missed}}}, nil, Incomplete, "5 generator"},
		{"load blocked otherwise", Report{Load: []Load{{Verdict: Blocked, Generator: valid}}}, nil, Incomplete, "3 blocked,3 nothing-assessed"},
		{"load error", Report{Load: []Load{{Verdict: Error}}}, nil, Incomplete, "3 error,3 nothing-assessed"},
		{"load must be observed",
			Report{Scenarios: one(Pass, "MUST"), Load: []Load{{Name: "steady", Verdict: NotObserved}}}, []string{"load.*"}, Incomplete, "3 must-observe"},
		{"a load that was too short beside scenarios",
			Report{Scenarios: one(Pass, "MUST"), Load: []Load{{Name: "steady", Verdict: NotObserved}}}, nil, Incomplete, "3 nothing-assessed"},
		{"a load that was too short beside another",
			Report{Load: []Load{{Verdict: Pass, Generator: valid}, {Name: "steady", Verdict: NotObserved}}}, nil, Incomplete, "3 nothing-assessed"},
		{"a load that was interrupted beside scenarios",
			Report{Interrupted: true, Scenarios: one(Pass, "MUST"), Load: []Load{{Name: "steady", Verdict: NotObserved}}}, nil, Incomplete, "3 interrupted"},
		{"everything at once",
			Report{Interrupted: true, Scenarios: append(one(Fail, "MUST"), one(Blocked, "MUST")...),
				Load: []Load{{Verdict: Fail, Generator: valid}, {Verdict: Blocked, Generator: invalid}}},
			nil, NotConformant, "1 fail,1 objective,3 interrupted,3 blocked,5 generator"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := test.report
			Conclude(&r, test.mustObserve)
			var got []string
			for _, reason := range r.ExitReasons {
				got = append(got, string(rune('0'+reason.Code))+" "+reason.Reason)
				if reason.Message == "" || strings.Contains(reason.Message, "\n") {
					t.Errorf("the message of %s is not one line: %q", reason.Reason, reason.Message)
				}
			}
			if s := strings.Join(got, ","); s != test.reasons || r.Verdict != test.verdict {
				t.Errorf("got %s (%s), want %s (%s)", r.Verdict, s, test.verdict, test.reasons)
			}
			want := 0
			if len(r.ExitReasons) > 0 {
				want = r.ExitReasons[0].Code
			}
			if r.ExitCode != want {
				t.Errorf("exit code %d, want the first reason's, %d", r.ExitCode, want)
			}
		})
	}
}

func TestConcludeCountsAnew(t *testing.T) {
	r := Report{Counts: Counts{Pass: 9}, ExitReasons: []ExitReason{{Code: 1}}, ExitCode: 1}
	for _, v := range Verdicts {
		r.Scenarios = append(r.Scenarios, Scenario{Verdict: v})
	}
	Conclude(&r, nil)
	first := r.Counts
	Conclude(&r, nil)
	if r.Counts != first {
		t.Errorf("a second Conclude counts otherwise: %+v, %+v", first, r.Counts)
	}
	for _, v := range Verdicts {
		if n := r.Counts.Of(v); n != 1 {
			t.Errorf("%s is counted %d times", v, n)
		}
	}
}

func TestBlockedCountsWhatCanFail(t *testing.T) {
	r := Report{Scenarios: []Scenario{
		{ID: "auth.x", Level: "MUST", Verdict: Blocked}, {ID: "ack.x", Level: "OPS", Verdict: Blocked}, {ID: "ctl.x", Level: "MUST", Verdict: Pass},
	}}
	Conclude(&r, nil)
	if got := r.ExitReasons[0].Message; got != "1 blocked at a level that can fail, so nothing was proven: auth.x" {
		t.Error(got)
	}
}

func TestReasonsNameAtMostFive(t *testing.T) {
	if got := named("failed", []string{"a", "b", "c", "d", "e", "f", "g"}); got != "7 failed: a, b, c, d, e and 2 more" {
		t.Error(got)
	}
}
