package conformance_test

import (
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// genuineTwice is one event sent twice, with the effect it should have.
func genuineTwice(level scenarios.Level, expect, effect string, control bool) scenarios.Scenario {
	return scenarios.Scenario{
		ID: "idem.twice", Level: level, Risk: scenarios.Stateful,
		Steps:   []scenarios.Step{{Send: "first", Control: control, Expect: "accepted"}, {Again: "first", Expect: expect}},
		Effects: map[string]string{"first": effect},
	}
}

func TestEffectsAgainstExpectation(t *testing.T) {
	forged := sandwich(scenarios.Must, "rejected")
	both := map[string]int{"before": 1, "after": 1}
	with := func(counts map[string]int, label string, n int) map[string]int {
		out := map[string]int{label: n}
		for k, v := range counts {
			out[k] = v
		}
		return out
	}
	once := func(effect string, seconds, n int) tale {
		return tale{scenario: genuineTwice(scenarios.Must, "duplicate", effect, false), run: probed,
			happened: append(answered(200, seconds), seen(map[string]int{"first": n}))}
	}
	runAll(t, []verdictCase{
		{name: "refused and not processed", tale: tale{scenario: forged, run: probed, happened: append(answered(200, 401, 200), seen(both))}, want: reports.Pass},
		{name: "refused and yet processed", tale: tale{scenario: forged, run: probed, happened: append(answered(200, 401, 200), seen(with(both, "faulty", 1)))},
			want: reports.Fail, reason: "answered 401, and yet processed once"},
		{name: "unanswered and yet processed", tale: tale{scenario: forged, run: probed, happened: append(answered(200, 0, 200), seen(with(both, "faulty", 2)))},
			want: reports.Fail, reason: "and yet processed 2 times"},
		{name: "accepted, though not processed", tale: tale{scenario: forged, run: probed, happened: append(answered(200, 200, 200), seen(both))},
			want: reports.Fail, reason: "though not processed"},
		{name: "a control acknowledged and lost", tale: tale{scenario: forged, run: probed, happened: append(answered(200, 401, 200), seen(map[string]int{"after": 1}))},
			want: reports.Blocked, reason: "acknowledged and not processed"},
		{name: "a control refused: said once", tale: tale{scenario: forged, run: probed, happened: append(answered(500, 401, 200), seen(map[string]int{"after": 1}))},
			want: reports.Blocked, findings: []reports.Verdict{reports.Blocked}},
		{name: "1, once", tale: once("1", 200, 1), want: reports.Pass},
		{name: "1, twice", tale: once("1", 200, 2), want: reports.Fail, reason: "processed 2 times instead of once"},
		{name: "1, never", tale: once("1", 200, 0), want: reports.Fail, reason: "acknowledged, and not processed instead of once"},
		{name: "1+, twice", tale: once("1+", 200, 2), want: reports.Pass},
		{name: "1+, never", tale: once("1+", 200, 0), want: reports.Fail},
		{name: "2, twice", tale: once("2", 200, 2), want: reports.Pass},
		{name: "2, once", tale: once("2", 200, 1), want: reports.Fail, reason: "processed once instead of 2 times"},
		{name: "any", tale: once("any", 200, 7), want: reports.Pass},
		{name: "refused, so not processed", tale: tale{scenario: scenarios.Scenario{ID: "evt.optional", Level: scenarios.Must,
			Steps: []scenarios.Step{{Send: "only", Expect: "tolerated"}}, Effects: map[string]string{"only": "1"}},
			run: probed, happened: append(answered(422), seen(nil))}, want: reports.Warn, findings: []reports.Verdict{reports.Warn}},
		{name: "SHOULD warns", tale: tale{scenario: genuineTwice(scenarios.Should, "duplicate", "1", true), run: probed,
			happened: append(answered(200, 200), seen(map[string]int{"first": 2}))}, want: reports.Warn},
		{name: "INFO informs", tale: tale{scenario: genuineTwice(scenarios.Inform, "duplicate", "1", true), run: probed,
			happened: append(answered(200, 200), seen(map[string]int{"first": 2}))}, want: reports.Info},
	})
}

func TestLostControlComesBeforeItsRepetition(t *testing.T) {
	// The control was acknowledged and lost, so that what became of the
	// tampered copy of it proves nothing.
	s := genuineTwice(scenarios.Must, "rejected", "1", true)
	lost := tale{scenario: s, run: probed, happened: append(answered(200, 200), seen(nil))}
	verdictCase{tale: lost, want: reports.Blocked, reason: "acknowledged and not processed"}.run(t)
}

func TestProbesThatTellNothing(t *testing.T) {
	read := func(e transcript.Effects) []transcript.Record {
		return append(answered(200, 401, 200), transcript.Record{Effects: &e})
	}
	must := sandwich(scenarios.Must, "rejected")
	broken := transcript.Effects{Probe: "effects", Error: "connection refused"}
	moving := transcript.Effects{Probe: "effects", Counts: map[string]int{}}
	void := transcript.Effects{Probe: "effects", Void: true, Stable: true}
	runAll(t, []verdictCase{
		{name: "none, answers only", tale: tale{scenario: must, happened: answered(200, 401, 200)}, want: reports.Pass},
		{name: "none, needed", tale: tale{scenario: needsEffects(), happened: answered(200, 401, 200)}, want: reports.NotObserved, reason: "no effect probe"},
		{name: "none, needed, and the answer fails", tale: tale{scenario: needsEffects(), happened: answered(200, 200, 200)}, want: reports.Fail},
		{name: "void", tale: tale{scenario: must, run: probed, happened: read(void)}, want: reports.Pass},
		{name: "void, needed", tale: tale{scenario: needsEffects(), run: probed, happened: read(void)}, want: reports.NotObserved, reason: "the preflight saw no effect"},
		{name: "broken", tale: tale{scenario: must, run: probed, happened: read(broken)}, want: reports.Error, reason: "connection refused"},
		{name: "never stable", tale: tale{scenario: must, run: probed, happened: read(moving)}, want: reports.Error, reason: "still changing"},
		{name: "never read", tale: tale{scenario: must, run: probed, happened: answered(200, 401, 200), cutOff: true}, want: reports.Error, reason: "before the effect probe was read"},
		{name: "broken, and a proven failure", tale: tale{scenario: must, run: probed, happened: append(answered(200, 200, 200), transcript.Record{Effects: &broken})}, want: reports.Fail},
	})
}

func TestSilentRejects(t *testing.T) {
	must := sandwich(scenarios.Must, "rejected")
	alone := transcript.Run{Rejects: "silent"}
	watched := transcript.Run{Rejects: "silent", Probes: probed.Probes}
	dropped := seen(map[string]int{"before": 1, "after": 1})
	taken := seen(map[string]int{"before": 1, "faulty": 1, "after": 1})
	void := transcript.Record{Effects: &transcript.Effects{Probe: "effects", Void: true}}
	runAll(t, []verdictCase{
		{name: "without probe", tale: tale{scenario: must, run: alone, happened: answered(200, 200, 200)}, want: reports.NotObserved, reason: "no probe tells"},
		{name: "without probe, but a status", tale: tale{scenario: must, run: alone, happened: answered(200, 401, 200)}, want: reports.Pass},
		{name: "without probe, 3xx", tale: tale{scenario: must, run: alone, happened: answered(200, 302, 200)}, want: reports.Fail},
		{name: "void probe", tale: tale{scenario: must, run: watched, happened: append(answered(200, 200, 200), void)}, want: reports.NotObserved},
		{name: "dropped", tale: tale{scenario: must, run: watched, happened: append(answered(200, 200, 200), dropped)}, want: reports.Pass},
		{name: "processed", tale: tale{scenario: must, run: watched, happened: append(answered(200, 200, 200), taken)}, want: reports.Fail, reason: "and yet processed"},
		{name: "genuine ones must still be accepted", tale: tale{scenario: must, run: watched, happened: append(answered(400, 200, 200), dropped)}, want: reports.Blocked},
	})
}

func TestSeveralProbes(t *testing.T) {
	must := sandwich(scenarios.Must, "rejected")
	clean := seen(map[string]int{"before": 1, "after": 1})
	taken := seen(map[string]int{"before": 1, "faulty": 1, "after": 1})
	runAll(t, []verdictCase{
		{name: "both clean", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), clean, clean)}, want: reports.Pass},
		{name: "one saw it", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), clean, taken)}, want: reports.Fail},
	})
}

// TestMovingCounts: a count that never rests keeps only those scenarios from a
// verdict that look at it, and none where it is too high already.
func TestMovingCounts(t *testing.T) {
	must := sandwich(scenarios.Must, "rejected")
	read := func(moving string, counts map[string]int) []transcript.Record {
		e := *seen(counts).Effects
		e.Stable, e.Moving = false, []string{moving}
		return append(answered(200, 401, 200), transcript.Record{Effects: &e})
	}
	clean := map[string]int{"before": 1, "after": 1}
	runAll(t, []verdictCase{
		{name: "another's", tale: tale{scenario: must, run: probed, happened: read("evt-of-another", clean)}, want: reports.Pass},
		{name: "its own", tale: tale{scenario: must, run: probed, happened: read(eventOf("after", 1), clean)}, want: reports.Error, reason: "still changing"},
		{name: "its own, and too high", tale: tale{scenario: must, run: probed, happened: read(eventOf("faulty", 1), map[string]int{"before": 1, "faulty": 3, "after": 1})}, want: reports.Fail, reason: "and yet processed"},
	})
}
