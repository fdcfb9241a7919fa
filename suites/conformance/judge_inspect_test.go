package conformance_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// inspectTale is one delivery whose answer is held against more than a status.
func inspectTale(level scenarios.Level, asks scenarios.Answer, e transcript.Exchange) tale {
	e.Step = 1
	return tale{scenario: single(level, "anything", &asks), run: transcript.Run{Origin: "ours.example"}, happened: []transcript.Record{at(e)}}
}

func TestBounds(t *testing.T) {
	ok := transcript.Answer{Status: 200, Bytes: 100}
	within := scenarios.Answer{Within: scenarios.Graded{Warn: mockprovider.Duration(time.Second), Fail: mockprovider.Duration(10 * time.Second)}}
	after := func(ms float64) transcript.Exchange {
		return transcript.Exchange{Answer: ok, Times: transcript.Times{Answer: ms, Done: ms}}
	}
	runAll(t, []verdictCase{
		{name: "body, just", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxBody: 100}, transcript.Exchange{Answer: ok}), want: reports.Pass},
		{name: "body, too long", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxBody: 99}, transcript.Exchange{Answer: ok}), want: reports.Fail, reason: "100 bytes, more than 99"},
		{name: "body, without end", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxBody: 200},
			transcript.Exchange{Answer: transcript.Answer{Status: 200, Bytes: 150, Truncated: true}}), want: reports.Fail, reason: "at least 150 bytes"},
		{name: "sent, just", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxSent: 100}, transcript.Exchange{Answer: ok, BytesSent: 100}), want: reports.Pass},
		{name: "sent, too much", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxSent: 100}, transcript.Exchange{Answer: ok, BytesSent: 101}), want: reports.Fail, reason: "took 101 bytes"},
		{name: "sent, too much, and thrown away", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxSent: 100}, transcript.Exchange{Answer: transcript.Answer{Status: 413}, BytesSent: 101}), want: reports.Warn, reason: "though it knew"},
		{name: "sent, too much, and no answer", tale: inspectTale(scenarios.Base, scenarios.Answer{MaxSent: 100}, transcript.Exchange{BytesSent: 101, Outcome: "reset"}),
			want: reports.Fail, reason: "took 101 bytes"},
		{name: "in time", tale: inspectTale(scenarios.Ops, within, after(1000)), want: reports.Pass},
		{name: "slow", tale: inspectTale(scenarios.Ops, within, after(1001)), want: reports.Warn, reason: "more than 1s"},
		{name: "late at OPS", tale: inspectTale(scenarios.Ops, within, after(10001)), want: reports.Warn, reason: "more than 10s"},
		{name: "late at MUST", tale: inspectTale(scenarios.Must, within, after(10001)), want: reports.Fail},
		{name: "slow at MUST", tale: inspectTale(scenarios.Must, within, after(1001)), want: reports.Warn},
	})
}

func TestMeasurements(t *testing.T) {
	asks := scenarios.Answer{MaxSent: 100, Within: scenarios.Graded{Warn: mockprovider.Duration(time.Second)}}
	s, _ := inspectTale(scenarios.Ops, asks, transcript.Exchange{
		Answer: transcript.Answer{Status: 200}, BytesSent: 64, Times: transcript.Times{Answer: 12.5, Done: 20},
	}).judge(t)
	want := []reports.Measurement{{Name: "bytes accepted before the answer", Value: 64, Unit: "bytes"}, {Name: "time to the answer", Value: 20, Unit: "ms"}}
	if fmt.Sprint(s.Measurements) != fmt.Sprint(want) {
		t.Errorf("measured %v, not %v", s.Measurements, want)
	}
	if s.Milliseconds != 20 {
		t.Errorf("the scenario took %v ms, not 20", s.Milliseconds)
	}
}

func TestHeaderRequirements(t *testing.T) {
	allow := scenarios.HeaderGrade{Name: "Allow", Contains: "POST", Status: 405, Grade: scenarios.GradeWarn, Message: "Allow does not name POST"}
	origin := scenarios.HeaderGrade{Name: "WebHook-Allowed-Origin", OneOf: []string{"{origin}", "*"}, Grade: scenarios.GradeFail, Message: "not granted"}
	rate := scenarios.HeaderGrade{Name: "WebHook-Allowed-Rate", OneOf: []string{"{positive}", "*"}, If: "WebHook-Allowed-Origin", Grade: scenarios.GradeFail, Message: "no rate"}
	stranger := scenarios.HeaderGrade{Name: "WebHook-Allowed-Origin", Absent: true, OneOf: []string{"*"}, Grade: scenarios.GradeFail, Message: "a stranger"}
	gone := scenarios.HeaderGrade{Name: "Server", Absent: true, Grade: scenarios.GradeNote, Message: "names its software"}
	type h = [][2]string
	for _, c := range []struct {
		name    string
		asks    scenarios.HeaderGrade
		status  int
		headers h
		want    reports.Verdict
	}{
		{"member", allow, 405, h{{"Allow", "GET, post"}}, reports.Pass},
		{"member of several fields", allow, 405, h{{"Allow", "GET"}, {"allow", "POST"}}, reports.Pass},
		{"not a member", allow, 405, h{{"Allow", "GET, POSTAGE"}}, reports.Warn},
		{"missing", allow, 405, nil, reports.Warn},
		{"another status", allow, 404, nil, reports.Pass},
		{"our origin", origin, 200, h{{"WebHook-Allowed-Origin", "OURS.example"}}, reports.Pass},
		{"every origin", origin, 200, h{{"WebHook-Allowed-Origin", "*"}}, reports.Pass},
		{"another origin", origin, 200, h{{"WebHook-Allowed-Origin", "theirs.example"}}, reports.Fail},
		{"no origin", origin, 200, nil, reports.Fail},
		{"no answer, no origin", origin, 0, nil, reports.Blocked},
		{"a rate", rate, 200, h{{"WebHook-Allowed-Origin", "*"}, {"WebHook-Allowed-Rate", "120"}}, reports.Pass},
		{"rate 0", rate, 200, h{{"WebHook-Allowed-Origin", "*"}, {"WebHook-Allowed-Rate", "000"}}, reports.Fail},
		{"rate in words", rate, 200, h{{"WebHook-Allowed-Origin", "*"}, {"WebHook-Allowed-Rate", "120/min"}}, reports.Fail},
		{"empty rate", rate, 200, h{{"WebHook-Allowed-Origin", "*"}, {"WebHook-Allowed-Rate", ""}}, reports.Fail},
		{"no rate", rate, 200, h{{"WebHook-Allowed-Origin", "*"}}, reports.Fail},
		{"no rate, but nothing granted", rate, 200, nil, reports.Pass},
		{"a stranger is not granted", stranger, 200, nil, reports.Pass},
		{"everybody is", stranger, 200, h{{"WebHook-Allowed-Origin", "*"}}, reports.Pass},
		{"a stranger is granted", stranger, 200, h{{"WebHook-Allowed-Origin", "ours.example.evil.example"}}, reports.Fail},
		{"note", gone, 200, h{{"Server", "x/1"}}, reports.Pass},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := transcript.Exchange{Outcome: outcomeOf(c.status), Answer: transcript.Answer{Status: c.status, Headers: c.headers}}
			verdictCase{tale: inspectTale(scenarios.Must, scenarios.Answer{Headers: []scenarios.HeaderGrade{c.asks}}, e), want: c.want}.run(t)
		})
	}
}

func TestEvidence(t *testing.T) {
	w := tale{scenario: sandwich(scenarios.Must, "rejected"), run: probed,
		happened: append(answered(200, 200, 200), seen(map[string]int{"before": 1, "faulty": 1, "after": 1}))}
	w.happened[1].Exchange.Deviates = []transcript.Deviation{{Where: "webhook-signature", Genuine: "v1,right", Sent: "v1,wrong"}}
	s, _ := w.judge(t)
	e := s.Findings[0].Evidence
	if e.EventID != "evt-faulty-1" || e.SentAt == nil || e.Control == nil || e.Fault == nil {
		t.Fatalf("the evidence is incomplete: %+v", e)
	}
	if fmt.Sprint(e.Transcript) != "[3 4]" {
		t.Errorf("it points to lines %v of the transcript, not to control and fault, 3 and 4", e.Transcript)
	}
	if want := (reports.Difference{Where: "webhook-signature", Genuine: "v1,right", Sent: "v1,wrong"}); len(e.Differs) != 1 || e.Differs[0] != want {
		t.Errorf("the evidence does not show the fault against the same delivery without it: %+v", e.Differs)
	}
	if got := s.Findings[0].Observed; got != "answered 200, processed once" {
		t.Errorf("observed %q", got)
	}
}

// TestFingerprints: the same finding in another run is the same.
func TestFingerprints(t *testing.T) {
	of := func(at time.Duration, body string, probeSays string) string {
		w := tale{scenario: sandwich(scenarios.Must, "rejected"), run: probed, happened: append(answered(200, 200, 200),
			transcript.Record{Effects: &transcript.Effects{Probe: "effects", Error: probeSays}})}
		w.happened[1].Exchange.EventID = fmt.Sprint("evt-", at)
		w.happened[1].Exchange.Answer.Body = body
		w.happened[1].Exchange.LocalPort = int(at)
		s, _ := w.judge(t)
		text := ""
		for _, f := range s.Findings {
			text += f.Fingerprint + " "
		}
		return text
	}
	if a, b := of(1, "ok", "dial 127.0.0.1:1000"), of(2, "done", "dial 127.0.0.1:2000"); a != b || a == "" {
		t.Errorf("the fingerprints are %q and %q", a, b)
	}
}
