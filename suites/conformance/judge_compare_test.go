package conformance_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// TestClockSkew: Date has whole seconds and was written between request and
// answer; only what lies outside of that is held against anybody.
func TestClockSkew(t *testing.T) {
	asks := scenarios.Answer{MaxSkew: mockprovider.Duration(5 * time.Second)}
	dated := func(by time.Duration, took float64) tale {
		date := noon.Add(by).UTC().Format(http.TimeFormat)
		return inspectTale(scenarios.Ops, asks, transcript.Exchange{
			Answer: transcript.Answer{Status: 200, Headers: [][2]string{{"Date", date}}}, Times: transcript.Times{Done: took},
		})
	}
	proxied := dated(time.Hour, 1)
	proxied.run.BehindProxy = true
	none, odd := dated(0, 1), dated(0, 1)
	none.happened[0].Exchange.Answer.Headers = nil
	odd.happened[0].Exchange.Answer.Headers[0][1] = "yesterday"
	runAll(t, []verdictCase{
		{name: "same", tale: dated(0, 1), want: reports.Pass},
		{name: "as far as it may be", tale: dated(5*time.Second, 1), want: reports.Pass},
		{name: "ahead", tale: dated(7*time.Second, 1), want: reports.Warn, reason: "Date is 7s from our clock"},
		{name: "behind", tale: dated(-6*time.Second, 1), want: reports.Warn, reason: "Date is -6s from our clock"},
		{name: "dated at the end of a slow answer", tale: dated(20*time.Second, 21000), want: reports.Pass},
		{name: "none", tale: none, want: reports.Pass},
		{name: "no date", tale: odd, want: reports.Pass},
		{name: "a proxy's", tale: proxied, want: reports.Info},
	})
}

// twoAnswers is a refusal of "forged" and one of "other", which must be alike.
func twoAnswers(a, b transcript.Answer) tale {
	s := sandwich(scenarios.Inform, "anything")
	s.Steps = append(s.Steps[:2:2], scenarios.Step{Send: "other", Expect: "anything", Answer: &scenarios.Answer{Like: "faulty"}})
	s.Effects = map[string]string{}
	happened := answered(200, a.Status, b.Status)
	happened[1].Exchange.Answer, happened[2].Exchange.Answer = a, b
	happened[2].Exchange.Canary = "c0ffee"
	return tale{scenario: s, happened: happened}
}

func TestAlikeAnswers(t *testing.T) {
	text := func(status int, body string) transcript.Answer { return transcript.Answer{Status: status, Body: body} }
	kind := func(kind string) transcript.Answer {
		return transcript.Answer{Status: 401, Headers: [][2]string{{"Content-Type", kind}}}
	}
	long := strings.Repeat("x", 100)
	runAll(t, []verdictCase{
		{name: "same", tale: twoAnswers(text(401, "no"), text(401, "no")), want: reports.Pass},
		{name: "statuses", tale: twoAnswers(text(401, "no"), text(400, "no")), want: reports.Info, reason: `the answer's status is 400, where it was 401 for "faulty"`},
		{name: "texts", tale: twoAnswers(text(401, long+" wrong"), text(401, long+" stale")), want: reports.Info, reason: `"…xxxxxxxxxxxxxxxxxxxxxxxxxxxxx stale"`},
		{name: "kinds", tale: twoAnswers(kind("text/html"), kind("text/plain")), want: reports.Info, reason: "Content-Type is text/plain"},
		{name: "a fresh id in each", tale: twoAnswers(text(401, `{"request":"5f1d7a84-1b2c","at":1790000000}`), text(401, `{"request":"09bb03ce-77aa","at":1790000001}`)), want: reports.Pass},
		{name: "its own id in each", tale: twoAnswers(text(401, "no: evt-faulty-1"), text(401, "no: evt-other-1")), want: reports.Pass},
		{name: "accepted", tale: twoAnswers(text(401, "no"), text(200, "ok")), want: reports.Pass},
		{name: "the other accepted", tale: twoAnswers(text(202, "ok"), text(401, "no")), want: reports.Pass},
		{name: "no answer", tale: twoAnswers(text(401, "no"), text(0, "")), want: reports.Pass},
	})
}

func TestPace(t *testing.T) {
	took := func(before, after float64) tale {
		s := sandwich(scenarios.Ops, "anything")
		s.Steps[2].Answer = &scenarios.Answer{Pace: &scenarios.Pace{Of: "before", Times: 3, Least: mockprovider.Duration(500 * time.Millisecond)}}
		s.Effects = map[string]string{}
		happened := answered(200, 401, 200)
		happened[0].Exchange.Times.Done, happened[2].Exchange.Times.Done = before, after
		return tale{scenario: s, happened: happened}
	}
	runAll(t, []verdictCase{
		{name: "soon enough, however fast before", tale: took(1, 500), want: reports.Pass},
		{name: "slowed", tale: took(1, 501), want: reports.Warn, reason: `answered after 501 ms, where "before" took at most 1 ms`},
		{name: "slow from the start", tale: took(400, 1200), want: reports.Pass},
		{name: "slow from the start, and slowed", tale: took(400, 1201), want: reports.Warn},
	})
}

func TestManyMeasurementsAreSummarised(t *testing.T) {
	asks := scenarios.Answer{Within: scenarios.Graded{Warn: mockprovider.Duration(time.Second)}}
	s := scenarios.Scenario{ID: "ctl.many", Level: scenarios.Inform, Risk: scenarios.Safe, Effects: map[string]string{}}
	var happened []transcript.Record
	for i, took := range []float64{9, 1, 5, 3} {
		s.Steps = append(s.Steps, scenarios.Step{Send: string(rune('a' + i)), Expect: "anything", Answer: &asks})
		happened = append(happened, at(transcript.Exchange{Step: i + 1, Answer: transcript.Answer{Status: 200}, Times: transcript.Times{Done: took}}))
	}
	got, _ := tale{scenario: s, happened: happened}.judge(t)
	want := []reports.Measurement{{Name: "time to the answer, median of 4", Value: 3, Unit: "ms"}, {Name: "time to the answer, greatest of 4", Value: 9, Unit: "ms"}}
	if len(got.Measurements) != 2 || got.Measurements[0] != want[0] || got.Measurements[1] != want[1] {
		t.Errorf("measured %v, not %v", got.Measurements, want)
	}
}

// TestFeaturesOfSilentReceivers: an answer of 2xx to a delivery that asks for a
// feature tells nothing where everything is answered so; its effect does.
func TestFeaturesOfSilentReceivers(t *testing.T) {
	asks := sandwich(scenarios.Must, "rejected")
	asks.Steps = append([]scenarios.Step{asks.Steps[0], {Send: "asking", Expect: "accepted", Feature: "gzip"}}, asks.Steps[1:]...)
	asks.Effects["asking"] = "1+"
	with := func(rejects string, effects int) tale {
		w := tale{scenario: asks, run: probed, happened: append(answered(200, 202, 202, 200),
			seen(map[string]int{"before": 1, "asking": effects, "after": 1}))}
		w.run.Rejects = rejects
		return w
	}
	runAll(t, []verdictCase{
		{name: "refused", tale: with("silent", 0), want: reports.NotApplicable, reason: "does not offer gzip"},
		{name: "taken", tale: with("silent", 1), want: reports.Pass},
		{name: "acknowledged by one that is not silent", tale: with("status", 0), want: reports.Fail},
	})
}

func TestContinueOfOldProtocols(t *testing.T) {
	asks := scenarios.Answer{Continues: true}
	of := func(proto string) tale {
		return inspectTale(scenarios.Must, asks, transcript.Exchange{Answer: transcript.Answer{Status: 200, Proto: proto}})
	}
	old := of("HTTP/1.0")
	records := old.records(t)
	for _, rec := range records {
		if rec.Exchange != nil {
			rec.Exchange.Answer.Proto = "HTTP/1.0"
		}
	}
	r, err := conformance.Judge(records)
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Scenarios[0]; s.Verdict != reports.Pass || len(s.Findings) != 1 || s.Findings[0].Severity != reports.Info {
		t.Errorf("HTTP/1.0: %s: %+v", s.Verdict, s.Findings)
	}
	verdictCase{tale: of("HTTP/1.1"), want: reports.Fail, reason: "neither 100 (Continue)"}.run(t)
}
