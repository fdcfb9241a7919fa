package conformance_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A tale is a hand-made transcript about one scenario: a run, the plan, what
// happened, an end. Exchanges get from the scenario what they leave out.
type tale struct {
	scenario scenarios.Scenario
	run      transcript.Run
	decision conformance.Decision // default: play
	happened []transcript.Record
	cutOff   bool // there is no end
	end      transcript.End
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (w tale) records(t testing.TB) []transcript.Record {
	t.Helper()
	definition, err := json.Marshal(w.scenario)
	if err != nil {
		t.Fatal(err)
	}
	w.run.Schema, w.run.Profile = transcript.Schema, cmp.Or(w.run.Profile, "core")
	w.run.Kept, w.run.CommandOne = true, "hookassay run --only {scenario}"
	w.run.Rejects = cmp.Or(w.run.Rejects, "status")
	all := []transcript.Record{{Run: &w.run}, {Plan: &transcript.Plan{
		Scenario: definition, Decision: string(cmp.Or(w.decision, conformance.Play)), Reason: "as told",
	}}}
	for i, rec := range w.happened {
		if rec.Exchange != nil {
			e := w.filled(*rec.Exchange)
			e.SentAt = noon.Add(time.Duration(i) * 10 * time.Millisecond)
			rec.Exchange = &e
		}
		if rec.Trouble != nil && rec.Trouble.Scenario == "" {
			trouble := *rec.Trouble
			trouble.Scenario = w.scenario.ID
			rec.Trouble = &trouble
		}
		all = append(all, rec)
	}
	if !w.cutOff {
		all = append(all, transcript.Record{End: &w.end})
	}
	for i := range all {
		all[i].N, all[i].At = i+1, noon.Add(time.Duration(i)*10*time.Millisecond)
	}
	return all
}

func (w tale) filled(e transcript.Exchange) transcript.Exchange {
	step := w.scenario.Steps[e.Step-1]
	e.Scenario, e.Label, e.Control = w.scenario.ID, step.Label(), step.Control
	e.Play = cmp.Or(e.Play, 1)
	if e.EventID == "" && e.Label != "" {
		e.EventID = eventOf(e.Label, e.Play)
	}
	for _, use := range step.Faults {
		e.Faults = append(e.Faults, use.String())
	}
	e.Request = transcript.Request{Line: "POST /webhooks HTTP/1.1", Headers: [][2]string{{"Host", "127.0.0.1"}, {"webhook-id", e.EventID}}}
	if e.Answer.Status != 0 {
		e.Answer.Proto, e.Outcome = "HTTP/1.1", cmp.Or(e.Outcome, "answered")
	}
	return e
}

// eventOf is the id of a label's event: the second play has events of its own.
func eventOf(label string, play int) string { return fmt.Sprintf("evt-%s-%d", label, play) }

// judge grades the tale and returns its scenario.
func (w tale) judge(t testing.TB) (reports.Scenario, reports.Report) {
	t.Helper()
	r, err := conformance.Judge(w.records(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Scenarios) != 1 {
		t.Fatalf("%d scenarios graded", len(r.Scenarios))
	}
	return r.Scenarios[0], r
}

// answered are the statuses of the steps in order; 0 is a closed connection.
func answered(statuses ...int) []transcript.Record { return answeredIn(1, statuses...) }

func answeredIn(play int, statuses ...int) []transcript.Record {
	var all []transcript.Record
	for i, status := range statuses {
		all = append(all, at(transcript.Exchange{Play: play, Step: i + 1, Outcome: outcomeOf(status), Answer: transcript.Answer{Status: status}}))
	}
	return all
}

func outcomeOf(status int) string {
	if status == 0 {
		return "closed"
	}
	return "answered"
}

func at(e transcript.Exchange) transcript.Record { return transcript.Record{Exchange: &e} }

// seen is a stable reading of the probe, by label of the first play.
func seen(counts map[string]int) transcript.Record { return seenIn(1, counts) }

func seenIn(play int, counts map[string]int) transcript.Record {
	e := transcript.Effects{Probe: "effects", Counts: map[string]int{}, Stable: true, WaitedMS: 300}
	for label, n := range counts {
		e.Counts[eventOf(label, play)] = n
	}
	return transcript.Record{Effects: &e}
}

func trouble(play int, kind string) transcript.Record {
	return transcript.Record{Trouble: &transcript.Trouble{Play: play, Kind: kind, Message: "for the reason " + kind}}
}

func check(name, verdict string) transcript.Record {
	return transcript.Record{Check: &transcript.Check{Name: name, Verdict: verdict, Message: name + " is " + verdict}}
}

func join(parts ...[]transcript.Record) []transcript.Record {
	var all []transcript.Record
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// sandwich is control, fault, control: what most scenarios are.
func sandwich(level scenarios.Level, expect string) scenarios.Scenario {
	o, err := scenarios.FindOutcome(expect)
	if err != nil {
		panic(err)
	}
	return scenarios.Scenario{
		ID: "auth.forged", Title: "a forgery is refused", Level: level, Risk: scenarios.Safe, Why: "because", Fix: "refuse it",
		Steps: []scenarios.Step{
			{Send: "before", Control: true, Expect: "accepted"},
			{Send: "faulty", Expect: expect, Faults: []mockprovider.FaultUse{{Name: "secret.wrong"}}},
			{Send: "after", Control: true, Expect: "accepted"},
		},
		Effects: map[string]string{"before": "1+", "faulty": o.Effect, "after": "1+"},
	}
}

// single is one genuine delivery of which more is asked.
func single(level scenarios.Level, expect string, answer *scenarios.Answer) scenarios.Scenario {
	return scenarios.Scenario{
		ID: "ack.single", Level: level, Risk: scenarios.Safe,
		Steps:   []scenarios.Step{{Send: "only", Expect: expect, Answer: answer}},
		Effects: map[string]string{"only": "any"},
	}
}
