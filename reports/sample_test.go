package reports

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew); got\n%s", file, got)
	}
}

var sampleStart = time.Date(2026, 3, 1, 2, 14, 7, 310e6, time.UTC)

// sampleReports are concluded reports of the kinds of runs there are.
func sampleReports() map[string]Report {
	conformant := sampleRun(passing("ctl.accept", "ctl.reject", "auth.wrong-key", "auth.tamper-body", "ts.stale", "dup.sequential"))
	conformant.Scenarios[4].Measured = "accepted up to 5m old, refused from 5m1s on"
	conformant.Scenarios = append(conformant.Scenarios, toleranceInfo())
	conformant.Target.Probes = []Probe{{Name: "ledger", Kind: "http", Counts: "rows in the ledger", Horizon: "1.5s"}}
	conformant.Target.State = &StateProbe{Kind: "http", Reads: "the text at /state of http://127.0.0.1:8080/states/{object}", Object: "/data/id",
		After: []Stage{{"invoice.created", "open"}, {"invoice.paid", "paid"}}}
	Conclude(&conformant, []string{"dup.*"})

	failing := sampleRun(failingScenarios())
	failing.Target.Probes, failing.Target.ClockSkew = conformant.Target.Probes, "-0.2s"
	failing.Preflight = []Check{
		{Name: "reachable", Verdict: Pass, Message: "answers in 1.2 ms"},
		{Name: "effects", Verdict: Warn, Message: "the count has a unique index on event_id, so it can never show 2: duplicates cannot be seen"},
	}
	Conclude(&failing, []string{"dup.*"})

	load := sampleRun(nil)
	load.Load = []Load{steadyLoad(), spikeLoad(), blockedLoad()}
	load.Requests = 6400
	load.Finished = sampleStart.Add(83 * time.Second)
	Conclude(&load, nil)

	unreachable := sampleRun(unreachableScenarios())
	unreachable.Preflight = []Check{{Name: "reachable", Verdict: Blocked, Message: "127.0.0.1:8080 refuses connections"}}
	Conclude(&unreachable, nil)

	unseen := sampleRun(append(passing("auth.wrong-key"), Scenario{
		ID: "dup.sequential", Title: "A second attempt takes no second effect", Level: "MUST", Risk: "safe", Verdict: NotObserved,
		Reason: "no effect probe is set up", Location: "scenarios/dup.yaml:3"}))
	Conclude(&unseen, []string{"dup.*"})

	return map[string]Report{
		"conformant": conformant, "failing": failing, "load": load, "unreachable": unreachable, "unseen": unseen,
		"known": knownRun(), "compared": comparedRun(), "repeated": repeatedRun(), "interrupted": interruptedRun(), "unlike": unlikeRun(),
	}
}

// knownRun has known failures in every state.
func knownRun() Report {
	r := sampleRun(failingScenarios())
	r.Causes = []Cause{{Title: "signatures are not verified at all", Fix: "Verify them.", Scenarios: []string{"auth.no-signature", "auth.wrong-key", "ack.slow-body"}}}
	expect := func(id, print, reason, expires string) {
		r.Expectations = append(r.Expectations, Expectation{
			Scenario: id, Verdict: Fail, Findings: []string{print}, Reason: reason, Expires: expires,
			Location: fmt.Sprintf("known.yaml:%d", 7*len(r.Expectations)+3),
		})
	}
	expect("auth.tamper-body", "forged/accepted/processed", "TICKET-12: the gateway is being replaced", "2026-03-01")
	expect("ts.stale", "stale/accepted", "clocks", "")
	expect("ctl.accept", "refused", "was broken once", "")
	expect("size.large", "refused", "no more than 1 MiB", "")
	Conclude(&r, nil)
	return r
}

// comparedRun has a baseline in which one thing failed otherwise, and others too.
func comparedRun() Report {
	then := sampleRun(append(passing("ctl.accept", "auth.no-signature"),
		forged("auth.wrong-key", "MUST", "A delivery signed with another key is refused"),
		forged("ctl.reject", "MUST", "It is refused"), forged("old.gone", "MUST", "It is refused")))
	then.Started = sampleStart.AddDate(0, 0, -3)
	Conclude(&then, nil)
	r := sampleRun(failingScenarios())
	r.Baseline, _ = NewBaseline("main/report.json", FailOnNew, then) // it holds scenarios
	if err := r.Baseline.Compare(then, r.Target.Scheme, "production", r.Tool.Catalogue, false); err != nil {
		panic(err)
	}
	Conclude(&r, nil)
	return r
}

// repeatedRun failed once in three repetitions.
func repeatedRun() Report {
	var all Repeats
	for n := range 3 {
		list := passing("ctl.accept", "auth.no-signature", "auth.wrong-key")
		if n == 1 {
			list[2] = forged("auth.wrong-key", "MUST", "A delivery signed with another key is refused")
		}
		r := sampleRun(list)
		r.Repetitions = &Repetitions{Number: n + 1, Count: 1, Planned: 5, Differ: []string{}}
		r.Finished = r.Finished.Add(time.Duration(n) * 2 * time.Second)
		Conclude(&r, nil)
		if err := all.Add(r); err != nil {
			panic(err)
		}
	}
	return all.Report()
}

func sampleRun(scenarios []Scenario) Report {
	return Report{
		Schema:   Schema,
		Tool:     Tool{Name: "hookassay", Version: "0.1.0", Catalogue: "9f2c"},
		Seed:     42,
		Nonce:    "k3v9",
		Started:  sampleStart,
		Finished: sampleStart.Add(1840 * time.Millisecond),
		Target: Target{URL: "http://127.0.0.1:8080/webhooks", Scheme: "standard-webhooks", Rejects: "status",
			Secrets: map[string]string{"current": "environment WEBHOOK_SECRET, whsec_, 24 bytes"}, SameHost: true},
		Profile:   "core",
		Scenarios: scenarios,
		Requests:  3 * len(scenarios),
		Rerun:     "hookassay run --target http://127.0.0.1:8080/webhooks --scheme standard-webhooks --secret-env WEBHOOK_SECRET --seed 42",
	}
}

func graded(id, level string, v Verdict, title string) Scenario {
	group := Scenario{ID: id}.Group()
	return Scenario{
		ID: id, Title: title, Level: level, Risk: "safe", Verdict: v,
		Sources: []Source{{Title: "Standard Webhooks, Verifying webhook authenticity",
			URL: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#verifying-webhook-authenticity"}},
		Why:          "Whoever finds the URL could otherwise make the receiver act.",
		Fix:          "Compute the signature over the raw body before parsing it, and compare it in constant time.",
		Location:     "scenarios/" + group + ".yaml:12",
		Milliseconds: 41.5,
		Rerun:        "hookassay run --target http://127.0.0.1:8080/webhooks --scheme standard-webhooks --secret-env WEBHOOK_SECRET --seed 42 --only " + id,
	}
}

func passing(ids ...string) (out []Scenario) {
	for _, id := range ids {
		out = append(out, graded(id, "MUST", Pass, "What "+id+" asks for holds"))
	}
	return out
}

func toleranceInfo() Scenario {
	s := graded("ts.window", "INFO", Info, "How old a delivery may be")
	s.Reason = "accepts deliveries that are up to 300 s old"
	s.Measurements = []Measurement{{Name: "past", Value: 300, Unit: "s"}, {Name: "future", Value: 299.5, Unit: "s"}}
	return s
}

const (
	controlRequest = "POST /webhooks HTTP/1.1\nHost: 127.0.0.1:8080\nContent-Type: application/json\nWebhook-Id: msg_hookassay_k3v9_0007\nWebhook-Timestamp: 1772331247\nWebhook-Signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=\nContent-Length: 52\n\n{\"type\":\"invoice.paid\",\"data\":{\"id\":\"in_hookassay\"}}"
	faultRequest   = "POST /webhooks HTTP/1.1\nHost: 127.0.0.1:8080\nContent-Type: application/json\nWebhook-Id: msg_hookassay_k3v9_0008\nWebhook-Timestamp: 1772331247\nContent-Length: 52\n\n{\"type\":\"invoice.paid\",\"data\":{\"id\":\"in_hookassay\"}}"
)

// forged is a scenario in which a forgery was processed.
func forged(id, level, title string) Scenario {
	s := graded(id, level, Fail, title)
	s.Reason = "a forged delivery was accepted and processed"
	at := sampleStart.Add(412 * time.Millisecond)
	s.Findings = []Finding{{
		Fingerprint: "forged/accepted/processed",
		Severity:    Fail,
		Message:     "the forged delivery was answered 200 and took effect",
		Step:        "fault",
		Expected:    "400, 401 or 403, and no effect",
		Observed:    "200, and 1 effect",
		Evidence: Evidence{
			EventID:   "msg_hookassay_k3v9_0008",
			SentAt:    &at,
			LocalPort: 51022,
			Control: &Exchange{Label: "genuine", EventID: "msg_hookassay_k3v9_0007", Request: controlRequest,
				Answer: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", Status: 200, Outcome: "answered", Milliseconds: 1.31},
			Fault: &Exchange{Label: "forged", EventID: "msg_hookassay_k3v9_0008", Faults: []string{"signature.missing"}, Request: faultRequest,
				Answer: "HTTP/1.1 200 OK\nContent-Length: 2\nX-Note: \x1b[2Jcleared\n\nok", Status: 200, Outcome: "answered", Milliseconds: 1.12},
			Differs: []Difference{
				{Where: "Webhook-Signature", Genuine: "Webhook-Signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="},
			},
			Effects:    &Effects{Probe: "ledger", EventID: "msg_hookassay_k3v9_0008", Expected: "0", Seen: 1, WaitedMS: 1500},
			Transcript: []int{14, 15, 22},
		},
	}}
	return s
}

func failingScenarios() []Scenario {
	all := passing("ctl.accept", "ctl.reject", "wire.chunked", "type.unknown", "ack.fast")
	all = append(all,
		forged("auth.no-signature", "MUST", "A delivery without a signature is refused"),
		forged("auth.wrong-key", "MUST", "A delivery signed with another key is refused"),
		forged("auth.tamper-body", "MUST", "A delivery whose body was changed after signing is refused"),
	)
	stale := graded("ts.stale", "BASE", Fail, "A delivery older than the tolerance is refused")
	stale.Reason = "a delivery 305 s old was accepted"
	stale.Fix = "Refuse timestamps further than 5 minutes from your own clock, before anything else is done with the delivery."
	stale.Findings = []Finding{
		{Fingerprint: "stale/accepted", Severity: Fail, Message: "accepted", Expected: "400, 401 or 403", Observed: "200"},
		{Fingerprint: "stale/accepted/second", Severity: Fail, Message: "accepted again", Expected: "400, 401 or 403", Observed: "202"},
	}
	slow := graded("ack.slow-body", "SHOULD", Warn, "A slow body does not stall other deliveries")
	slow.Findings = []Finding{{Fingerprint: "slow", Severity: Warn, Message: "another delivery waited 2.1 s behind it"}}
	broken := graded("wire.reset", "MUST", Error, "A reset connection leaves no half of an effect")
	broken.Reason = "the effects URL stopped answering: Get \"http://127.0.0.1:9000/effects\": EOF"
	all = append(all, stale, slow, broken)
	for _, id := range []string{"size.large", "size.exact"} {
		s := graded(id, "MUST", Blocked, "Large deliveries are accepted")
		s.Reason = "the control was answered 503 three times"
		all = append(all, s)
	}
	for _, id := range []string{"dup.sequential", "dup.concurrent", "dup.after-restart"} {
		s := graded(id, "MUST", NotObserved, "A second attempt takes no second effect")
		s.Reason = "the probe's count cannot show 2"
		all = append(all, s)
	}
	for i, reason := range []string{"risk hostile is above the limit (stateful)", "asked for by --exclude", "asked for by --exclude"} {
		s := graded(fmt.Sprintf("hostile.bomb-%d", i+1), "BASE", Excluded, "A compressed bomb is refused")
		s.Reason = reason
		all = append(all, s)
	}
	na := graded("sig.rotation", "PROV", NotApplicable, "Both keys are accepted while they rotate")
	na.Reason = "the scheme has one key"
	return append(all, na, toleranceInfo())
}

func unreachableScenarios() (all []Scenario) {
	for _, id := range []string{"auth.no-signature", "auth.wrong-key", "ts.stale"} {
		s := graded(id, "MUST", Blocked, "A delivery is refused")
		s.Reason = "the preflight: 127.0.0.1:8080 refuses connections"
		all = append(all, s)
	}
	return all
}

func steadyLoad() Load {
	l := Load{
		Name: "steady", Title: "A steady stream with forgeries and duplicates in it", Verdict: Pass,
		Plan: LoadPlan{Schedule: "constant 200/s for 24s", Total: 4800, Rate: 200, Peak: 200, InFlight: 64, Digest: "77ab",
			Connections: "keep-alive", AckTimeoutMS: 10000,
			Content: []string{"types: invoice.paid 80 %, customer.created 20 %", "10000 objects, Zipf 1.1"}},
		Sent: 4800, Seconds: 24,
		Lag: Quantiles{N: 4800, P99: 0.412}, Prep: Quantiles{N: 4800, P99: 0.031},
		Classes: []LoadClass{
			{Class: "genuine", Sent: 4320, Accepted: 4320, Right: 4320, Statuses: map[string]int{"200": 4320},
				Response: Quantiles{N: 4320, Mean: 2.1, P50: 1.84, P90: 3.2, P99: 9.71, P999: 21.4, Max: 31.2, Note: "n too small for p99.9",
					CI95: map[string][2]float64{"p50": {1.81, 1.88}, "p90": {3.1, 3.31}, "p99": {9.02, 10.6}, "p99.9": {17.1, 31.2}}},
				Distribution: bell(4320, 1.84, 2.04)},
			{Class: "duplicate", Sent: 240, Accepted: 240, Right: 240, Statuses: map[string]int{"200": 240},
				Response: Quantiles{N: 240, P50: 1.2, P99: 8.8, P999: 12.1, Max: 12.1, Note: "n too small for p99, p99.9"}},
			{Class: "forged", Sent: 240, Right: 240, Statuses: map[string]int{"401": 240},
				Response: Quantiles{N: 240, P50: 0.61, P99: 2.4, P999: 3.1, Max: 3.1, Note: "n too small for p99, p99.9"}},
		},
		Objectives: []Objective{
			{Text: "genuine: p99(response) <= 250ms", Class: "genuine", Value: "9.71 ms", Verdict: Pass},
			{Text: "forged: never accepted", Class: "forged", Value: "0 of 240", Verdict: Pass},
		},
		Completeness: Completeness{Observed: true, Acked: 4320, Once: 4320, SettledMS: 120, WatchedMS: 430},
		Generator:    Generator{Valid: true, CPUPercent: 22, MaxInFlight: 9, LittleError: 0.012, Gates: keptGates()},
		Drain:        drained(),
		Rerun:        "hookassay load steady --seed 42",
	}
	for i := range 24 {
		l.Windows = append(l.Windows, Window{Second: i, Sent: 200, Accepted: 190, P50: 1.8, P99: 6 + 3*math.Round(math.Sin(float64(i)/3))})
	}
	return l
}

func spikeLoad() Load {
	l := steadyLoad()
	l.Name, l.Title, l.Verdict = "spike", "A spike of ten times the usual rate", Fail
	l.Plan = LoadPlan{Schedule: "constant 50/s, spike 500/s for 10s", Total: 1600, Rate: 8, Peak: 80, InFlight: 64, Digest: "91c0",
		Connections: "churn", AckTimeoutMS: 5000}
	l.Sent, l.Unsent, l.Seconds, l.Rerun = 1580, 20, 200, "hookassay load spike --seed 42"
	l.Classes = []LoadClass{{Class: "genuine", Sent: 1580, Accepted: 1500, Right: 1500,
		Statuses: map[string]int{"200": 1500, "503": 60}, Errors: map[string]int{"timeout": 18, "reset": 2},
		Response: Quantiles{N: 1580, P50: 4.2, P99: 1840, P999: 5000, Max: 5000,
			CI95: map[string][2]float64{"p50": {4.1, 4.3}, "p90": {9.2, 14}, "p99": {1620, 2010}}},
		Distribution: append(bell(1560, 4.2, 2.1), Bin{UpTo: 1840, Count: 2}, Bin{UpTo: 5000, Count: 18})}, {Class: "forged"}}
	l.Objectives = []Objective{
		{Text: "genuine: p99(response) <= 250ms", Class: "genuine", Value: "1840 ms", Verdict: Fail, Reason: "80 of 1580 were slower"},
		{Text: "genuine: every acknowledged event takes effect once", Class: "genuine", Value: "3 lost", Verdict: Fail},
	}
	l.Completeness = Completeness{Observed: true, Acked: 1500, Once: 1496, Lost: 3, Doubled: 1, Unacked: 80, UnackedEffect: 12,
		SettledMS: 2210, WatchedMS: 7340, Examples: []string{"msg_hookassay_k3v9_0412", "msg_hookassay_k3v9_0413", "msg_hookassay_k3v9_0600"}}
	l.Windows = nil
	for i := range 200 {
		w := Window{Second: i, Sent: 8, P99: 12}
		if i >= 100 && i < 118 {
			w.P99 = 400 + 80*float64(i-100)
		}
		l.Windows = append(l.Windows, w)
	}
	stormed(&l)
	return l
}

func blockedLoad() Load {
	return Load{
		Name: "flood", Title: "Ten thousand a second", Verdict: Blocked, Reason: "the generator could not keep the schedule",
		Plan: LoadPlan{Schedule: "constant 10000/s for 2s", Total: 20000, Rate: 10000, InFlight: 256, Digest: "0d11"},
		Sent: 14000, Unsent: 6000, Seconds: 2,
		Objectives:   []Objective{{Text: "genuine: p99(response) <= 250ms", Class: "genuine", Verdict: Blocked}},
		Completeness: Completeness{Reason: "no effect probe is set up"},
		Generator: Generator{Reasons: []string{"own CPU 96 % of GOMAXPROCS", "lag while in flight was below its cap"}, CPUPercent: 96, MaxInFlight: 71,
			Gates: append(keptGates()[2:], Gate{"CPU", "96 %", "80 %", false}, Gate{"p99 lag", "41.0 ms", "1 ms", false})},
		Drain: Drain{Reason: "no effect probe is set up"},
		Rerun: "hookassay load flood --seed 42",
	}
}
