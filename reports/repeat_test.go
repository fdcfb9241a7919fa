package reports

import (
	"slices"
	"strings"
	"testing"
)

// TestRepeats: the worst verdict counts, with the evidence of its repetition.
func TestRepeats(t *testing.T) {
	verdicts := map[string][]Verdict{
		"a.steady": {Pass, Pass, Pass}, "a.flaky": {Pass, Fail, Warn}, "a.blocked": {Blocked, Pass, Pass}, "a.never": {Fail, Fail, Fail},
	}
	ids := []string{"a.steady", "a.flaky", "a.blocked", "a.never"}
	var all Repeats
	for n := range 3 {
		r := Report{Seed: int64(7 + n), Requests: 10, Rerun: "hookassay run", Repetitions: &Repetitions{Number: n + 1, Count: 1, Planned: 3}}
		for _, id := range ids {
			r.Scenarios = append(r.Scenarios, Scenario{ID: id, Level: "MUST", Verdict: verdicts[id][n], Rerun: string(rune('1' + n))})
		}
		if n == 2 {
			r.Preflight = []Check{{Name: "clock", Verdict: Warn}}
		}
		Conclude(&r, nil)
		if err := all.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	r := all.Report()
	want := []struct {
		verdict  Verdict
		shown    int
		repeated []Verdict
	}{{Pass, 1, nil}, {Fail, 2, verdicts["a.flaky"]}, {Blocked, 1, verdicts["a.blocked"]}, {Fail, 1, nil}}
	for i, w := range want {
		s := r.Scenarios[i]
		if s.Verdict != w.verdict || s.Repetition != w.shown || s.Rerun != string(rune('0'+w.shown)) || !slices.Equal(s.Repeated, w.repeated) {
			t.Errorf("%s: %s of repetition %d (%s), %v", s.ID, s.Verdict, s.Repetition, s.Rerun, s.Repeated)
		}
	}
	if got := strings.Join(r.Repetitions.Differ, " "); got != "a.flaky a.blocked" || r.Repetitions.Count != 3 || r.Repetitions.Number != 0 {
		t.Errorf("%+v", r.Repetitions)
	}
	if r.Requests != 30 || r.Seed != 7 || r.ExitCode != 1 || len(r.Preflight) != 1 || r.Rerun != "hookassay run --repeat 3" {
		t.Errorf("%d requests, seed %d, exit code %d, preflight %v, again: %s", r.Requests, r.Seed, r.ExitCode, r.Preflight, r.Rerun)
	}
}

// An interruption cuts a repetition short; what others have shown stands.
func TestRepeatsInterrupted(t *testing.T) {
	var all Repeats
	for _, r := range []Report{
		{Scenarios: []Scenario{{ID: "a.b", Verdict: Pass}}},
		{Interrupted: true, Scenarios: []Scenario{{ID: "a.b", Verdict: Error, Interrupted: true}}},
	} {
		if err := all.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	r := all.Report()
	if r.Scenarios[0].Verdict != Pass || r.Scenarios[0].Repeated != nil || r.ExitCode != ExitIncomplete || !r.Interrupted {
		t.Errorf("%s (%v), exit code %d", r.Scenarios[0].Verdict, r.Scenarios[0].Repeated, r.ExitCode)
	}
}

func TestRepeatsAreOfOneRun(t *testing.T) {
	var all Repeats
	if err := all.Add(Report{Scenarios: []Scenario{{ID: "a.b"}}}); err != nil {
		t.Fatal(err)
	}
	if err := all.Add(Report{Scenarios: []Scenario{{ID: "a.c"}}}); err == nil {
		t.Error("a repetition with other scenarios is taken")
	}
}
