package conformance_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// library is a receiver that leaves verification to the official library, which
// compares ages to a fraction of a second.
func library(t *testing.T) http.Handler {
	t.Helper()
	wh, err := standardwebhooks.NewWebhook(settings[0].secret)
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = wh.Verify(body, r.Header)
		}
		if err != nil {
			http.Error(w, "not authentic", http.StatusUnauthorized)
		}
	})
}

// shifted is the reference receiver with another clock, which its answers tell.
func shifted(t *testing.T, by time.Duration) http.Handler {
	t.Helper()
	now := func() time.Time { return time.Now().Add(by) }
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{settings[0].scheme: {settings[0].secret}}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		r.ServeHTTP(w, req)
	})
}

// TestWindowsAreMeasured: each receiver is right in its way, and is told what its
// window is. A second may turn while a delivery is on its way; the measure is
// off by one then.
func TestWindowsAreMeasured(t *testing.T) {
	const second = time.Second
	for _, tt := range []struct {
		name         string
		handler      http.Handler
		tolerance    time.Duration // declared; 0: the scheme's
		past, future time.Duration // what is accepted
	}{
		{"the official library", library(t), 0, 299 * second, 300 * second},
		{"whole seconds", correct(t, nil), 0, 300 * second, 300 * second},
		{"a clock ahead of ours", shifted(t, 100*second), 0, 300 * second, 300 * second},
		{"a tolerance that is not the one declared", correct(t, nil), 2 * time.Hour, 300 * second, 300 * second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.handler)
			defer srv.Close()
			tgt := patient(t, srv.URL+"/webhooks")
			if tt.tolerance != 0 {
				tgt.Tolerance = mockprovider.Tolerance{Past: mockprovider.Duration(tt.tolerance), Future: mockprovider.Duration(tt.tolerance)}
			}
			report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Only: []string{"ts.window*"}})
			if err != nil {
				t.Fatal(err)
			}
			wantClean(t, report)
			for i, want := range []time.Duration{tt.past, tt.future} {
				s := report.Scenarios[i]
				if off := accepted(t, s) - want; off < -2*second || off > second {
					t.Errorf("%s: %s, want %s", s.ID, s.Measured, want)
				}
			}
		})
	}
}

func accepted(t *testing.T, s reports.Scenario) time.Duration {
	t.Helper()
	if len(s.Measurements) != 2 || s.Measured == "" {
		t.Fatalf("%s measured %v", s.ID, s.Measurements)
	}
	return time.Duration(s.Measurements[0].Value) * time.Second
}
