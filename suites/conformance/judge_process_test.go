package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// staged is one event before and after something is done to the process.
func staged(steps ...scenarios.Step) scenarios.Scenario {
	all := append([]scenarios.Step{{Send: "first", Control: true, Expect: "accepted"}}, steps...)
	return scenarios.Scenario{
		ID: "idem.staged", Level: scenarios.Base, Risk: scenarios.Disruptive,
		Steps: append(all, scenarios.Step{Send: "first", Expect: "duplicate"}), Effects: map[string]string{"first": "1"},
	}
}

func does(step int, action string) transcript.Record {
	return did(transcript.Process{Step: step, Action: action, Done: true, Exit: "signal: killed", Output: []string{"listening"}})
}

func did(p transcript.Process) transcript.Record {
	p.Scenario, p.Play = "idem.staged", 1
	return transcript.Record{Process: &p}
}

// ended is a process that ended by itself so many records into the tale.
func ended(records int) transcript.Record {
	return did(transcript.Process{Action: transcript.ProcessEnded, Done: true, Exit: "exit status 2",
		EndedAt: noon.Add(time.Duration(records) * 10 * time.Millisecond), Output: []string{"panic: nil map"}})
}

// settled is the reading of the scenario's own, or behind a step of it.
func settled(step, n int) transcript.Record {
	rec := seen(map[string]int{"first": n})
	rec.Effects.Scenario, rec.Effects.Play, rec.Effects.Step = "idem.staged", 1, step
	if n == 0 {
		rec.Effects.Counts = map[string]int{}
	}
	return rec
}

func answersAt(step, status int, headers ...[2]string) transcript.Record {
	return at(transcript.Exchange{Step: step, Outcome: outcomeOf(status), Answer: transcript.Answer{Status: status, Headers: headers}})
}

func TestWhatBecomesOfTheProcess(t *testing.T) {
	restart := staged(scenarios.Step{Process: "kill"}, scenarios.Step{Process: "start"})
	outage := staged(scenarios.Step{Process: "break"}, scenarios.Step{Process: "heal"})
	later := staged(scenarios.Step{Process: "stop"}, scenarios.Step{Process: "start", Clock: mockprovider.Duration(6 * time.Minute)})
	told := func(s scenarios.Scenario, happened ...transcript.Record) tale {
		return tale{scenario: s, run: probed, happened: happened}
	}
	first, again := answersAt(1, 200), answersAt(4, 200)
	killed, back := does(2, transcript.ProcessKill), does(3, transcript.ProcessStart)
	notBack := did(transcript.Process{Step: 3, Action: transcript.ProcessStart, Message: "it ended while it was started", Exit: "exit status 1"})
	gone := settled(0, 0)
	gone.Effects.Error, gone.Effects.Gone = "connection refused", true
	dated := func(ahead time.Duration) transcript.Record {
		return answersAt(4, 200, [2]string{"Date", noon.Add(ahead).Format(http.TimeFormat)})
	}
	runAll(t, []verdictCase{
		{name: "killed and back", tale: told(restart, first, killed, back, again, settled(0, 1)), want: reports.Pass},
		{name: "processed again", tale: told(restart, first, killed, back, again, settled(0, 2)), want: reports.Fail, reason: "processed 2 times"},
		{name: "not back", tale: told(restart, first, killed, notBack, settled(0, 1)), want: reports.Fail, reason: "it did not come up again"},
		{name: "not killed", tale: told(restart, first, did(transcript.Process{Step: 2, Action: transcript.ProcessKill, Message: "it does not end"}), settled(0, 1)),
			want: reports.Error, reason: "kill failed: it does not end"},
		{name: "had ended already", tale: told(restart, first, did(transcript.Process{Step: 2, Action: transcript.ProcessKill, Message: "it had ended before", Exit: "exit status 2"}),
			back, again, settled(0, 1)), want: reports.Warn, reason: "the receiver had ended by itself: exit status 2"},
		{name: "had to be killed", tale: told(later, first, did(transcript.Process{Step: 2, Action: transcript.ProcessStop, Done: true, Forced: true}), back, dated(6*time.Minute), settled(0, 1)),
			want: reports.Warn, reason: "it did not end when it was asked to"},
		{name: "ended by itself", tale: told(restart, first, ended(1), does(0, transcript.ProcessStart), killed, back, again, settled(0, 1)),
			want: reports.Warn, reason: "the receiver ended by itself, and was started again: exit status 2"},
		{name: "ended while it was broken", tale: told(outage, first, does(2, transcript.ProcessBreak), ended(3), does(3, transcript.ProcessHeal), again, settled(0, 1)),
			want: reports.Pass, findings: []reports.Verdict{reports.Info}},
		{name: "ended before it was broken", tale: told(outage, first, ended(1), does(2, transcript.ProcessBreak), does(3, transcript.ProcessHeal), again, settled(0, 1)), want: reports.Warn},
		{name: "ended after it was healed", tale: told(outage, first, does(2, transcript.ProcessBreak), does(3, transcript.ProcessHeal), ended(20), again, settled(0, 1)), want: reports.Warn},
		{name: "forgotten by the probe", tale: told(restart, first, settled(1, 1), killed, back, settled(3, 0), again, settled(0, 1)), want: reports.NotObserved, reason: "counts nothing any more"},
		{name: "remembered by the probe", tale: told(restart, first, settled(1, 1), killed, back, settled(3, 1), again, settled(0, 1)), want: reports.Pass},
		{name: "keeps ending", tale: told(restart, first, killed, back, again, gone), want: reports.Fail, reason: "again and again"},
		{name: "clock moved", tale: told(later, first, does(2, transcript.ProcessStop), back, dated(6*time.Minute), settled(0, 1)), want: reports.Pass},
		{name: "clock not moved", tale: told(later, first, does(2, transcript.ProcessStop), back, dated(0), settled(0, 1)), want: reports.NotObserved, reason: "its answers are dated 0s ahead"},
		{name: "clock not told", tale: told(later, first, does(2, transcript.ProcessStop), back, again, settled(0, 1)), want: reports.NotObserved, reason: "no answer has a Date"},
		{name: "not played to its end", tale: told(restart, first, killed), want: reports.Error, reason: "step 3 was not played"},
	})
}

// TestNobodyIsBlamedForWhatAllShared: where the receiver kept ending while it was
// asked for the effects of all, none of them is shown to have caused it.
func TestNobodyIsBlamedForWhatAllShared(t *testing.T) {
	gone := seen(map[string]int{})
	gone.Effects.Error, gone.Effects.Gone = "connection refused", true
	verdictCase{tale: tale{scenario: genuineTwice(scenarios.Must, "duplicate", "1", true), run: probed, happened: append(answered(200, 200), gone)},
		want: reports.Blocked, reason: "again and again"}.run(t)
}
