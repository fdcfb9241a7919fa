package conformance_test

import (
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

const keyed = "it counts rows of ledger, where ledger_pkey allows one row for each event_id"

// blindly is what a probe under a unique key counted, by label.
func blindly(counts map[string]int) transcript.Record {
	rec := seen(counts)
	rec.Effects.Blind = keyed
	return rec
}

func TestBlindProbes(t *testing.T) {
	twice := func(effect string, reading transcript.Record) tale {
		return tale{scenario: genuineTwice(scenarios.Must, "duplicate", effect, true), run: probed, happened: append(answered(200, 200), reading)}
	}
	// One delivery, and a scenario that asks for its one effect.
	single := scenarios.Scenario{ID: "ctl.once", Level: scenarios.Must, NeedsEffects: true,
		Steps: []scenarios.Step{{Send: "only", Control: true, Expect: "accepted"}}, Effects: map[string]string{"only": "1"}}
	beside := single
	beside.NeedsEffects = false
	must := sandwich(scenarios.Must, "rejected")
	forbids := must
	forbids.NeedsEffects, forbids.Effects = true, map[string]string{"before": "1", "faulty": "0", "after": "1"}
	both := map[string]int{"before": 1, "after": 1}
	once := func(n int) map[string]int { return map[string]int{"first": n} }
	runAll(t, []verdictCase{
		{name: "once", tale: twice("1", blindly(once(1))), want: reports.NotObserved, reason: "processed at least once, and the probe effects cannot tell how often: " + keyed},
		{name: "never", tale: twice("1+", blindly(nil)), want: reports.Blocked},
		{name: "at least once", tale: twice("1+", blindly(once(1))), want: reports.Pass},
		{name: "twice, as it should", tale: twice("2", blindly(once(1))), want: reports.NotObserved},
		{name: "it sees after all", tale: twice("1", blindly(once(2))), want: reports.Fail},
		{name: "once, and it can see", tale: twice("1", seen(once(1))), want: reports.Pass},
		{name: "lost", tale: tale{scenario: genuineTwice(scenarios.Must, "duplicate", "1", false), run: probed, happened: append(answered(200, 200), blindly(nil))}, want: reports.Fail, reason: "acknowledged, and not processed"},
		{name: "forged", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), blindly(map[string]int{"before": 1, "faulty": 1, "after": 1}))}, want: reports.Fail},
		{name: "not forged", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), blindly(both))}, want: reports.Pass},
		{name: "none of a forbidden one", tale: tale{scenario: forbids, run: probed, happened: append(answered(200, 401, 200), blindly(both))}, want: reports.Pass},
		{name: "a single delivery", tale: tale{scenario: single, run: probed, happened: append(answered(200), blindly(map[string]int{"only": 1}))}, want: reports.NotObserved},
		{name: "a single delivery beside", tale: tale{scenario: beside, run: probed, happened: append(answered(200), blindly(map[string]int{"only": 1}))}, want: reports.Pass},
		{name: "another effect can be seen", tale: tale{scenario: genuineTwice(scenarios.Must, "duplicate", "1", true), run: probed,
			happened: append(answered(200, 200), seen(once(1)), blindly(once(1)))}, want: reports.NotObserved},
		{name: "another effect was repeated", tale: tale{scenario: genuineTwice(scenarios.Must, "duplicate", "1", true), run: probed,
			happened: append(answered(200, 200), seen(once(2)), blindly(once(1)))}, want: reports.Fail, reason: "processed 2 times"},
	})
}

// The report says of the probe what it cannot do, and how long was waited.
func TestReportSaysWhatAProbeCannotSee(t *testing.T) {
	s, r := tale{scenario: genuineTwice(scenarios.Must, "duplicate", "1", true), run: probed,
		happened: append(answered(200, 200), blindly(map[string]int{"first": 1}))}.judge(t)
	if s.Fix == "" || !strings.Contains(s.Fix, "without a unique key") {
		t.Errorf("the advice is %q", s.Fix)
	}
	if len(r.Target.Probes) != 1 || r.Target.Probes[0].Blind != keyed || !strings.HasPrefix(r.Target.Probes[0].Horizon, "300 ms after the last answer") {
		t.Fatalf("probes: %+v", r.Target.Probes)
	}
	var terminal strings.Builder
	if err := reports.Terminal(&terminal, r, reports.TerminalOptions{}); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(terminal.String()), " ")
	for _, want := range []string{keyed, "no effect was waited for 300 ms after the last answer"} {
		if !strings.Contains(text, want) {
			t.Errorf("the terminal does not say %q:\n%s", want, terminal.String())
		}
	}
}
