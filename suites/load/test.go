package load

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A TestConfig says what Test plays. URL, Scheme and Secret are needed, or
// Target instead of them. The zero value of everything else is its default.
type TestConfig struct {
	URL    string
	Scheme string // standard-webhooks, github, cloudevents, …
	Secret string
	// Effects tells how often the receiver has processed the event of that id.
	// Without it only answers are graded.
	Effects func(id string) int

	Target *target.Target // instead of the fields above

	Scenario string        // the name of a built-in load scenario, or a file; default smoke
	Rate     string        // another highest rate than the scenario's, such as "500/s"
	For      time.Duration // another duration
	Seed     int64
}

// Test grades the receiver under load in a Go test: a sub-test for every
// objective, and one for the run itself. A miss fails its sub-test; what cannot
// be observed is skipped with the reason; where the generator was the limit, or
// nothing was proven, the test fails and says so.
//
// With go test -run that selects none of them, nothing is sent. A load takes as
// long as its schedule says, with other tests beside it the generator is soon the
// limit, and go test ends everything after 10 minutes, if no -timeout is given.
func Test(t *testing.T, c TestConfig) {
	t.Helper()
	cfg, err := c.config()
	if err == nil {
		err = cfg.Check()
	}
	if err != nil {
		t.Fatalf("hookassay: %v", err)
	}
	var report reports.Report
	chosen := false
	t.Run("load "+cfg.Scenario.Name, func(t *testing.T) {
		// The sub-tests that -run selects register themselves and wait; they
		// go on when this function has returned, with everything played.
		for _, o := range cfg.Scenario.Objectives {
			t.Run(o.String(), func(t *testing.T) {
				chosen = true
				t.Parallel()
				tellObjective(t, report, o.String())
			})
		}
		t.Run("run", func(t *testing.T) {
			chosen = true
			t.Parallel()
			tellRun(t, report)
		})
		if !chosen {
			return
		}
		command := again(t.Name())
		if report, err = Grade(t.Context(), cfg, "Go test", command); err != nil {
			t.Fatalf("hookassay: %v", err)
		}
		report.Rerun = command // the seed is in the test
	})
	if c, unready := reports.Unready(report.Preflight); unready {
		t.Errorf("hookassay: the preflight: %s", c.Message)
	}
	// What no sub-test shows, or one that -run has left out.
	for _, r := range report.ExitReasons {
		if !t.Failed() {
			t.Errorf("hookassay: %s: %s", report.Verdict, r.Message)
		}
	}
}

// config is what is to be played.
func (c TestConfig) config() (Config, error) {
	t := c.Target
	if t == nil {
		var err error
		if t, err = target.New(target.Settings{URL: c.URL, Scheme: c.Scheme, Secret: c.Secret}); err != nil {
			return Config{}, err
		}
	}
	if c.Effects != nil {
		seen := *t
		seen.Probes = append(seen.Probes[:len(seen.Probes):len(seen.Probes)], target.Func(c.Effects))
		t = &seen
	}
	s, err := c.scenario()
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	return Config{Target: t, Scenario: s, Seed: c.Seed, Nonce: hex.EncodeToString(nonce[:])}, err
}

func (c TestConfig) scenario() (s scenarios.LoadScenario, err error) {
	name := c.Scenario
	if name == "" {
		name = "smoke"
	}
	find := scenarios.FindLoad
	if _, missing := os.Stat(name); missing == nil {
		find = scenarios.LoadScenarioFile
	}
	if s, err = find(name); err != nil {
		return s, err
	}
	var rate scenarios.Rate
	if c.Rate != "" {
		if rate, err = scenarios.ParseRate(c.Rate); err != nil {
			return s, err
		}
	}
	return s.Override(rate, c.For)
}

// again is the command that runs a test once more.
func again(name string) string {
	elements := strings.Split(name, "/")
	for i, e := range elements {
		elements[i] = "^" + regexp.QuoteMeta(e) + "$"
	}
	return fmt.Sprintf("go test -run '%s'", strings.Join(elements, "/"))
}

// played is the load's result; the test is skipped where there is none, which
// the report says why.
func played(t *testing.T, r reports.Report) reports.Load {
	t.Helper()
	if len(r.Load) == 0 {
		t.Skip("nothing was sent")
	}
	return r.Load[0]
}

// tellObjective turns an objective's verdict into a sub-test's end.
func tellObjective(t *testing.T, r reports.Report, text string) {
	t.Helper()
	l := played(t, r)
	for _, o := range l.Objectives {
		if o.Text != text {
			continue
		}
		line := joined(fmt.Sprintf("%s: measured %s", o.Verdict, o.Value), o.Reason)
		switch o.Verdict {
		case reports.Pass:
			t.Log(line)
		case reports.NotObserved, reports.NotApplicable:
			t.Skip(o.Reason)
		default:
			t.Errorf("%s\nagain: %s", line, r.Rerun)
		}
		return
	}
	t.Error("hookassay: the load was played and has no verdict on it")
}

// tellRun turns the run's verdict into a sub-test's end. What an objective
// missed its own shows.
func tellRun(t *testing.T, r reports.Report) {
	t.Helper()
	l := played(t, r)
	line := fmt.Sprintf("%s: %s; %d sent, %d unsent", l.Verdict, l.Plan.Schedule, l.Sent, l.Unsent)
	switch {
	case !l.Generator.Valid:
		t.Errorf("generator-limited: %s", strings.Join(l.Generator.Reasons, "; "))
	case l.Verdict == reports.NotObserved:
		t.Skip(l.Reason)
	case l.Verdict == reports.Pass, l.Verdict == reports.Fail && l.Aborted == "":
		t.Log(line)
	default:
		t.Error(joined(line, l.Reason))
	}
}
