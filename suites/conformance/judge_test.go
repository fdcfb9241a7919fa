package conformance_test

import (
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// verdictCase is a tale and what must become of it. The reason is a part of
// the scenario's; findings are the severities expected, worst first.
type verdictCase struct {
	name     string
	tale     tale
	want     reports.Verdict
	reason   string
	findings []reports.Verdict
}

func (c verdictCase) run(t *testing.T) {
	t.Helper()
	s, _ := c.tale.judge(t)
	if s.Verdict != c.want {
		t.Errorf("the verdict is %s, not %s: %s", s.Verdict, c.want, s.Reason)
	}
	if !strings.Contains(s.Reason, c.reason) {
		t.Errorf("the reason is %q, which does not say %q", s.Reason, c.reason)
	}
	var severities []reports.Verdict
	for _, f := range s.Findings {
		severities = append(severities, f.Severity)
		if f.Message == "" || f.Fingerprint == "" {
			t.Errorf("a finding without message or fingerprint: %+v", f)
		}
	}
	if c.findings != nil && !equal(severities, c.findings) {
		t.Errorf("the findings are %v, not %v", severities, c.findings)
	}
}

func equal(a, b []reports.Verdict) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func runAll(t *testing.T, cases []verdictCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

var probed = transcript.Run{Probes: []transcript.Probe{{Name: "effects", Kind: "http", Counts: "rows"}}}

func TestAnswerAgainstOutcome(t *testing.T) {
	must := sandwich(scenarios.Must, "rejected")
	of := func(status int) []transcript.Record { return answered(200, status, 200) }
	runAll(t, []verdictCase{
		{name: "refused", tale: tale{scenario: must, happened: of(401)}, want: reports.Pass, findings: []reports.Verdict{}},
		{name: "noted", tale: tale{scenario: must, happened: of(422)}, want: reports.Pass, findings: []reports.Verdict{reports.Info}},
		{name: "5xx warns even at MUST", tale: tale{scenario: must, happened: of(500)}, want: reports.Warn, reason: "refused, but a 5xx"},
		{name: "accepted", tale: tale{scenario: must, happened: of(200)}, want: reports.Fail, reason: "must not be accepted was answered 200"},
		{name: "redirected", tale: tale{scenario: must, happened: of(302)}, want: reports.Fail, reason: "do not follow redirects"},
		{name: "unknown class", tale: tale{scenario: must, happened: of(999)}, want: reports.Fail},
		{name: "no answer warns", tale: tale{scenario: must, happened: of(0)}, want: reports.Warn, reason: "left without an answer (closed)"},
	})
}

func TestNotNowProvesNothing(t *testing.T) {
	for _, status := range []int{408, 425, 429, 502, 503, 504} {
		faulty := tale{scenario: sandwich(scenarios.Must, "rejected"), happened: answered(200, status, 200)}
		verdictCase{tale: faulty, want: reports.Blocked, reason: "not now"}.run(t)
		control := tale{scenario: sandwich(scenarios.Must, "rejected"), happened: answered(200, 401, status)}
		verdictCase{tale: control, want: reports.Blocked, reason: "control"}.run(t)
	}
	runAll(t, []verdictCase{
		{name: "unless named: 503", tale: tale{scenario: single(scenarios.Must, "racing-duplicate", nil), happened: answered(503)}, want: reports.Pass, findings: []reports.Verdict{reports.Info}},
		{name: "unless named: 425", tale: tale{scenario: single(scenarios.Must, "duplicate", nil), happened: answered(425)}, want: reports.Warn},
		{name: "429 where only 4xx is named", tale: tale{scenario: single(scenarios.Must, "survived", nil), happened: answered(429)}, want: reports.Blocked},
		{name: "unless anything goes", tale: tale{scenario: single(scenarios.Must, "anything", nil), happened: answered(503)}, want: reports.Pass},
		{name: "500 is an answer", tale: tale{scenario: single(scenarios.Must, "survived", nil), happened: join(answered(500), answeredIn(2, 500))}, want: reports.Fail},
	})
}

func TestLevels(t *testing.T) {
	strict := transcript.Run{Strict: true}
	for _, c := range []struct {
		level         scenarios.Level
		plain, strict reports.Verdict
	}{
		{scenarios.Must, reports.Fail, reports.Fail},
		{scenarios.Prov, reports.Fail, reports.Fail},
		{scenarios.Base, reports.Fail, reports.Fail},
		{scenarios.Should, reports.Warn, reports.Fail},
		{scenarios.Ops, reports.Warn, reports.Fail},
		{scenarios.May, reports.Info, reports.Info},
		{scenarios.Inform, reports.Info, reports.Info},
	} {
		s := sandwich(c.level, "rejected")
		runAll(t, []verdictCase{
			{name: string(c.level), tale: tale{scenario: s, happened: answered(200, 200, 200)}, want: c.plain},
			{name: string(c.level) + "/strict", tale: tale{scenario: s, run: strict, happened: answered(200, 200, 200)}, want: c.strict},
			{name: string(c.level) + "/kept", tale: tale{scenario: s, run: strict, happened: answered(200, 403, 200)}, want: reports.Pass},
		})
	}
	warned := tale{scenario: sandwich(scenarios.Must, "rejected"), run: strict, happened: answered(200, 500, 200)}
	verdictCase{tale: warned, want: reports.Warn}.run(t) // strict does not make failures of warnings
}

func TestBehindProxyInforms(t *testing.T) {
	behind := transcript.Run{BehindProxy: true}
	wire := sandwich(scenarios.Must, "rejected")
	wire.ID = "http.smuggled"
	runAll(t, []verdictCase{
		{name: "group http", tale: tale{scenario: wire, run: behind, happened: answered(200, 200, 200)}, want: reports.Info, reason: "must not be accepted"},
		{name: "group http, kept", tale: tale{scenario: wire, run: behind, happened: answered(200, 401, 200)}, want: reports.Pass},
		{name: "group http, noted", tale: tale{scenario: wire, run: behind, happened: answered(200, 422, 200)}, want: reports.Pass},
		{name: "group http, control", tale: tale{scenario: wire, run: behind, happened: answered(500, 401, 200)}, want: reports.Blocked},
		{name: "others", tale: tale{scenario: sandwich(scenarios.Must, "rejected"), run: behind, happened: answered(200, 200, 200)}, want: reports.Fail},
	})
}

func TestControls(t *testing.T) {
	s := sandwich(scenarios.Must, "rejected")
	runAll(t, []verdictCase{
		{name: "before fails", tale: tale{scenario: s, happened: answered(500, 401, 200)}, want: reports.Blocked, reason: "control"},
		{name: "before fails, forged accepted", tale: tale{scenario: s, happened: answered(401, 200, 200)}, want: reports.Blocked},
		{name: "before fails, forged processed", tale: tale{scenario: s, run: probed,
			happened: append(answered(401, 200, 200), seen(map[string]int{"faulty": 1, "after": 1}))}, want: reports.Blocked},
		{name: "before not processed, forged processed, after fails", tale: tale{scenario: s, run: probed,
			happened: append(answered(200, 200, 500), seen(map[string]int{"faulty": 1}))}, want: reports.Blocked, reason: "control"},
		{name: "after fails", tale: tale{scenario: s, happened: answered(200, 401, 500)}, want: reports.Blocked},
		{name: "proven before the control failed", tale: tale{scenario: s, happened: answered(200, 200, 500)}, want: reports.Fail,
			findings: []reports.Verdict{reports.Fail, reports.Blocked}},
		{name: "after unanswered in play 1", tale: tale{scenario: s, happened: answered(200, 401, 0)}, want: reports.Blocked},
		{name: "after unanswered, alone", tale: tale{scenario: s,
			happened: join(answered(200, 401, 0), answeredIn(2, 200, 401, 0))}, want: reports.Fail, reason: "did not answer a genuine one any more"},
		{name: "all unanswered, alone", tale: tale{scenario: s, happened: join(answered(0), answeredIn(2, 0))}, want: reports.Blocked},
		{name: "before refused and after unanswered, alone", tale: tale{scenario: s,
			happened: join(answered(0), answeredIn(2, 500, 401, 0))}, want: reports.Blocked},
		{name: "nothing follows a control that is unanswered", tale: tale{scenario: s, happened: answered(0)}, want: reports.Blocked, reason: "left without an answer"},
		{name: "the rest is missing", tale: tale{scenario: s, happened: answered(200, 401)}, want: reports.Error, reason: "step 3 was not played"},
	})
}

func TestPlayedAgain(t *testing.T) {
	survive := sandwich(scenarios.Base, "survived")
	reject := sandwich(scenarios.Must, "rejected")
	runAll(t, []verdictCase{
		{name: "the second play counts", tale: tale{scenario: reject, happened: join(answered(0), answeredIn(2, 200, 401, 200))}, want: reports.Warn, reason: "answered when it was played alone"},
		{name: "what the first proved stands", tale: tale{scenario: reject,
			happened: join(answered(200, 200, 0), answeredIn(2, 200, 401, 200))}, want: reports.Fail, reason: "was answered 200"},
		{name: "silence beside others warns", tale: tale{scenario: survive,
			happened: join(answered(200, 0, 0), answeredIn(2, 200, 200, 200))}, want: reports.Warn, reason: "while others were in flight"},
		{name: "silence alone is", tale: tale{scenario: survive,
			happened: join(answered(200, 0, 200), answeredIn(2, 200, 0, 200))}, want: reports.Fail, reason: "left without an answer"},
		{name: "silence that was not tried alone", tale: tale{scenario: survive, happened: answered(200, 0, 200)}, want: reports.Blocked},
		{name: "a control that failed beside others", tale: tale{scenario: reject, happened: join(answered(500, 401, 200), answeredIn(2, 200, 401, 200))},
			want: reports.Warn, reason: "a genuine delivery was answered 500 while others were in flight", findings: []reports.Verdict{reports.Warn}},
		{name: "a control told to come again beside others", tale: tale{scenario: reject, happened: join(answered(503, 401, 200), answeredIn(2, 200, 401, 200))}, want: reports.Pass},
		{name: "a control that failed beside others and alone", tale: tale{scenario: reject, happened: join(answered(500, 401, 200), answeredIn(2, 500, 401, 200))}, want: reports.Blocked},
		{name: "a failure of the server beside others is no proof", tale: tale{scenario: survive, happened: answered(200, 500, 200)}, want: reports.Blocked},
		{name: "a failure of the server alone is", tale: tale{scenario: survive, happened: join(answered(200, 500, 200), answeredIn(2, 200, 500, 200))}, want: reports.Fail},
		{name: "gone", tale: tale{scenario: survive, happened: append(answered(200, 0, 0), trouble(2, "gone"))}, want: reports.Blocked, reason: "for the reason gone"},
		{name: "gone after a proof", tale: tale{scenario: reject, happened: append(answered(200, 200, 0), trouble(2, "gone"))}, want: reports.Fail},
		{name: "no budget to play again", tale: tale{scenario: reject, happened: append(answered(0), trouble(2, "budget"))}, want: reports.Blocked},
		{name: "no time to play again", tale: tale{scenario: reject, happened: append(answered(0), trouble(2, "interrupted"))}, want: reports.Error},
	})
}

// What an interrupt kept from being read is told like what it kept from being
// played, and is no defect of ours; what was proven before stands.
func TestInterruptedReading(t *testing.T) {
	reading := transcript.Record{Effects: &transcript.Effects{Probe: "effects", Error: "interrupted while effects settled", Interrupted: true}}
	states := transcript.Record{States: &transcript.States{Error: "interrupted while states settled", Interrupted: true}}
	s := sandwich(scenarios.Must, "rejected")
	staged := s
	staged.States = map[string]int{"before": 1}
	withState := probed
	withState.State = &transcript.State{}
	for _, c := range []struct {
		name string
		tale tale
		want reports.Verdict
	}{
		{"effects", tale{scenario: s, run: probed, happened: append(answered(200, 401, 200), reading)}, reports.Error},
		{"states", tale{scenario: staged, run: withState, happened: append(answered(200, 401, 200), seen(map[string]int{"before": 1, "after": 1}), states)}, reports.Error},
		{"after a proof", tale{scenario: s, run: probed, happened: append(answered(200, 200, 200), reading)}, reports.Fail},
	} {
		c.tale.end.Interrupted = true
		got, _ := c.tale.judge(t)
		if got.Verdict != c.want || got.Interrupted != (c.want == reports.Error) {
			t.Errorf("%s: %s, interrupted %t: %s", c.name, got.Verdict, got.Interrupted, got.Reason)
		}
		const same = "the run was interrupted before this scenario was played to its end"
		if got.Interrupted && got.Reason != same {
			t.Errorf("%s: the reason is %q", c.name, got.Reason)
		}
	}
}

func TestTrouble(t *testing.T) {
	s := sandwich(scenarios.Must, "rejected")
	runAll(t, []verdictCase{
		{name: "budget", tale: tale{scenario: s, happened: append(answered(200), trouble(1, "budget"))}, want: reports.Excluded, reason: "for the reason budget"},
		{name: "interrupted", tale: tale{scenario: s, happened: append(answered(200, 200), trouble(1, "interrupted"))}, want: reports.Error},
		{name: "harness", tale: tale{scenario: s, happened: []transcript.Record{trouble(1, "harness")}}, want: reports.Error},
		{name: "nothing", tale: tale{scenario: s}, want: reports.Error, reason: "step 1 was not played"},
		{name: "nothing, and why", tale: tale{scenario: s, end: transcript.End{Reason: "the disk is full"}}, want: reports.Error, reason: "the disk is full"},
		{name: "broken", tale: tale{scenario: single(scenarios.Must, "accepted", nil),
			happened: []transcript.Record{at(transcript.Exchange{Step: 1, Broken: "cannot be sent"})}}, want: reports.Error, reason: "cannot be sent"},
		{name: "an outcome nobody knows", tale: tale{scenario: single(scenarios.Must, "acepted", nil), happened: answered(200)}, want: reports.Error, reason: `"acepted"`},
		{name: "a scenario that sends nothing", tale: tale{scenario: scenarios.Scenario{ID: "auth.none", Level: scenarios.Must}}, want: reports.Error},
		{name: "a scenario that only waits", tale: tale{scenario: scenarios.Scenario{ID: "auth.wait", Level: scenarios.Must,
			Steps: []scenarios.Step{{Pause: 1}}}}, want: reports.Error},
		{name: "excluded", tale: tale{scenario: s, decision: conformance.Excluded}, want: reports.Excluded, reason: "as told"},
		{name: "not applicable", tale: tale{scenario: s, decision: conformance.NotApplicable}, want: reports.NotApplicable, reason: "as told"},
		{name: "preflight", tale: tale{scenario: s, happened: append(answered(200, 401, 200), check("accepted", "blocked"))}, want: reports.Blocked, reason: "the preflight: accepted"},
		{name: "preflight without effects", tale: tale{scenario: s, happened: append(answered(200, 401, 200), check("effect-visible", "blocked"))}, want: reports.Pass},
	})
}

func TestCopiesMissing(t *testing.T) {
	s := scenarios.Scenario{ID: "idem.at-once", Level: scenarios.Must,
		Steps: []scenarios.Step{{Send: "first", AtOnce: 2, Expect: "racing-duplicate"}}}
	copyOf := func(n, status int) transcript.Record {
		return at(transcript.Exchange{Step: 1, Copy: n, Answer: transcript.Answer{Status: status}})
	}
	runAll(t, []verdictCase{
		{name: "one of two", tale: tale{scenario: s, happened: []transcript.Record{copyOf(1, 200)}}, want: reports.Error},
		{name: "both", tale: tale{scenario: s, happened: []transcript.Record{copyOf(2, 200), copyOf(1, 409)}}, want: reports.Pass},
		{name: "the second is refused", tale: tale{scenario: s, happened: []transcript.Record{copyOf(1, 200), copyOf(2, 400)}}, want: reports.Fail},
	})
}

func TestLastTryCounts(t *testing.T) {
	s := single(scenarios.Must, "accepted", nil)
	try := func(n, status int) transcript.Record {
		return at(transcript.Exchange{Step: 1, Try: n, Answer: transcript.Answer{Status: status}})
	}
	runAll(t, []verdictCase{
		{name: "came round", tale: tale{scenario: s, happened: []transcript.Record{try(0, 429), try(2, 503), try(3, 204)}}, want: reports.Pass},
		{name: "never", tale: tale{scenario: s, happened: []transcript.Record{try(0, 429), try(2, 429), try(3, 429)}}, want: reports.Blocked},
	})
}

func TestFeatureThatIsLacking(t *testing.T) {
	s := scenarios.Scenario{ID: "ce.handshake", Level: scenarios.Must, Steps: []scenarios.Step{
		{Send: "before", Control: true, Expect: "accepted"},
		{Request: &scenarios.Request{Method: "OPTIONS"}, Expect: "acknowledged", Feature: "the handshake"},
		{Request: &scenarios.Request{Method: "OPTIONS"}, Expect: "rejected"},
	}}
	runAll(t, []verdictCase{
		{name: "offered and kept", tale: tale{scenario: s, happened: answered(200, 200, 400)}, want: reports.Pass},
		{name: "offered and broken", tale: tale{scenario: s, happened: answered(200, 200, 200)}, want: reports.Fail},
		{name: "lacking", tale: tale{scenario: s, happened: answered(200, 405, 200)}, want: reports.NotApplicable, reason: "does not offer the handshake", findings: []reports.Verdict{}},
		{name: "not now", tale: tale{scenario: s, happened: answered(200, 503, 400)}, want: reports.Blocked},
		{name: "its control failed", tale: tale{scenario: s, happened: answered(500, 405, 400)}, want: reports.Blocked},
	})
}

// A receiver that answers 2xx to everything lacks a feature when it does not process
// what needs it.
func TestFeatureThatIsSilentlyLacking(t *testing.T) {
	s := scenarios.Scenario{ID: "raw.gzip", Level: scenarios.Base, Steps: []scenarios.Step{
		{Send: "before", Control: true, Expect: "accepted"},
		{Send: "compressed", Expect: "accepted", Feature: "compression"},
	}, Effects: map[string]string{"before": "1+", "compressed": "1+"}}
	silent := transcript.Run{Rejects: "silent", Probes: probed.Probes}
	ignored, processed := map[string]int{"before": 1}, map[string]int{"before": 1, "compressed": 1}
	runAll(t, []verdictCase{
		{name: "processed", tale: tale{scenario: s, run: silent, happened: append(answered(200, 200), seen(processed))}, want: reports.Pass},
		{name: "ignored", tale: tale{scenario: s, run: silent, happened: append(answered(200, 200), seen(ignored))}, want: reports.NotApplicable, reason: "does not offer compression"},
		{name: "ignored by one that answers by status", tale: tale{scenario: s, run: probed, happened: append(answered(200, 200), seen(ignored))}, want: reports.Fail},
	})
}

func TestRunVerdict(t *testing.T) {
	s := sandwich(scenarios.Must, "rejected")
	for _, c := range []struct {
		name   string
		tale   tale
		exit   int
		reason string
	}{
		{"conformant", tale{scenario: s, happened: answered(200, 401, 200)}, reports.ExitConformant, ""},
		{"failed", tale{scenario: s, happened: answered(200, 200, 200)}, reports.ExitNotConformant, "fail"},
		{"blocked", tale{scenario: s, happened: answered(500, 401, 200)}, reports.ExitIncomplete, "blocked"},
		{"error", tale{scenario: s}, reports.ExitIncomplete, "error"},
		{"interrupted", tale{scenario: s, happened: answered(200, 401, 200), end: transcript.End{Interrupted: true}}, reports.ExitIncomplete, "interrupted"},
		{"cut off", tale{scenario: s, happened: answered(200, 401, 200), cutOff: true}, reports.ExitIncomplete, "interrupted"},
		{"a proof beats an interruption", tale{scenario: s, happened: answered(200, 200, 200), cutOff: true}, reports.ExitNotConformant, "fail"},
		{"cut short", tale{scenario: s, happened: append(answered(200), trouble(1, "interrupted")), end: transcript.End{Interrupted: true}}, reports.ExitIncomplete, "interrupted"},
		{"cut off in the middle", tale{scenario: s, happened: answered(200), cutOff: true}, reports.ExitIncomplete, "interrupted"},
		{"no requests left", tale{scenario: s, happened: []transcript.Record{trouble(1, "budget")}}, reports.ExitIncomplete, "budget"},
		{"nothing assessed", tale{scenario: s, decision: conformance.NotApplicable}, reports.ExitIncomplete, "nothing-assessed"},
		{"must be observed", tale{scenario: needsEffects(), run: transcript.Run{MustObserve: []string{"auth.*"}}, happened: answered(200, 401, 200)}, reports.ExitIncomplete, "must-observe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, r := c.tale.judge(t)
			if r.ExitCode != c.exit {
				t.Errorf("the exit code is %d, not %d: %v", r.ExitCode, c.exit, r.ExitReasons)
			}
			if c.reason != "" && (len(r.ExitReasons) == 0 || r.ExitReasons[0].Reason != c.reason) {
				t.Errorf("the reasons are %v; %q decides", r.ExitReasons, c.reason)
			}
		})
	}
}

func needsEffects() scenarios.Scenario {
	s := sandwich(scenarios.Must, "rejected")
	s.NeedsEffects = true
	return s
}

func TestJudgeRefusesWhatIsNoTranscript(t *testing.T) {
	whole := tale{scenario: sandwich(scenarios.Must, "rejected"), happened: answered(200, 401, 200)}.records(t)
	for name, records := range map[string][]transcript.Record{
		"empty":                   nil,
		"without run":             whole[1:],
		"bad plan":                {whole[0], {Plan: &transcript.Plan{Scenario: []byte(`[]`)}}},
		"a level nobody knows":    {whole[0], {Plan: &transcript.Plan{Scenario: []byte(`{"id":"auth.x","level":"WHAT"}`), Decision: "play"}}},
		"a decision nobody knows": {whole[0], {Plan: &transcript.Plan{Scenario: []byte(`{"id":"auth.x","level":"MUST"}`), Decision: "skip"}}},
	} {
		if _, err := conformance.Judge(records); err == nil {
			t.Errorf("%s: graded", name)
		}
	}
}

// TestWhoRefusesEverythingPassesNothing plays no catalogue scenario that a
// receiver could pass by giving the same answer to all deliveries.
func TestWhoRefusesEverythingPassesNothing(t *testing.T) {
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []int{0, 301, 400, 401, 404, 429, 500, 503} {
		for _, s := range c.Scenarios {
			got, _ := tale{scenario: s, happened: always(s, status)}.judge(t)
			if got.Verdict == reports.Pass {
				t.Errorf("%s passes where every answer is %d", s.ID, status)
			}
		}
	}
}

// always plays a whole scenario with one answer.
func always(s scenarios.Scenario, status int) []transcript.Record {
	var all []transcript.Record
	for i, step := range s.Steps {
		if step.Process != "" {
			all = append(all, transcript.Record{Process: &transcript.Process{Scenario: s.ID, Play: 1, Step: i + 1, Action: step.Process, Done: true}})
		}
		if !step.Sends() {
			continue
		}
		for n := range max(1, step.AtOnce, step.Times) {
			copyOf := 0
			if step.AtOnce > 0 || step.Times > 0 {
				copyOf = n + 1
			}
			all = append(all, at(transcript.Exchange{Step: i + 1, Copy: copyOf, Outcome: outcomeOf(status), Answer: transcript.Answer{Status: status}}))
		}
	}
	return all
}

// TestWhoAcceptsEverythingPassesNoForgery: where an outcome grades 2xx as a
// failure, a receiver that answers nothing else does not pass.
func TestWhoAcceptsEverythingPassesNoForgery(t *testing.T) {
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Scenarios {
		forbidden := false
		for _, step := range s.Steps {
			if o, err := scenarios.FindOutcome(step.Expect); err == nil {
				grade, _ := o.Grade(200)
				forbidden = forbidden || grade == scenarios.GradeFail
			}
		}
		got, _ := tale{scenario: s, happened: always(s, 200)}.judge(t)
		if want := s.Level.Fails(false); forbidden && want && got.Verdict != reports.Fail {
			t.Errorf("%s is %s where every answer is 200: %s", s.ID, got.Verdict, got.Reason)
		}
	}
}
