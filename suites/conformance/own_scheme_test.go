package conformance_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

const (
	ownScheme = "../../mockprovider/testdata/own/slack.yaml"
	ownSecret = "8f742231b10e8888abcd99yyyzzz85a5"
)

// slack is a receiver as Slack's page tells to write it
// (https://docs.slack.dev/authentication/verifying-requests-from-slack).
type slack struct {
	trusting bool // verifies nothing

	mu     sync.Mutex
	counts map[string]int
}

func (s *slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large or cut off", http.StatusBadRequest)
		return
	}
	if !s.trusting && !genuineSlack(r.Header, body) {
		http.Error(w, "not authentic", http.StatusUnauthorized)
		return
	}
	var e struct {
		ID    string `json:"event_id"`
		Event struct{ Type string }
	}
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Event.Type != "hookassay_unknown" && s.counts[e.ID] == 0 {
		s.counts[e.ID]++
	}
}

func genuineSlack(h http.Header, body []byte) bool {
	text := h.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(text, 10, 64)
	age := time.Since(time.Unix(seconds, 0))
	if err != nil || age > 5*time.Minute || age < -5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(ownSecret))
	mac.Write([]byte("v0:" + text + ":" + string(body)))
	return hmac.Equal([]byte(h.Get("X-Slack-Signature")), []byte("v0="+hex.EncodeToString(mac.Sum(nil))))
}

func (s *slack) effects(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[id]
}

// Data is enough for a scheme: a receiver of one that the program has never
// heard of is graded by every scenario that applies to it.
func TestOwnSchemeIsGraded(t *testing.T) {
	for _, tt := range []struct {
		trusting bool
		want     map[string]reports.Verdict
	}{
		{false, map[string]reports.Verdict{
			"auth.wrong-key": reports.Pass, "auth.tamper-body": reports.Pass, "auth.captured-signature": reports.Pass,
			"ts.stale": reports.Pass, "idem.dup-retry": reports.Pass, "raw.64-kib": reports.Pass,
			"auth.tamper-id": reports.NotApplicable, "auth.no-id": reports.NotApplicable, "idem.same-body": reports.NotApplicable,
		}},
		{true, map[string]reports.Verdict{
			"auth.wrong-key": reports.Fail, "auth.tamper-body": reports.Fail, "auth.captured-signature": reports.Fail,
			"ts.stale": reports.Warn, "idem.dup-retry": reports.Pass,
		}},
	} {
		receiver := &slack{trusting: tt.trusting, counts: map[string]int{}}
		srv := httptest.NewServer(receiver)
		t.Cleanup(srv.Close)
		report, err := conformance.Grade(t.Context(), conformance.Config{
			URL: srv.URL, Scheme: ownScheme, Secret: ownSecret, Effects: receiver.effects,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range report.Scenarios {
			if want, ok := tt.want[x.ID]; ok && x.Verdict != want {
				t.Errorf("trusting %v: %s is %s, want %s: %s", tt.trusting, x.ID, x.Verdict, want, x.Reason)
			}
			switch bad := x.Verdict == reports.Fail || x.Verdict == reports.Blocked; {
			case x.Verdict == reports.Error:
				t.Errorf("trusting %v: %s is an error of the harness: %s", tt.trusting, x.ID, x.Reason)
			case bad && !tt.trusting:
				t.Errorf("the correct receiver: %s is %s: %s", x.ID, x.Verdict, x.Reason)
			}
		}
	}
}
