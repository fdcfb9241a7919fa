package load

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// typed is a load of the first two types of the scheme.
func typed(t *testing.T) Config {
	s := lenient(smoke(t, perSecond(200), 700*time.Millisecond))
	tgt := receive(t)
	tgt.Timeouts.Effect = 300 * time.Millisecond
	for _, name := range tgt.Scheme.Events[:2] {
		s.Types = append(s.Types, scenarios.Weight{Name: name, Weight: 1})
	}
	return Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()}
}

// hiding hides the effects of those of the rehearsal's events.
func hiding(t *testing.T, cfg *Config, hidden func(i int) bool) {
	events, err := cfg.rehearsal(cfg.maker())
	if err != nil {
		t.Fatal(err)
	}
	see := cfg.Target.Probes[0].(target.Func)
	cfg.Target.Probes[0] = target.Func(func(id string) int {
		i := slices.IndexFunc(events, func(e mockprovider.Event) bool { return e.ID == id })
		if i >= 0 && hidden(i) {
			return 0
		}
		return see(id)
	})
}

// One event of a type that was lost does not excuse the others.
func TestRehearsalOfTypes(t *testing.T) {
	types := typed(t).Target.Scheme.Events
	for _, tt := range []struct {
		name   string
		hidden func(i int) bool
		change func(*Config)
		sent   int
		idle   []string
	}{
		{"all work", func(int) bool { return false }, nil, 6, nil},
		{"two of three were lost", func(i int) bool { return i < 2 }, nil, 6, nil},
		{"none has an effect", func(i int) bool { return i < 3 }, nil, 6, types[:1]},
		{"the preflight saw that it works", func(int) bool { return true }, func(c *Config) { c.EventType, c.Works = types[0], true }, 3, types[1:2]},
		{"the preflight saw nothing", func(i int) bool { return i < 3 }, func(c *Config) { c.EventType = types[0] }, 6, types[:1]},
		{"declared", func(int) bool { return true }, func(c *Config) { c.Target.Samples = &mockprovider.Samples{Handled: types} }, 0, nil},
		{"the probe is not believed", func(int) bool { return true }, func(c *Config) { c.Distrust = "it lies" }, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := typed(t)
			if tt.change != nil {
				tt.change(&cfg)
			}
			hiding(t, &cfg, tt.hidden)
			got, err := cfg.rehearse(t.Context())
			if err != nil || got.rehearsed != tt.sent {
				t.Fatalf("%v; %d were sent, expected %d", err, got.rehearsed, tt.sent)
			}
			for _, name := range types {
				if got.idle[name] != slices.Contains(tt.idle, name) {
					t.Errorf("%s is idle: %v", name, got.idle[name])
				}
			}
		})
	}
}

func TestRehearsalOfKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		hidden func(i int) bool
		left   string
	}{
		"one was lost":      {func(i int) bool { return i == 2 }, ""},
		"none has its own":  {func(i int) bool { return i > 0 }, "none of 3 further events about one object had an effect of its own"},
		"the first has not": {func(i int) bool { return i == 0 }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := typed(t)
			cfg.Scenario.Types, cfg.Scenario.Keys = nil, &scenarios.Keys{Objects: 3}
			hiding(t, &cfg, tt.hidden)
			got, err := cfg.rehearse(t.Context())
			if err != nil || got.rehearsed != 4 {
				t.Fatalf("%v; %d were sent", err, got.rehearsed)
			}
			left := ""
			for _, l := range got.left {
				left = l.Reason
			}
			if left != tt.left || (got.Scenario.Keys == nil) != (tt.left != "") {
				t.Errorf("left out: %q", left)
			}
		})
	}
}

// Where nothing has an effect, nothing can be lost: that is no pass.
func TestNoTypeHasAnEffect(t *testing.T) {
	cfg := typed(t)
	cfg.Target.Probes = []target.Probe{target.Func(func(string) int { return 0 })}
	l := play(t, cfg.Target, cfg.Scenario)
	if l.Verdict != reports.NotObserved || !strings.Contains(l.Reason, "no type of event had an effect") || l.Plan.Rehearsed != 6 {
		t.Errorf("%s: %s; %d rehearsed", l.Verdict, l.Reason, l.Plan.Rehearsed)
	}
}

// What is sent before the load counts against the user's limit, too.
func TestRehearsalCounts(t *testing.T) {
	cfg := typed(t)
	cfg.Requests = 145
	if err := cfg.Check(); err == nil || !strings.Contains(err.Error(), "would send 147 requests") {
		t.Errorf("%v", err)
	}
}
