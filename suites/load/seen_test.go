package load

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A probe that has never seen an effect does not convict a receiver; one that
// saw the preflight's does.
func TestAProbeThatSawNothing(t *testing.T) {
	for works, want := range map[bool]reports.Verdict{false: reports.NotObserved, true: reports.Fail} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusAccepted) }))
		tgt := aim(t, srv.URL)
		tgt.Probes = []target.Probe{target.Func(func(string) int { return 0 })}
		tgt.Timeouts.Effect = 300 * time.Millisecond
		s := lenient(smoke(t, perSecond(100), 1200*time.Millisecond))
		s.Mix, s.Objectives = mixOf(map[Class]int{Genuine: 1}), []scenarios.Objective{objective(t, "genuine: errors = 0"), objective(t, "lost = 0")}
		l, err := Run(t.Context(), Config{Target: tgt, Scenario: s, Seed: 7, Nonce: "n", Works: works})
		srv.Close()
		if err != nil || l.Verdict != want {
			t.Errorf("works %v: %v, verdict %s: %s", works, err, l.Verdict, l.Reason)
		}
		if l.Completeness.Observed != works {
			t.Errorf("works %v: %+v", works, l.Completeness)
		}
	}
}

// That effects come later than the preflight waits is no reason to doubt the
// probe, once they were seen.
func TestEffectsSeenLater(t *testing.T) {
	blocked := func() []reports.Check {
		return []reports.Check{{Name: "accepted", Verdict: reports.Pass}, {Name: "effect-visible", Verdict: reports.Blocked, Message: "m"}}
	}
	tests := []struct {
		c    reports.Completeness
		want reports.Verdict
	}{
		{reports.Completeness{Observed: true, Once: 3}, reports.Warn},
		{reports.Completeness{Observed: true}, reports.Blocked},
		{reports.Completeness{Once: 3}, reports.Blocked},
	}
	for _, tt := range tests {
		checks := blocked()
		seenLater(checks, tt.c)
		if checks[0].Verdict != reports.Pass || checks[1].Verdict != tt.want {
			t.Errorf("%+v: %+v", tt.c, checks)
		}
	}
}
