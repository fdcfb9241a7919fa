package conformance_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// measuring is a scenario that measures one side of now.
func measuring(level scenarios.Level, window string) scenarios.Scenario {
	return scenarios.Scenario{
		ID: "ts.window", Level: level, Risk: scenarios.Stateful,
		Steps: []scenarios.Step{
			{Send: "before", Control: true, Expect: "accepted"},
			{Measure: &scenarios.Measure{
				Window: window, From: mockprovider.Duration(time.Second),
				To: mockprovider.Duration(24 * time.Hour), Wide: mockprovider.Duration(10 * time.Minute),
			}},
		},
		Effects: map[string]string{"before": "1+"},
	}
}

// A probed distance is how far from now a delivery was dated, and its answer.
type distance struct {
	from   time.Duration
	status int
}

// probes are the control and the deliveries of a measure, dated so far before
// noon; a negative distance lies ahead. Skew is that of the receiver's clock.
func probes(skew time.Duration, list ...distance) []transcript.Record {
	all := answered(200)
	for i, d := range list {
		claimed := noon.Add(-d.from)
		x := transcript.Exchange{Step: 2, Copy: i + 1, Claimed: &claimed, EventID: fmt.Sprint("evt-", d.from), Outcome: outcomeOf(d.status),
			Answer: transcript.Answer{Status: d.status}, Times: transcript.Times{Answer: 1, Done: 1}}
		if skew != 0 {
			x.Answer.Headers = [][2]string{{"Date", noon.Add(skew).Format(http.TimeFormat)}}
		}
		all = append(all, at(x))
	}
	return all
}

func TestWindowIsJudged(t *testing.T) {
	const second, minute, hour = time.Second, time.Minute, time.Hour
	usual := transcript.Run{Past: 5 * minute, Future: 5 * minute}
	upTo := func(far time.Duration) []transcript.Record {
		return probes(0, distance{second, 200}, distance{24 * hour, 401}, distance{far, 202}, distance{far + second, 400})
	}
	for _, tt := range []struct {
		verdictCase
		told string
	}{
		{verdictCase{name: "inclusive", tale: tale{happened: upTo(5 * minute)}, want: reports.Pass},
			"accepted up to 5m old, refused from 5m1s on; the tolerance itself is within"},
		{verdictCase{name: "exclusive", tale: tale{happened: upTo(299 * second)}, want: reports.Pass},
			"accepted up to 4m59s old, refused from 5m on; the tolerance itself is not within"},
		{verdictCase{name: "narrow", tale: tale{happened: upTo(minute)}, want: reports.Pass}, "accepted up to 1m old, refused from 1m1s on"},
		{verdictCase{name: "ten minutes", tale: tale{happened: upTo(10 * minute)}, want: reports.Pass}, "accepted up to 10m old, refused from 10m1s on"},
		{verdictCase{name: "an hour", tale: tale{happened: upTo(hour)}, want: reports.Pass, findings: []reports.Verdict{reports.Info}}, "accepted up to 1h old, refused from 1h0m1s on"},
		{verdictCase{name: "an hour that was declared", tale: tale{run: transcript.Run{Past: hour}, happened: upTo(hour)}, want: reports.Pass},
			"accepted up to 1h old, refused from 1h0m1s on; the tolerance itself is within"},
		{verdictCase{name: "no limit", tale: tale{happened: probes(0, distance{second, 200}, distance{24 * hour, 200})}, want: reports.Fail, reason: "no limit"},
			"accepted up to 24h old, as far as was tried"},
		{verdictCase{name: "a 5xx is no acceptance", tale: tale{happened: probes(0, distance{second, 200}, distance{24 * hour, 500})}, want: reports.Pass},
			"accepted up to 1s old, refused from 24h on"},
		{verdictCase{name: "no window", tale: tale{happened: probes(0, distance{second, 200}, distance{24 * hour, 401}, distance{5 * minute, 401}, distance{8 * minute, 200})},
			want: reports.Pass, findings: []reports.Verdict{reports.Info}}, "accepted up to 8m old, refused from 5m on"},
		{verdictCase{name: "nothing", tale: tale{happened: probes(0, distance{second, 401})}, want: reports.Pass}, "refused from 1s old on"},
		{verdictCase{name: "not now", tale: tale{happened: probes(0, distance{second, 429})}, want: reports.Blocked, reason: "not now"}, ""},
		{verdictCase{name: "unanswered beside others", tale: tale{happened: probes(0, distance{second, 200}, distance{24 * hour, 0})}, want: reports.Blocked}, ""},
		{verdictCase{name: "silent, and no probe", tale: tale{run: transcript.Run{Rejects: "silent", Past: 5 * minute}, happened: upTo(5 * minute)}, want: reports.NotObserved}, ""},
		{verdictCase{name: "not played", tale: tale{happened: answered(200)}, want: reports.Error, reason: "step 2 was not played"}, ""},
		{verdictCase{name: "by a clock behind ours", tale: tale{happened: probes(-40*second, distance{second, 200}, distance{24 * hour, 401}, distance{340 * second, 200}, distance{341 * second, 401})}, want: reports.Pass},
			"accepted up to 5m old, refused from 5m1s on; the tolerance itself is within, by the receiver's clock, which is -40s from ours"},
		{verdictCase{name: "by a clock that may agree", tale: tale{happened: probes(second, distance{second, 200}, distance{24 * hour, 401})}, want: reports.Pass},
			"accepted up to 1s old, refused from 24h on"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.tale.scenario = measuring(scenarios.Must, "past")
			if tt.tale.run.Past == 0 {
				tt.tale.run = usual
			}
			tt.run(t)
			if s, _ := tt.tale.judge(t); s.Measured != tt.told {
				t.Errorf("told %q, not %q", s.Measured, tt.told)
			}
		})
	}
}

func TestWindowAhead(t *testing.T) {
	ahead := func(level scenarios.Level, list ...distance) tale {
		return tale{scenario: measuring(level, "future"), happened: probes(0, list...)}
	}
	open := []distance{{-time.Second, 200}, {-24 * time.Hour, 200}}
	runAll(t, []verdictCase{
		{name: "open", tale: ahead(scenarios.Should, open...), want: reports.Warn, reason: "no limit"},
		{name: "open, to inform", tale: ahead(scenarios.Inform, open...), want: reports.Info},
	})
	s, _ := ahead(scenarios.Should, distance{-time.Second, 200}, distance{-24 * time.Hour, 401}, distance{-5 * time.Minute, 200}, distance{-301 * time.Second, 401}).judge(t)
	if want := "accepted up to 5m ahead of the clock, refused from 5m1s on"; s.Measured != want || s.Verdict != reports.Pass {
		t.Errorf("%s: %q, not %q", s.Verdict, s.Measured, want)
	}
	if len(s.Measurements) != 2 || s.Measurements[0].Value != 300 || s.Measurements[1].Value != 301 {
		t.Errorf("measured %v", s.Measurements)
	}
}

// TestWindowOfSilence: effects tell what a receiver accepted that answers 2xx to
// everything.
func TestWindowOfSilence(t *testing.T) {
	happened := probes(0, distance{time.Second, 200}, distance{24 * time.Hour, 200}, distance{5 * time.Minute, 200}, distance{301 * time.Second, 200})
	effects := transcript.Effects{Probe: "effects", Stable: true, Counts: map[string]int{eventOf("before", 1): 1, "evt-1s": 1, "evt-5m0s": 1}}
	s, _ := tale{
		scenario: measuring(scenarios.Must, "past"), happened: append(happened, transcript.Record{Effects: &effects}),
		run: transcript.Run{Rejects: "silent", Past: 5 * time.Minute, Probes: probed.Probes},
	}.judge(t)
	if want := "accepted up to 5m old, refused from 5m1s on; the tolerance itself is within"; s.Measured != want || s.Verdict != reports.Pass {
		t.Errorf("%s: %q, not %q", s.Verdict, s.Measured, want)
	}
}
