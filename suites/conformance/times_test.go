package conformance_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// many is control, four events with a fault, control.
func many(expect string) scenarios.Scenario {
	s := sandwich(scenarios.Base, expect)
	s.Steps[1].Times = 4
	return s
}

// eachOf are the answers to the events of step 2, between accepted controls.
func eachOf(play int, statuses ...int) []transcript.Record {
	all := []transcript.Record{at(transcript.Exchange{Play: play, Step: 1, Answer: transcript.Answer{Status: 200}})}
	for i, status := range statuses {
		all = append(all, at(transcript.Exchange{
			Play: play, Step: 2, Copy: i + 1, EventID: manyID(play, i+1),
			Outcome: outcomeOf(status), Answer: transcript.Answer{Status: status},
		}))
	}
	return append(all, at(transcript.Exchange{Play: play, Step: 3, Answer: transcript.Answer{Status: 200}}))
}

func manyID(play, number int) string { return fmt.Sprintf("evt-%d-%d", play, number) }

func TestManyEventsOfOneStep(t *testing.T) {
	survived, refused := many("survived"), many("rejected")
	broken := func(statuses ...int) []transcript.Record { return join(eachOf(1, statuses...), eachOf(2, statuses...)) }
	runAll(t, []verdictCase{
		{name: "all survived", tale: tale{scenario: survived, happened: eachOf(1, 200, 400, 422, 200)}, want: reports.Pass, findings: []reports.Verdict{}},
		{name: "one breaks", tale: tale{scenario: survived, happened: broken(200, 500, 200, 200)}, want: reports.Fail, reason: "answered 500", findings: []reports.Verdict{reports.Fail}},
		{name: "three break alike", tale: tale{scenario: survived, happened: broken(200, 500, 500, 501)}, want: reports.Fail, reason: "answered 500", findings: []reports.Verdict{reports.Fail}},
		{name: "two break differently", tale: tale{scenario: survived, happened: broken(200, 500, 301, 200)}, want: reports.Fail, reason: "redirects", findings: []reports.Verdict{reports.Fail, reports.Blocked}},
		{name: "it ends with one that is not answered", tale: tale{scenario: survived, happened: broken(200, 0)}, want: reports.Fail, reason: "left without an answer"},
		{name: "not answered while others are in flight", tale: tale{scenario: survived, happened: eachOf(1, 200, 0)}, want: reports.Blocked},
		{name: "some were not sent", tale: tale{scenario: survived, happened: eachOf(1, 200, 400)}, want: reports.Error, reason: "step 2 was not played"},
		{name: "one has an effect", tale: tale{scenario: refused, run: probed, happened: join(eachOf(1, 401, 401, 401, 401), []transcript.Record{countOf(manyID(1, 3))})},
			want: reports.Fail, reason: "answered 401, and yet processed once", findings: []reports.Verdict{reports.Fail}},
		{name: "two have an effect", tale: tale{scenario: refused, run: probed, happened: join(eachOf(1, 401, 401, 401, 401), []transcript.Record{countOf(manyID(1, 1), manyID(1, 4))})},
			want: reports.Fail, reason: "answered 401, and yet processed once", findings: []reports.Verdict{reports.Fail}},
		{name: "none has", tale: tale{scenario: refused, run: probed, happened: join(eachOf(1, 401, 401, 401, 401), []transcript.Record{countOf()})}, want: reports.Pass},
	})
}

// What is true of several events is one finding, and which the others are stands
// beside its message.
func TestFindingTellsOfTheOthers(t *testing.T) {
	statuses := []int{200, 500, 500, 501}
	s, _ := tale{scenario: many("survived"), happened: join(eachOf(1, statuses...), eachOf(2, statuses...))}.judge(t)
	f := s.Findings[0]
	if f.Also != "the same of 2 more of the 4: 3, 4" || f.Message != s.Reason || strings.Contains(s.Reason, "the same") {
		t.Errorf("also %q, message %q, reason %q", f.Also, f.Message, s.Reason)
	}
}

// countOf is a reading in which each of the ids, and the controls, were
// processed once.
func countOf(ids ...string) transcript.Record {
	reading := seen(map[string]int{"before": 1, "after": 1})
	for _, id := range ids {
		reading.Effects.Counts[id] = 1
	}
	return reading
}

// The finding is about the event that broke the receiver, not about the first.
func TestFindingNamesTheEvent(t *testing.T) {
	s, _ := tale{scenario: many("survived"), happened: join(eachOf(1, 200, 200, 500, 200), eachOf(2, 200, 200, 500, 200))}.judge(t)
	f := s.Findings[0]
	if f.Step != "step 2: faulty, number 3 of 4" || f.Evidence.EventID != manyID(2, 3) || f.Evidence.Fault.Status != 500 {
		t.Errorf("the finding is about %s, %s, answered %d", f.Step, f.Evidence.EventID, f.Evidence.Fault.Status)
	}
	if f.Evidence.Control == nil || f.Evidence.Control.Status != 200 {
		t.Error("the control beside it is not shown")
	}
}

// breaking answers 500 to bodies in which a text stands.
func breaking(text string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			if err != nil || bytes.Contains(body, []byte(text)) {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		})
	}
}

// TestBrokenByOneOfMany: exactly the delivery that breaks the receiver is shown,
// with what was done to it, and the same seed finds it again.
func TestBrokenByOneOfMany(t *testing.T) {
	var shown []string
	for range 2 {
		url, _ := behind(t, breaking(`"amount_due":null`))
		report := gradeWithin(t, 20*time.Second, conformance.Config{Target: patient(t, url), Seed: 7, Only: []string{"robust.null-fields"}})
		s := report.Scenarios[0]
		if s.Verdict != reports.Fail || len(s.Findings) != 1 {
			t.Fatalf("%s with %d findings: %s", s.Verdict, len(s.Findings), s.Reason)
		}
		f := s.Findings[0]
		if !strings.Contains(f.Evidence.Fault.Request, `"amount_due":null`) || !strings.Contains(s.Rerun, "--seed 7") {
			t.Errorf("the finding shows\n%s\nand is played again by %s", f.Evidence.Fault.Request, s.Rerun)
		}
		shown = append(shown, f.Step+" "+f.Evidence.Fault.Faults[0])
	}
	if want := "step 2: faulty, number 8 of 16 body.each-field: null (/data/amount_due is null)"; shown[0] != want || shown[1] != want {
		t.Errorf("the findings are %q, want %q twice", shown, want)
	}
}

// TestHangingAfterAFew: a receiver that answers no more does not cost a timeout
// for each event that is left.
func TestHangingAfterAFew(t *testing.T) {
	var odd atomic.Int32
	url, _ := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("User-Agent") != "hookassay" && odd.Add(1) > 2 {
				_, _ = io.Copy(io.Discard, r.Body) // else the server does not notice who hangs up
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	own := many("survived")
	own.ID, own.Steps[1].Times, own.Steps[1].Faults[0].Name = "own.agents", 500, "header.set"
	own.Steps[1].Faults[0].Param.Map = []mockprovider.Pair{{Key: "User-Agent", Value: "odd"}}
	report := gradeWithin(t, 10*time.Second, conformance.Config{Target: impatient(t, url), Scenarios: []scenarios.Scenario{own}, Only: []string{"own.agents"}})
	if s := report.Scenarios[0]; s.Verdict != reports.Fail || !strings.Contains(s.Reason, "left without an answer") {
		t.Errorf("%s: %s", s.Verdict, s.Reason)
	}
	if sent := odd.Load(); sent > 4 {
		t.Errorf("%d were sent, though the third was not answered", sent)
	}
}
