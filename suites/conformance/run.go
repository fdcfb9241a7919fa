package conformance

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
)

// Run grades the receiver in a Go test: a sub-test for every scenario. With
// go test -run only what is selected is sent. Recommendations that are not met
// are logged; failures, blocked scenarios and errors of the harness fail their
// sub-test; what cannot be seen or does not apply is skipped with the reason, and
// so is a failure that is known (Config.Expectations, Config.Baseline).
// When the preflight finds that nothing can be graded, a sub-test of its own
// fails and the scenarios are skipped.
func Run(t *testing.T, c Config) {
	t.Helper()
	if c.Command == "" && c.Again == (Again{}) {
		c.Again = goTest(t.Name())
	}
	session, err := Prepare(c)
	if err != nil {
		t.Fatalf("hookassay: %v", err)
	}
	var report reports.Report
	graded := map[string]reports.Scenario{}
	selected := map[string]bool{}
	t.Run("scenarios", func(t *testing.T) {
		// The sub-tests that -run selects register themselves and wait; they
		// go on when this function has returned, with everything played.
		for _, p := range session.Plan().Planned {
			id := p.Scenario.ID
			t.Run(id, func(t *testing.T) {
				selected[id] = true
				t.Parallel()
				tell(t, graded[id], Unready(report) != "")
			})
		}
		if len(selected) == 0 {
			return
		}
		if err := session.Play(t.Context(), func(id string) bool { return selected[id] }); err != nil {
			t.Fatalf("hookassay: %v", err)
		}
		if report, err = session.Report(); err != nil {
			t.Fatalf("hookassay: %v", err)
		}
		for _, s := range report.Scenarios {
			graded[s.ID] = s
		}
	})
	if len(selected) == 0 {
		return
	}
	if message := Unready(report); message != "" {
		failPreflight(t, message)
	}
	// What no sub-test shows, such as effects that had to be seen and were not.
	for _, line := range report.StaleExpectations() {
		t.Log("hookassay: " + line)
	}
	shown := t.Failed()
	for _, r := range report.ExitReasons {
		if !shown || r.Code == reports.ExitStaleExpectation {
			t.Errorf("hookassay: %s: %s", report.Verdict, r.Message)
		}
	}
}

// goTest are the commands that run a test, or one of its sub-tests, again.
func goTest(name string) Again {
	elements := strings.Split(name, "/")
	for i, e := range elements {
		elements[i] = "^" + regexp.QuoteMeta(e) + "$"
	}
	pattern := strings.Join(elements, "/")
	return Again{
		All: fmt.Sprintf("go test -run '%s'", pattern),
		One: fmt.Sprintf("go test -run '%s/^scenarios$/^{scenario}$'", pattern),
	}
}

// failPreflight fails once for everything. A -run that names scenarios leaves
// the sub-test out; then the test itself fails.
func failPreflight(t *testing.T, message string) {
	t.Helper()
	ran := false
	t.Run("preflight", func(t *testing.T) {
		ran = true
		t.Error("hookassay: " + message)
	})
	if !ran {
		t.Error("hookassay: the preflight: " + message)
	}
}

// tell turns a verdict into a sub-test's end.
func tell(t *testing.T, s reports.Scenario, unready bool) {
	t.Helper()
	if unready && s.Verdict == reports.Blocked {
		t.Skip("blocked by the preflight")
	}
	var text strings.Builder
	if err := reports.Detail(&text, s, reports.TerminalOptions{}); err != nil {
		t.Fatalf("hookassay: %v", err)
	}
	if s.Known != nil {
		t.Skipf("known failure (%s): %s\n%s", s.Known.By, s.Known.Reason, text.String())
	}
	switch s.Verdict {
	case reports.Pass:
	case reports.NotObserved, reports.NotApplicable, reports.Excluded:
		t.Skip(s.Reason)
	case reports.Warn, reports.Info:
		t.Log("\n" + text.String())
	default: // fail, blocked, error, and whatever is not known
		t.Error("\n" + text.String())
	}
}
