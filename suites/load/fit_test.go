package load

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// demanding asks for everything that a target may lack.
func demanding(t *testing.T) scenarios.LoadScenario {
	t.Helper()
	s := smoke(t, perSecond(200), time.Second)
	s.Mix = mixOf(map[Class]int{Genuine: 16, Forged: 2, Stale: 1, Large: 1})
	s.Sizes = []scenarios.SizeWeight{{Bytes: 16 << 10, Weight: 1}}
	s.Keys = &scenarios.Keys{Objects: 100, Skew: 1}
	s.Abort = []scenarios.Abort{abortRule(t, "stale: accepted > 0 for 1s"), abortRule(t, "genuine: errors > 99% for 1h")}
	s.Objectives = nil
	for _, text := range []string{"genuine: errors = 0", "forged: accepted = 0", "stale: accepted = 0", "stale-effects = 0", "large: errors = 0"} {
		s.Objectives = append(s.Objectives, objective(t, text))
	}
	return s
}

// unfreeTarget is one whose samples do not say where fields are free.
func unfreeTarget(t *testing.T, url, scheme string) *target.Target {
	t.Helper()
	tgt := aimScheme(t, url, scheme)
	s := *tgt.Scheme
	s.Free = nil
	tgt.Scheme = &s
	return tgt
}

func TestFitted(t *testing.T) {
	const url = "http://127.0.0.1:1/"
	business := aimScheme(t, url, receiver.StandardWebhooks)
	business.Dedupe = target.DedupeByBusiness
	tests := []struct {
		name    string
		target  *target.Target
		left    string
		unasked string
	}{
		{"everything can be sent", aimScheme(t, url, receiver.StandardWebhooks), "", ""},
		{"no timestamps", aimScheme(t, url, receiver.GitHub), "stale", "stale: accepted = 0, stale-effects = 0"},
		{"no free fields", unfreeTarget(t, url, receiver.StandardWebhooks), "large sizes", "large: errors = 0"},
		{"neither", unfreeTarget(t, url, receiver.GitHub), "stale large sizes", "stale: accepted = 0, stale-effects = 0, large: errors = 0"},
		{"objects are ids", business, "keys", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := demanding(t)
			cfg := Config{Target: tt.target, Scenario: asked, Nonce: "n"}.fitted()
			var left, unasked []string
			for _, l := range cfg.left {
				left = append(left, l.What)
				if l.Reason == "" {
					t.Errorf("%s is left out for no reason", l.What)
				}
			}
			for _, o := range cfg.unasked {
				unasked = append(unasked, o.String())
			}
			if strings.Join(left, " ") != tt.left || strings.Join(unasked, ", ") != tt.unasked {
				t.Errorf("left %v, unasked %v", left, unasked)
			}
			s := cfg.Scenario
			if len(s.Objectives)+len(unasked) != len(asked.Objectives) || (s.Sizes == nil) != strings.Contains(tt.left, "sizes") || (s.Keys == nil) != (tt.left == "keys") {
				t.Errorf("fitted: %+v", s)
			}
			for _, class := range []string{scenarios.ClassStale, scenarios.ClassLarge} {
				gone := strings.Contains(tt.left, class)
				for _, w := range s.Mix {
					if gone && w.Name == class {
						t.Errorf("%s is still sent", class)
					}
				}
				for _, a := range s.Abort {
					if gone && a.If.Class == class {
						t.Errorf("%s is still watched", class)
					}
				}
			}
			if len(asked.Mix) != 4 || len(asked.Objectives) != 5 || len(asked.Abort) != 2 || asked.Sizes == nil || asked.Keys == nil {
				t.Errorf("what was asked for changed: %+v", asked)
			}
			if _, err := NewPlan(s, 1); err != nil {
				t.Error(err)
			}
		})
	}
}

// What is left out is said, and leaves the verdict to the rest.
func TestLeftOutOfARun(t *testing.T) {
	l := play(t, receiveScheme(t, receiver.GitHub), demanding(t))
	if l.Verdict != reports.Pass {
		t.Errorf("verdict %s: %s", l.Verdict, l.Reason)
	}
	// The body is all that GitHub signs: two of the same bytes are one event.
	if len(l.Plan.Left) != 2 || l.Plan.Left[0].What != "stale" || l.Plan.Left[1].What != "keys" {
		t.Errorf("left out: %+v", l.Plan.Left)
	}
	for _, o := range l.Objectives {
		stale := strings.HasPrefix(o.Text, "stale")
		if stale != (o.Verdict == reports.NotApplicable) || stale != strings.Contains(o.Reason, "see what was left out") {
			t.Errorf("%+v", o)
		}
	}
	for _, c := range l.Classes {
		if c.Class == "stale" {
			t.Error("a class that was not sent is reported")
		}
	}
	report := reports.Report{Load: []reports.Load{l}}
	reports.Conclude(&report, nil)
	if report.ExitCode != reports.ExitConformant {
		t.Errorf("exits with %d: %+v", report.ExitCode, report.ExitReasons)
	}
}

// Objectives about nothing decide nothing; without any other, nothing passes.
func TestInapplicableObjectives(t *testing.T) {
	pass, not, miss := reports.Objective{Text: "p", Verdict: reports.Pass}, reports.Objective{Text: "n", Verdict: reports.NotApplicable}, reports.Objective{Text: "f", Verdict: reports.Fail}
	for _, tt := range []struct {
		all  []reports.Objective
		want reports.Verdict
	}{
		{[]reports.Objective{pass, not}, reports.Pass},
		{[]reports.Objective{not, miss}, reports.Fail},
		{[]reports.Objective{not}, reports.NotObserved},
	} {
		got, reason := verdict(tt.all, nil, "", false)
		if got != tt.want || strings.Contains(reason, "n") && tt.want == reports.Pass || got == reports.NotObserved && reason == "" {
			t.Errorf("%+v: %s, %q", tt.all, got, reason)
		}
	}
}

// A class that an objective is about must have been sent, whichever it is.
func TestTooShortForAnyClass(t *testing.T) {
	for c := range Class(classes) {
		f := healthy()
		for i := range f.classes {
			f.classes[i].sent = 1000
		}
		text := c.String() + ": errors = 0"
		if got := f.tooShort([]scenarios.Objective{objective(t, text)}); got != "" {
			t.Errorf("%s: %q", text, got)
		}
		f.classes[c].sent = 0
		if got := f.tooShort([]scenarios.Objective{objective(t, text)}); !strings.HasPrefix(got, "too short to tell: 0 "+c.String()+" deliveries of at least 1") {
			t.Errorf("%s: %q", text, got)
		}
		f.classes[c].sent = 9
		want := "too short to tell: 9 " + c.String() + " deliveries of at least 10"
		if got := f.tooShort([]scenarios.Objective{objective(t, c.String()+": p90(response) <= 1s")}); !strings.HasPrefix(got, want) {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// Events are acknowledged, refused for good, or owed.
func TestUnacked(t *testing.T) {
	resent := newTally()
	tests := []struct {
		name                 string
		unacked, outstanding int
		resent               *tally
		verdict              reports.Verdict
		reason               string
	}{
		{"all are acknowledged", 0, 0, resent, reports.Pass, ""},
		{"one is not", 1, 0, resent, reports.Fail, ""},
		{"nothing is sent again", 1, 0, nil, reports.Fail, "nothing was sent again"},
		{"the run ended before", 3, 3, resent, reports.NotObserved, "3 had a retry to come when the run ended"},
		{"the run ended before others", 3, 2, resent, reports.Fail, ""},
		{"acknowledged as a duplicate, while it was to be sent again", 0, 1, resent, reports.Pass, ""},
		{"more to come than unacknowledged", 1, 4, resent, reports.NotObserved, "4 had a retry to come"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy()
			f.owed, f.unackedCount, f.outstanding, f.resent = 1000, tt.unacked, tt.outstanding, tt.resent
			got, _ := f.judge(objective(t, "unacked = 0"))
			if got.Verdict != tt.verdict || !strings.HasPrefix(got.Reason, tt.reason) || tt.reason == "" && got.Reason != "" {
				t.Errorf("%+v", got)
			}
		})
	}
	f := healthy()
	if got, _ := f.judge(objective(t, "unacked = 0")); got.Verdict != reports.NotObserved {
		t.Errorf("of no event: %+v", got)
	}
}

// A producer's part in a run against a receiver that answers.
func TestResentOverTheWire(t *testing.T) {
	var mu sync.Mutex
	first := map[string]taken{}
	rec := record(t, func(_ int, r taken) int {
		id := r.header.Get("webhook-id")
		mu.Lock()
		defer mu.Unlock()
		if before, seen := first[id]; seen {
			if before.header.Get("webhook-id") != id || string(before.body) != string(r.body) {
				t.Errorf("%s came again with another body", id)
			}
			return 202
		}
		first[id] = r
		return 503
	})
	tgt := aim(t, rec.URL)
	s := smoke(t, perSecond(100), 1500*time.Millisecond)
	s.Mix, s.Abort = mixOf(map[Class]int{Genuine: 9, Forged: 1}), nil
	s.Retries = &scenarios.LoadRetries{Within: mockprovider.Duration(2 * time.Second)}
	s.Objectives = []scenarios.Objective{objective(t, "unacked = 0"), objective(t, "amplification <= 5")}
	began := time.Now()
	l, err := Run(t.Context(), Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
	genuine := l.Classes[0]
	if genuine.Sent == 0 || genuine.Accepted != 0 || l.Resent == nil || l.Resent.Sent != genuine.Sent || l.Resent.Accepted != genuine.Sent || l.Resent.GivenUp+l.Resent.Outstanding != 0 {
		t.Errorf("%+v, resent %+v", genuine, l.Resent)
	}
	if want := rounded(1 + float64(genuine.Sent)/float64(l.Sent)); l.Resent.Amplification != want || l.Resent.WorstSecond < 1 || l.Resent.WorstSecond > 10 {
		t.Errorf("amplification %v, not %v; worst second %v", l.Resent.Amplification, want, l.Resent.WorstSecond)
	}
	seen := map[string]bool{}
	for n, r := range rec.requests() {
		got := readingOf(t, receiver.StandardWebhooks, r)
		if again := seen[got.id]; again && !got.signed {
			t.Errorf("request %d is not signed", n)
		}
		seen[got.id] = true
		if age := ageOf(t, got, r.at); age < 0 || age > time.Minute {
			t.Errorf("request %d is %s old", n, age)
		}
	}
	if got := objectiveOf(l, "unacked = 0"); got.Verdict != reports.Pass {
		t.Errorf("%+v", got)
	}
}

// A receiver that takes no large bodies owes nothing for them, and is not sent them
// again.
func TestLargeBodiesMayBeRefused(t *testing.T) {
	rec := record(t, func(_ int, r taken) int {
		if len(r.body) >= 64<<10 {
			return 413
		}
		return 202
	})
	s := smoke(t, perSecond(200), time.Second)
	s.Mix = mixOf(map[Class]int{Genuine: 9, Large: 1})
	s.Retries = &scenarios.LoadRetries{Within: mockprovider.Duration(time.Second)}
	s.Objectives = []scenarios.Objective{objective(t, "unacked = 0"), objective(t, "large: errors = 0"), objective(t, "amplification <= 1")}
	l := play(t, aim(t, rec.URL), s)
	if l.Verdict != reports.Pass || l.Resent.Sent != 0 || l.Resent.GivenUp != 0 || l.Classes[1].Statuses["413"] == 0 {
		t.Errorf("verdict %s: %s; %+v; resent %+v", l.Verdict, l.Reason, l.Classes[1], l.Resent)
	}
}
