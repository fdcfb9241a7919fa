package durability

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/hookassay/hookassay/internal/postgres"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// A breakdown takes the database away from the probe.
type breakdown struct {
	name   string
	strike func(t *testing.T, s *postgres.Server, dsn string)
}

var breakdowns = []breakdown{
	{"stopped", func(t *testing.T, s *postgres.Server, _ string) {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}},
	{"locked", lockLedger},
	{"dropped", func(t *testing.T, _ *postgres.Server, dsn string) { do(t, dsn, "drop table ledger") }},
	{"emptied", func(t *testing.T, _ *postgres.Server, dsn string) { do(t, dsn, "truncate ledger") }},
}

// lockLedger has every other connection wait for the ledger until the test ends.
func lockLedger(t *testing.T, _ *postgres.Server, dsn string) {
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Error(err)
		return
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) }) // which ends the transaction
	if _, err := conn.Exec(t.Context(), "begin; lock table ledger in access exclusive mode"); err != nil {
		t.Error(err)
	}
}

// mirror is a receiver without fault that needs no database: it only shows in one
// what it has done.
type mirror struct {
	verify *standardwebhooks.Webhook
	mu     sync.Mutex
	known  map[string]bool
	show   func(id string)
}

// ServeHTTP implements http.Handler.
func (m *mirror) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil || m.verify.Verify(body, req.Header) != nil {
		http.Error(w, "not authentic", http.StatusUnauthorized)
		return
	}
	id := req.Header.Get(standardwebhooks.HeaderWebhookID)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.known[id] {
		m.known[id] = true
		m.show(id)
	}
	w.WriteHeader(http.StatusNoContent)
}

func newMirror(t *testing.T, dsn string) *mirror {
	t.Helper()
	verify, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, dsn)
	return &mirror{verify: verify, known: map[string]bool{}, show: func(id string) {
		if _, err := conn.Exec(t.Context(), addEffect, id); err != nil {
			t.Errorf("the database is to break later: %v", err)
		}
	}}
}

// ofEffects are scenarios that a mirror passes, and that only effects can grade.
var ofEffects = []string{"idem.dup-sequential", "idem.dup-retry", "idem.dup-concurrent", "idem.forged-twin"}

// TestProbeBreaks: a probe that worked up to now, and cannot be asked in the end,
// shows nothing. The same receiver passes when it can.
func TestProbeBreaks(t *testing.T) {
	whole := breakdown{"whole", func(*testing.T, *postgres.Server, string) {}}
	for _, b := range append([]breakdown{whole}, breakdowns...) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := postgres.New(t)
			dsn := s.Database(t)
			do(t, dsn, schema)
			server := httptest.NewServer(newMirror(t, dsn))
			defer server.Close()
			tgt, err := target.New(target.Settings{URL: server.URL, Scheme: "standard-webhooks", Secret: secret})
			if err != nil {
				t.Fatal(err)
			}
			tgt.Probes = []target.Probe{ledgerProbe(t, dsn)}
			strike := sync.OnceFunc(func() { b.strike(t, s, dsn) })
			o := grade(t, conformance.Config{Target: tgt, Only: ofEffects, Progress: func(p conformance.Progress) {
				if p.Phase == "settling" {
					strike()
				}
			}}, io.Discard)
			for _, r := range o.report.Scenarios {
				passed, shows := r.Verdict == reports.Pass, b.name == whole.name
				if passed != shows || !passed && r.Verdict != reports.Error && r.Verdict != reports.NotObserved {
					t.Errorf("%s\n%s", r.Verdict, told(t, r))
				}
			}
			if len(o.report.Scenarios) != len(ofEffects) {
				t.Errorf("%d scenarios were graded", len(o.report.Scenarios))
			}
			if want := b.name == whole.name; (o.report.Verdict == reports.Conformant) != want {
				t.Errorf("the run is %s", o.report.Verdict)
			}
		})
	}
}

// TestDatabaseStops takes the database away from receiver and probe in the middle
// of a scenario: neither that one nor any behind it passes.
func TestDatabaseStops(t *testing.T) {
	t.Parallel()
	s := postgres.New(t)
	dsn := s.Database(t)
	do(t, dsn, schema)
	c := drawn(*seed, 0)
	tgt := receiverAt(t, habits[0], dsn, c)
	own := c.scenarios(t)
	const struck = "own.killed-while-working"
	stop := &tripwire{on: []byte(`"scenario":"` + struck + `","play":1,"step":9`), do: func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}}
	o := grade(t, conformance.Config{Target: tgt, Scenarios: own, Only: []string{"own.*"}}, stop)
	if !stop.done {
		t.Fatal("the database was never stopped")
	}
	behind := false
	for _, r := range o.report.Scenarios {
		behind = behind || r.ID == struck
		switch {
		case !behind && r.Verdict != reports.Pass:
			t.Errorf("before the database stopped:\n%s", told(t, r))
		case r.ID == struck && r.Verdict != reports.Error && r.Verdict != reports.NotObserved:
			t.Errorf("while the database stopped: %s\n%s", r.Verdict, told(t, r))
		case behind && (r.Verdict == reports.Pass || r.Verdict == reports.Warn || r.Verdict == reports.Info):
			t.Errorf("behind it: %s\n%s", r.Verdict, told(t, r))
		}
	}
	if o.report.Verdict == reports.Conformant {
		t.Errorf("the run is %s", o.report.Verdict)
	}
}

// tripwire does something when it is first written what it waits for.
type tripwire struct {
	on   []byte
	do   func()
	done bool
}

// Write implements io.Writer.
func (w *tripwire) Write(b []byte) (int, error) {
	if !w.done && bytes.Contains(b, w.on) {
		w.done = true
		w.do()
	}
	return len(b), nil
}
