package load

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

func play(t *testing.T, tgt *target.Target, s scenarios.LoadScenario) reports.Load {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l, err := Run(ctx, Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, l)
	return l
}

// checkSums holds the parts of a result to each other.
func checkSums(t *testing.T, l reports.Load) {
	t.Helper()
	sent := 0
	for _, c := range l.Classes {
		sent += c.Sent
		answers := 0
		for _, n := range c.Statuses {
			answers += n
		}
		for _, n := range c.Errors {
			answers += n
		}
		if answers != c.Sent || c.Service.N != int64(c.Sent) || c.Response.N != int64(c.Sent) {
			t.Errorf("%s: %d sent, %d answers and errors, %d and %d samples", c.Class, c.Sent, answers, c.Service.N, c.Response.N)
		}
	}
	windows := 0
	for _, w := range l.Windows {
		windows += w.Sent
	}
	if sent != l.Sent || windows != l.Sent || l.Sent+l.Unsent != l.Plan.Total || l.Lag.N != int64(sent) || l.Prep.N != int64(sent) {
		t.Errorf("sent %d, classes %d, windows %d, unsent %d of %d", l.Sent, sent, windows, l.Unsent, l.Plan.Total)
	}
	if l.Generator.LittleError > 0.5 { // a busy machine is not exact
		t.Errorf("Little's law is off by %v", l.Generator.LittleError)
	}
	if _, err := reports.Marshal(reports.Report{Load: []reports.Load{l}}); err != nil {
		t.Errorf("the result cannot be written: %v", err)
	}
}

// lenient leaves out what a busy machine decides.
func lenient(s scenarios.LoadScenario) scenarios.LoadScenario {
	var kept []scenarios.Objective
	for _, o := range s.Objectives {
		if !o.Latency() && o.Metric != scenarios.MetricUnsent {
			kept = append(kept, o)
		}
	}
	s.Objectives = kept
	return s
}

func TestCorrectReceiverPasses(t *testing.T) {
	for scheme := range secrets {
		t.Run(scheme, func(t *testing.T) {
			l := play(t, receiveScheme(t, scheme), lenient(smoke(t, perSecond(100), 1200*time.Millisecond)))
			if l.Verdict != reports.Pass || l.Reason != "" {
				t.Errorf("verdict %s: %s\n%+v", l.Verdict, l.Reason, l.Objectives)
			}
			c := l.Completeness
			if !c.Observed || c.Acked == 0 || c.Once != c.Acked || c.Lost+c.Doubled+c.Forged+c.Unacked != 0 {
				t.Errorf("completeness %+v", c)
			}
			if l.Plan.Total != 120 || l.Plan.Schedule != "constant 100/s for 1.2s" || l.Plan.Rate != 100 || len(l.Plan.Digest) != 64 {
				t.Errorf("plan %+v", l.Plan)
			}
			if l.Rerun != "hookassay load smoke --rate 100/s --for 1.2s --seed 7" {
				t.Errorf("rerun %q", l.Rerun)
			}
			for _, class := range l.Classes {
				if class.Sent == 0 || class.Right != class.Sent {
					t.Errorf("%+v", class)
				}
			}
		})
	}
}

func TestFlawsAreFound(t *testing.T) {
	tests := []struct {
		flaw   string
		rate   int
		missed string
		shows  func(reports.Load) bool
	}{
		{"never-verifies", 100, "forged: accepted = 0; forged-effects = 0", func(l reports.Load) bool {
			return l.Completeness.Forged == l.Classes[2].Accepted && l.Completeness.Forged > 0
		}},
		{"no-dedupe", 100, "doubled = 0", func(l reports.Load) bool { return l.Completeness.Doubled > 0 && len(l.Completeness.Examples) > 0 }},
		{"drops-when-busy", 1000, "lost = 0", func(l reports.Load) bool { return l.Completeness.Lost > 0 }},
		{"duplicate-refused", 100, "duplicate: errors = 0", func(l reports.Load) bool { return l.Classes[1].Statuses["409"] == l.Classes[1].Sent }},
		{"effect-before-verify", 100, "forged-effects = 0", func(l reports.Load) bool { return l.Classes[2].Accepted == 0 && l.Completeness.Forged > 0 }},
	}
	for _, tt := range tests {
		t.Run(tt.flaw, func(t *testing.T) {
			tgt := receive(t, tt.flaw)
			tgt.Timeouts.Effect = 700 * time.Millisecond
			l := play(t, tgt, lenient(smoke(t, perSecond(tt.rate), 800*time.Millisecond)))
			if l.Verdict != reports.Fail || !strings.HasSuffix(l.Reason, tt.missed) || !tt.shows(l) {
				t.Errorf("verdict %s: %s\n%+v", l.Verdict, l.Reason, l)
			}
		})
	}
}

// A run that holds only for the few deliveries it sent passes nothing.
func TestTooShortToTell(t *testing.T) {
	l := play(t, receive(t), lenient(smoke(t, perSecond(100), 300*time.Millisecond)))
	if l.Verdict != reports.NotObserved || !strings.Contains(l.Reason, "too short to tell: ") || !strings.Contains(l.Reason, "0 duplicate deliveries of at least 1") {
		t.Errorf("verdict %s: %s", l.Verdict, l.Reason)
	}
}

func TestWithoutProbe(t *testing.T) {
	tgt := receive(t)
	tgt.Probes = nil
	l := play(t, tgt, lenient(smoke(t, perSecond(100), 1200*time.Millisecond)))
	if l.Verdict != reports.Pass || !strings.HasPrefix(l.Reason, "not observed: lost = 0") || l.Completeness.Observed || l.Completeness.Reason == "" {
		t.Errorf("verdict %s: %s, %+v", l.Verdict, l.Reason, l.Completeness)
	}
}

// Timeouts are samples, and the run ends by its deadlines.
func TestHangingReceiver(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	tgt := aim(t, srv.URL+"/webhooks")
	tgt.Timeouts.Answer = 600 * time.Millisecond
	s := smoke(t, perSecond(50), time.Second)
	s.InFlight = 8
	began := time.Now()
	l := play(t, tgt, s)
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("took %s", took)
	}
	genuine := l.Classes[0]
	if genuine.Errors["timeout"] != genuine.Sent || genuine.Sent == 0 || genuine.Response.P50 < 600 {
		t.Errorf("%+v", genuine)
	}
	if l.Verdict != reports.Fail || l.Unsent == 0 || l.Generator.MaxInFlight != 8 {
		t.Errorf("verdict %s: %s, %d unsent, %+v", l.Verdict, l.Reason, l.Unsent, l.Generator)
	}
	for _, reason := range l.Generator.Reasons { // other tests may use up the machine; the receiver does not
		if !strings.HasPrefix(reason, "the processors that the receiver shares with the generator were") {
			t.Errorf("the generator is blamed for a receiver that hangs: %s", reason)
		}
	}
}

func TestStopMeansStop(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	var stopped time.Time
	l, err := Run(ctx, Config{
		Target: aim(t, srv.URL), Scenario: smoke(t, perSecond(100), time.Minute), Nonce: "n",
		Progress: func(s Status) {
			if s.InFlight > 10 {
				once.Do(func() { stopped = time.Now(); cancel() })
			}
		},
	})
	if err != nil || stopped.IsZero() {
		t.Fatalf("%v, stopped at %v", err, stopped)
	}
	if took := time.Since(stopped); took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if l.Verdict != reports.NotObserved || l.Reason != "interrupted" || l.Classes[0].Errors["canceled"] != l.Classes[0].Sent {
		t.Errorf("verdict %s: %s, %+v", l.Verdict, l.Reason, l.Classes[0])
	}
	if l.Seconds <= 0 || l.Seconds > 20 {
		t.Errorf("%v s of 60 s were played", l.Seconds)
	}
	for _, o := range l.Objectives {
		if o.Verdict == reports.Fail || o.Verdict == reports.Blocked {
			t.Errorf("%s is %s", o.Text, o.Verdict)
		}
	}
	checkSums(t, l)
}

func TestAcceptedForgeryOutlivesAnInterruption(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := Run(ctx, Config{
		Target: aim(t, srv.URL), Scenario: smoke(t, perSecond(200), time.Minute), Nonce: "n",
		Progress: func(s Status) {
			if s.ForgedAccepted > 0 {
				cancel()
			}
		},
	})
	if err != nil || l.Verdict != reports.Fail || l.Reason != "interrupted; missed: forged: accepted = 0" {
		t.Errorf("verdict %s: %s, %v", l.Verdict, l.Reason, err)
	}
}

func TestEveryIDIsWrittenBeforeItIsSent(t *testing.T) {
	var mu sync.Mutex
	var ids lockedBuffer
	unknown, all := 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		all++
		if !strings.Contains(ids.String(), `{"id":"`+r.Header.Get("webhook-id")+`","scenario":"load.smoke"}`+"\n") {
			unknown++
		}
		for name := range r.Header {
			if strings.HasPrefix(name, "X-Vegeta") {
				t.Errorf("%s reached the wire", name)
			}
		}
	}))
	defer srv.Close()
	_, err := Run(t.Context(), Config{Target: aim(t, srv.URL), Scenario: smoke(t, perSecond(100), 700*time.Millisecond), Nonce: "n", IDs: &ids})
	mu.Lock()
	defer mu.Unlock()
	if err != nil || unknown != 0 || all == 0 {
		t.Errorf("%d of %d ids were unknown, %v", unknown, all, err)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// On this machine the default limits are not for load, but the user's own are.
func TestLimitsOnThisMachine(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"none", func(*Config) {}, ""},
		{"enough", func(c *Config) { c.Requests = 1001 }, ""},
		{"the preflight counts", func(c *Config) { c.Requests = 1000 }, "would send 1001 requests, but the target's limit is 1000"},
		{"default", func(c *Config) { c.Target.Limits.Requests = 500 }, ""},
		{"rate", func(c *Config) { c.Target.Limits.Rate = 10 }, "would send up to 200 requests a second, but the target's limit is 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{Target: aim(t, "http://127.0.0.1:1/webhooks"), Scenario: smoke(t, scenarios.Rate{}, 0)}
			tt.change(&cfg)
			err := cfg.Check()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error is %v, want %q", err, tt.want)
			}
		})
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestNothingIsSentWhenItMayNotBe(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no consent", func(c *Config) { c.Target.Limits.Consent = "" }, "--consent receiver.example"},
		{"budget", func(c *Config) { c.Target.Limits.Requests = 500 }, "would send 1000 requests, but the target's limit is 500: make it shorter or slower with --for and --rate"},
		{"rate", func(c *Config) { c.Target.Limits.Rate = 10 }, "would send up to 200 requests a second, but the target's limit is 10"},
		{"ids", func(c *Config) { c.IDs = brokenWriter{} }, "disk full"},
		{"schedule", func(c *Config) { c.Scenario.Schedule.Constant = nil }, "no schedule"},
		{"event", func(c *Config) { c.Target.Scheme.Events = []string{"none"} }, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tgt := aim(t, "http://receiver.example/webhooks")
			scheme := *tgt.Scheme
			tgt.Scheme = &scheme
			tgt.Limits.Consent, tgt.Limits.Requests, tgt.Limits.Rate = "receiver.example", 5000, 0
			tgt.Limits.Risk = scenarios.Disruptive
			tgt.Resolve = "127.0.0.1:1"
			cfg := Config{Target: tgt, Scenario: smoke(t, scenarios.Rate{}, 0), Nonce: "n"}
			tt.change(&cfg)
			if _, err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
		})
	}
}

func TestSecureReceiver(t *testing.T) {
	var mu sync.Mutex
	protos := map[string]int{}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		protos[r.Proto]++
		if r.Header.Get("webhook-signature") == "" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes refused below
	srv.StartTLS()
	defer srv.Close()
	tgt := aim(t, srv.URL)
	tgt.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig
	l := play(t, tgt, lenient(smoke(t, perSecond(100), 600*time.Millisecond)))
	mu.Lock()
	if genuine := l.Classes[0]; genuine.Right != genuine.Sent || genuine.Sent == 0 || protos["HTTP/2.0"] != l.Sent {
		t.Errorf("%+v, %v", genuine, protos)
	}
	mu.Unlock()
	tgt.TLS = nil
	l = play(t, tgt, lenient(smoke(t, perSecond(100), 300*time.Millisecond)))
	if genuine := l.Classes[0]; genuine.Errors["tls"] != genuine.Sent {
		t.Errorf("%+v", genuine)
	}
}

func TestNobodyListens(t *testing.T) {
	l := listen(t)
	l.Close()
	got := play(t, aim(t, "http://"+l.Addr().String()), lenient(smoke(t, perSecond(100), 300*time.Millisecond)))
	if genuine := got.Classes[0]; got.Verdict != reports.Fail || genuine.Errors["refused"] != genuine.Sent {
		t.Errorf("%s, %+v", got.Verdict, genuine)
	}
}
