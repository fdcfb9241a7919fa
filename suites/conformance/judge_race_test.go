package conformance_test

import (
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// raceOf is four copies at once, and what became of each, played twice alike; a
// fifth is the event sent afterwards.
func raceOf(effects int, copies ...transcript.Exchange) tale {
	s := scenarios.Scenario{ID: "idem.race", Level: scenarios.Base, Risk: scenarios.Stateful,
		Steps: []scenarios.Step{{Send: "first", AtOnce: 4, Expect: "racing-duplicate"}}, Effects: map[string]string{"first": "1"}}
	w := tale{scenario: s, run: probed}
	for i, x := range copies {
		x.Step, x.Copy = 1, i+1
		w.happened = append(w.happened, at(x))
		x.Play = 2
		w.happened = append(w.happened, at(x))
	}
	both := transcript.Effects{Probe: "effects", Stable: true, Counts: map[string]int{eventOf("first", 1): effects, eventOf("first", 2): effects}}
	w.happened = append(w.happened, transcript.Record{Effects: &both})
	return w
}

func TestRaces(t *testing.T) {
	ok := transcript.Exchange{Answer: transcript.Answer{Status: 200}}
	conflict := transcript.Exchange{Answer: transcript.Answer{Status: 409}}
	crash := transcript.Exchange{Answer: transcript.Answer{Status: 500}}
	reset := transcript.Exchange{Outcome: "reset", LocalPort: 5, Times: transcript.Times{Sent: 1, Done: 2}}
	refused := transcript.Exchange{Outcome: "refused"}
	late := transcript.Exchange{Outcome: "timeout", LocalPort: 5, Times: transcript.Times{Sent: 20, Done: 1000}}
	held := transcript.Exchange{Outcome: "timeout", LocalPort: 5, Times: transcript.Times{Done: 1000}}
	closed := transcript.Exchange{Outcome: "closed", LocalPort: 5, Times: transcript.Times{Sent: 20, Done: 30}}
	runAll(t, []verdictCase{
		{name: "all answered", tale: raceOf(1, ok, ok, conflict, ok), want: reports.Pass},
		{name: "some turned away", tale: raceOf(1, ok, ok, reset, refused), want: reports.Pass, findings: []reports.Verdict{reports.Info}},
		{name: "some too late", tale: raceOf(1, ok, ok, late, late), want: reports.Pass},
		{name: "some turned away, processed twice", tale: raceOf(2, ok, ok, reset, reset), want: reports.Fail, reason: "processed 2 times"},
		{name: "one answered", tale: raceOf(1, ok, reset, reset, refused), want: reports.Blocked, reason: "nothing raced"},
		{name: "none answered", tale: raceOf(0, reset, reset, late, refused), want: reports.Blocked, reason: "nothing raced"},
		{name: "taken and closed", tale: raceOf(1, ok, ok, ok, closed), want: reports.Fail, reason: "left without an answer (closed)"},
		{name: "a server that fails", tale: raceOf(1, ok, ok, ok, crash), want: reports.Fail, reason: "answered 500"},
		{name: "our own hold", tale: raceOf(1, ok, ok, ok, held), want: reports.Error, reason: "held back"},
		{name: "none acknowledged", tale: raceOf(0, conflict, conflict, conflict, conflict), want: reports.Blocked, reason: "no copy was acknowledged"},
		{name: "none acknowledged, nor afterwards", tale: raceOf(0, conflict, conflict, conflict, conflict, conflict), want: reports.Blocked},
		{name: "acknowledged afterwards", tale: raceOf(1, conflict, conflict, conflict, conflict, ok), want: reports.Pass},
		{name: "acknowledged afterwards and lost", tale: raceOf(0, conflict, conflict, conflict, conflict, ok), want: reports.Fail, reason: "acknowledged, and not processed"},
		{name: "one raced, one came afterwards", tale: raceOf(1, conflict, reset, reset, reset, ok), want: reports.Blocked, reason: "nothing raced"},
	})
}

func TestAnswersThatBreakOff(t *testing.T) {
	half := func(outcome string) tale {
		return tale{scenario: single(scenarios.Must, "accepted", nil),
			happened: []transcript.Record{at(transcript.Exchange{Step: 1, Outcome: outcome, Answer: transcript.Answer{Status: 200}})}}
	}
	runAll(t, []verdictCase{
		{name: "whole", tale: half("answered"), want: reports.Pass},
		{name: "closed", tale: half("closed"), want: reports.Warn, reason: "the answer broke off"},
		{name: "timeout", tale: half("timeout"), want: reports.Warn, reason: "(timeout)"},
	})
}
