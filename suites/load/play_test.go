package load

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// plays returns a run of half a second.
func plays(t *testing.T, name string) Config {
	s := lenient(smoke(t, perSecond(200), 600*time.Millisecond))
	s.Name = name
	return Config{Target: receive(t), Scenario: s, Seed: 7, Nonce: t.Name()}
}

func TestPlayOneAfterTheOther(t *testing.T) {
	first, second := plays(t, "first"), plays(t, "second")
	second.Target = first.Target
	got := Play(t.Context(), []Config{first, second}, 10)
	if len(got.Load) != 2 || got.Load[0].Name != "first" || got.Load[1].Name != "second" {
		t.Fatalf("%+v", got.Load)
	}
	for _, l := range got.Load {
		if l.Verdict != reports.Pass {
			t.Errorf("%s: %s: %s", l.Name, l.Verdict, l.Reason)
		}
	}
	if want := got.Load[0].Sent + got.Load[1].Sent; got.Requests != want || len(got.Checks) != 0 {
		t.Errorf("%d requests, not %d; %v", got.Requests, want, got.Checks)
	}
}

// Nothing is sent, and what would have been is blamed on nobody.
func TestPlayWhatCannotBePlayed(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name    string
		ctx     context.Context
		change  func(*Config)
		verdict reports.Verdict
		says    string
	}{
		{"interrupted", ended, func(*Config) {}, reports.NotObserved, "interrupted before it began"},
		{"the limit is used up", t.Context(), func(c *Config) { c.Requests = 200 }, reports.Blocked, "would send 220 requests, but the target's limit is 200"},
		{"not permitted", t.Context(), func(c *Config) { c.Target, _ = granting(t, "") }, reports.Blocked, "which is no permission"},
		{"no ids", t.Context(), func(c *Config) { c.IDs = brokenWriter{} }, reports.Error, "disk full"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := plays(t, "one")
			test.change(&cfg)
			got := Play(test.ctx, []Config{cfg}, 100)
			if len(got.Load) != 1 {
				t.Fatalf("%+v", got)
			}
			l := got.Load[0]
			if l.Verdict != test.verdict || !strings.Contains(l.Reason, test.says) || l.Sent != 0 || l.Unsent != 120 || !l.Generator.Valid {
				t.Errorf("%s: %s; sent %d, unsent %d", l.Verdict, l.Reason, l.Sent, l.Unsent)
			}
			for _, o := range l.Objectives {
				if o.Verdict != reports.NotObserved {
					t.Errorf("%+v", o)
				}
			}
			r := reports.Report{Load: got.Load}
			reports.Conclude(&r, nil)
			if r.ExitCode != reports.ExitIncomplete {
				t.Errorf("exit code %d: %v", r.ExitCode, r.ExitReasons)
			}
		})
	}
}
