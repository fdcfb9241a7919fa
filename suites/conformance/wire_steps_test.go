package conformance_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// playOwn plays scenarios written for the test against the reference receiver
// behind odd, and returns the exchanges of each step.
func playOwn(t *testing.T, yaml string, odd func(http.Handler) http.Handler) (map[int][]transcript.Exchange, reports.Scenario) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := scenarios.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	url, r := behind(t, odd)
	var kept bytes.Buffer
	report := gradeWithin(t, 20*time.Second, conformance.Config{
		Target: patient(t, url), Effects: effectsOf(r), Scenarios: own, Only: []string{own[0].ID}, Transcript: &kept,
	})
	records, err := transcript.Read(&kept)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[int][]transcript.Exchange{}
	for _, rec := range records {
		if e := rec.Exchange; e != nil && e.Scenario == own[0].ID {
			steps[e.Step] = append(steps[e.Step], *e)
		}
	}
	return steps, report.Scenarios[0]
}

const ownHead = `
- id: http.own
  title: it holds
  level: MUST
  risk: safe
  sources: ["https://example.com/"]
  why: because
  fix: mend it
  steps:
`

// TestPipelinedStepsAreSentAgainTogether: an answer of "not now" to one of them
// says nothing, and what goes in one piece goes in one piece again.
func TestPipelinedStepsAreSentAgainTogether(t *testing.T) {
	var deliveries atomic.Int64
	steps, got := playOwn(t, ownHead+`
    - {send: before, control: true, expect: accepted}
    - {send: one, connection: c, pipelined: true, expect: in-turn}
    - {send: two, connection: c, pipelined: true, fault: secret.wrong, expect: in-turn-refused}
    - {send: after, control: true, expect: accepted}
`, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			// What the preflight sends and the control come before.
			if deliveries.Add(1) == 4 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, req)
		})
	})
	if got.Verdict != reports.Pass {
		t.Errorf("%s: %s", got.Verdict, got.Reason)
	}
	if len(steps[2]) != 2 || len(steps[3]) != 2 || steps[2][0].Answer.Status != 429 && steps[3][0].Answer.Status != 429 {
		t.Errorf("sent %d and %d times: %+v", len(steps[2]), len(steps[3]), steps[2])
	}
	if last := steps[2][1]; last.Try != 2 || last.Answer.Status/100 != 2 || steps[3][1].LocalPort != last.LocalPort {
		t.Errorf("at last %+v and %+v", last, steps[3][1])
	}
}

// TestHeldConnections: they are there while the next step plays, and gone when
// the scenario ends.
func TestHeldConnections(t *testing.T) {
	started := time.Now()
	steps, got := playOwn(t, ownHead+`
    - {send: stalled, hold: 5, fault: {wire.stall: body/1m}, expect: ignored}
    - {send: meanwhile, expect: accepted}
    - {send: after, control: true, expect: accepted}
`, func(next http.Handler) http.Handler { return next })
	if got.Verdict != reports.Pass {
		t.Errorf("%s: %s", got.Verdict, got.Reason)
	}
	if len(steps[1]) != 5 {
		t.Fatalf("%d connections", len(steps[1]))
	}
	between := steps[2][0].SentAt
	for i, e := range steps[1] {
		ended := e.SentAt.Add(time.Duration(e.Times.Done * float64(time.Millisecond)))
		if e.Outcome != "canceled" || e.SentAt.After(between) || ended.Before(between) || e.LocalPort == 0 {
			t.Errorf("connection %d: %+v", i+1, e)
		}
	}
	if took := time.Since(started); took > 15*time.Second {
		t.Errorf("it took %s: nobody let them go", took)
	}
}

// TestHoldingEndsWithTheRun: an interrupted run keeps no connection.
func TestHoldingEndsWithTheRun(t *testing.T) {
	url, r := behind(t, func(next http.Handler) http.Handler { return next })
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	report, err := conformance.Grade(ctx, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: []string{"http.stalled-head"}})
	if err != nil || !report.Interrupted || report.Scenarios[0].Verdict != reports.Error {
		t.Errorf("%v, %v, %+v", err, report.Interrupted, report.Scenarios)
	}
}

func TestContinuesBodyAndHanging(t *testing.T) {
	told := func(interim ...int) transcript.Exchange {
		return transcript.Exchange{Answer: transcript.Answer{Status: 200, Interim: interim}}
	}
	early := told()
	early.Early = true
	continues := scenarios.Answer{Continues: true}
	filled := scenarios.Answer{BodyFor: []int{200}}
	within := scenarios.Answer{Within: scenarios.Graded{Fail: mockprovider.Duration(time.Second)}}
	hangs := transcript.Exchange{Outcome: "timeout", Times: transcript.Times{Done: 1500}}
	runAll(t, []verdictCase{
		{name: "told to continue", tale: inspectTale(scenarios.Must, continues, told(103, 100)), want: reports.Pass},
		{name: "answered early", tale: inspectTale(scenarios.Must, continues, early), want: reports.Pass},
		{name: "told something else", tale: inspectTale(scenarios.Must, continues, told(103)), want: reports.Fail, reason: "neither 100 (Continue) nor a final answer"},
		{name: "a body", tale: inspectTale(scenarios.Must, filled, transcript.Exchange{Answer: transcript.Answer{Status: 200, Bytes: 1}}), want: reports.Pass},
		{name: "no body", tale: inspectTale(scenarios.Must, filled, told()), want: reports.Fail, reason: "answered 200 without a body"},
		{name: "no body, and none needed", tale: inspectTale(scenarios.Must, filled, transcript.Exchange{Answer: transcript.Answer{Status: 204}}), want: reports.Pass},
		{name: "hangs", tale: inspectTale(scenarios.Ops, within, hangs), want: reports.Warn, reason: "neither answered nor let go after 1500 ms"},
		{name: "closed late", tale: inspectTale(scenarios.Ops, within, transcript.Exchange{Outcome: "closed", Times: transcript.Times{Done: 1500}}), want: reports.Pass},
	})
}
