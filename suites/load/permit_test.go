package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
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

func perMinute(n int) scenarios.Rate { return scenarios.Rate{N: n, Per: time.Minute} }

// granting is a receiver of CloudEvents that answers OPTIONS with a rate, at an
// address that is loopback, but not by its name. asked holds what it was asked for.
func granting(t *testing.T, rate string) (tgt *target.Target, asked *[]string) {
	t.Helper()
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{receiver.CloudEvents: {secrets[receiver.CloudEvents]}}})
	if err != nil {
		t.Fatal(err)
	}
	asked = new([]string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodOptions {
			r.ServeHTTP(w, req)
			return
		}
		*asked = append(*asked, req.Header.Get("WebHook-Request-Rate"))
		if rate != "" {
			w.Header().Set("WebHook-Allowed-Origin", req.Header.Get("WebHook-Request-Origin"))
			w.Header().Set("WebHook-Allowed-Rate", rate)
		}
	}))
	t.Cleanup(func() { srv.Close(); r.Close() })
	tgt = elsewhere(t, receiver.CloudEvents)
	tgt.Resolve, tgt.Probes = srv.Listener.Addr().String(), []target.Probe{target.Func(r.Count)}
	return tgt, asked
}

// elsewhere is a target on somebody else's machine, whose owner consents.
func elsewhere(t *testing.T, scheme string) *target.Target {
	t.Helper()
	tgt := aimScheme(t, "http://receiver.example/webhooks", scheme)
	tgt.Limits.Consent, tgt.Limits.Rate, tgt.Resolve = "receiver.example", 1000, "127.0.0.1:1"
	return tgt
}

func TestAsk(t *testing.T) {
	for _, test := range []struct {
		name, rate string
		says       string // why there is no permission
	}{
		{"granted", "6000", ""},
		{"no limit", "*", ""},
		{"granted less", "1200", "load smoke plans up to 6000 requests a minute, but receiver.example grants 1200: --rate 20/s would do"},
		{"granted less, and no whole number a second", "50", "--rate 50/m would do"},
		{"refused, or granted later", "", "is no permission; if the owner agrees to be disturbed, say so with --max-risk disruptive"},
		{"garbage", "plenty", "neither a positive number nor *"},
		{"nothing", "0", "neither a positive number nor *"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tgt, asked := granting(t, test.rate)
			runs := []Config{{Target: tgt, Scenario: smoke(t, perSecond(100), time.Second)}, {Target: tgt, Scenario: smoke(t, perSecond(50), time.Second)}}
			err := Ask(t.Context(), runs)
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Fatalf("error %v; expected %q", err, test.says)
			}
			if !slices.Equal(*asked, []string{"6000"}) {
				t.Errorf("asked for %v", *asked)
			}
			if err != nil {
				return
			}
			if err := Ask(t.Context(), runs); err != nil || len(*asked) != 1 {
				t.Errorf("asked %d times: %v", len(*asked), err)
			}
			if c, ok := runs[1].Granted(); !ok || c.Verdict != reports.Pass || !strings.Contains(c.Message, "asked for were 6000") {
				t.Errorf("%+v", c)
			}
			if most := runs[0].Target.Limits.Rate; test.rate == "6000" && most != 100 {
				t.Errorf("whatever else is sent may be sent at %v/s", most)
			}
		})
	}
}

func TestAskRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		tgt  func(*target.Target)
		kind string
		says string
	}{
		{"without consent", func(tgt *target.Target) { tgt.Limits.Consent = "" }, receiver.CloudEvents, "--consent receiver.example"},
		{"another scheme", func(*target.Target) {}, receiver.GitHub, "the scheme github has no handshake to ask for a rate: if its owner agrees to that, too, say so with --max-risk disruptive"},
		{"no origin", func(tgt *target.Target) { tgt.Origin = "" }, receiver.CloudEvents, "name the --origin"},
		{"no answer", func(*target.Target) {}, receiver.CloudEvents, "receiver.example did not answer OPTIONS: refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tgt := elsewhere(t, test.kind)
			test.tgt(tgt)
			cfg := Config{Target: tgt, Scenario: smoke(t, perSecond(10), time.Second)}
			if err := Ask(t.Context(), []Config{cfg}); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v; expected %q", err, test.says)
			}
			if _, err := Run(t.Context(), cfg); err == nil {
				t.Error("it was played all the same")
			}
		})
	}
}

func TestWhoNeedNotBeAsked(t *testing.T) {
	disruptive := elsewhere(t, receiver.GitHub)
	disruptive.Limits.Risk = scenarios.Disruptive
	for name, tgt := range map[string]*target.Target{
		"this machine":   aimScheme(t, "http://127.0.0.1:1/", receiver.GitHub),
		"the owner knew": disruptive,
	} {
		runs := []Config{{Target: tgt, Scenario: smoke(t, perSecond(10), time.Second)}}
		if err := Ask(t.Context(), runs); err != nil || runs[0].granted != nil {
			t.Errorf("%s: %v, %+v", name, err, runs[0].granted)
		}
	}
}

func TestInterruptedWhileAsking(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tgt, _ := granting(t, "6000")
	err := Ask(ctx, []Config{{Target: tgt, Scenario: smoke(t, perSecond(10), time.Second)}})
	if err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v", err)
	}
}

// What is sent again counts as if it were all needed.
func TestRateThatIsAskedFor(t *testing.T) {
	s := smoke(t, perSecond(10), time.Second)
	scheme, err := mockprovider.FindScheme(receiver.CloudEvents)
	if err != nil {
		t.Fatal(err)
	}
	whole := 1 + len(scheme.RetryPolicy().Waits())
	for _, test := range []struct {
		name    string
		retries *scenarios.LoadRetries
		want    int
	}{
		{"nothing is sent again", nil, 600},
		{"as often as the scheme says", &scenarios.LoadRetries{}, 600 * whole},
		{"less often", &scenarios.LoadRetries{Attempts: 2}, 1200},
		{"no more often than the scheme says", &scenarios.LoadRetries{Attempts: 100}, 600 * whole},
	} {
		s.Retries = test.retries
		if got := (Config{Target: elsewhere(t, receiver.CloudEvents), Scenario: s}).perMinuteAtMost(); got != test.want {
			t.Errorf("%s: %d, not %d", test.name, got, test.want)
		}
	}
}

// The rate that is named as one that would do, does.
func TestTheRateThatWouldDo(t *testing.T) {
	tgt := elsewhere(t, receiver.CloudEvents)
	s := smoke(t, perSecond(100), time.Second)
	s.Schedule = scenarios.LoadSchedule{Ramp: &scenarios.Ramp{From: perMinute(7), To: perMinute(5999), For: mockprovider.Duration(time.Minute)}}
	for _, granted := range []int{1, 2, 59, 60, 601, 1999, 5998} {
		cfg := Config{Target: tgt, Scenario: s}.permitted(grant{asked: 5999, perMinute: granted})
		slower := cfg
		var err error
		if slower.Scenario, err = s.Override(cfg.fitting(), 0); err != nil {
			t.Fatal(err)
		}
		if err := slower.permit(); err != nil {
			t.Errorf("%d granted, and --rate %s would not do: %v", granted, cfg.fitting(), err)
		}
	}
}

// The whole of it: one who was not asked by the owner's word, but granted a rate.
func TestGradeWithinTheGrant(t *testing.T) {
	tgt, asked := granting(t, "3300")
	cfg := Config{Target: tgt, Scenario: lenient(smoke(t, perSecond(50), 3*time.Second)), Seed: 7, Nonce: t.Name()}
	r, err := Grade(t.Context(), cfg, "test", "hookassay load smoke")
	if err != nil {
		t.Fatal(err)
	}
	if len(*asked) != 1 || len(r.Load) != 1 || r.Load[0].Verdict != reports.Pass {
		t.Fatalf("asked %v, %+v", *asked, r.Load)
	}
	if i := slices.IndexFunc(r.Preflight, func(c reports.Check) bool { return c.Name == "rate-granted" }); i < 0 {
		t.Errorf("the report does not tell of it: %+v", r.Preflight)
	}
	if want := r.Load[0].Sent + 2; r.Requests < want {
		t.Errorf("%d requests, of at least %d", r.Requests, want)
	}
}

// What may be sent again counts against the target's limit.
func TestRetriesCountAgainstTheLimit(t *testing.T) {
	tgt := elsewhere(t, receiver.CloudEvents)
	tgt.Limits.Risk, tgt.Limits.Requests = scenarios.Disruptive, 100
	s := smoke(t, perSecond(50), time.Second)
	cfg := Config{Target: tgt, Scenario: s}
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
	cfg.Scenario.Retries = &scenarios.LoadRetries{Within: mockprovider.Duration(time.Second), Attempts: 3}
	if err := cfg.Check(); err == nil || !strings.Contains(err.Error(), "up to 151 requests, but the target's limit is 100") {
		t.Errorf("error %v", err)
	}
}

// What is sent again keeps to the grant, too, however much waits.
func TestResendingWithinTheGrant(t *testing.T) {
	const granted = 3000
	var mu sync.Mutex
	var arrived []time.Time
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		arrived = append(arrived, time.Now())
		mu.Unlock()
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer srv.Close()
	tgt := elsewhere(t, receiver.CloudEvents)
	tgt.Resolve = srv.Listener.Addr().String()
	s := smoke(t, perSecond(40), 1500*time.Millisecond)
	s.Retries = &scenarios.LoadRetries{Within: mockprovider.Duration(500 * time.Millisecond), Attempts: 5}
	cfg := Config{Target: tgt, Scenario: s, Seed: 7, Nonce: t.Name()}.permitted(grant{granted, granted})
	l, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if l.Resent == nil || l.Resent.Sent < 2*l.Sent {
		t.Fatalf("too little was sent again to tell: %+v", l.Resent)
	}
	span := arrived[len(arrived)-1].Sub(arrived[0])
	if most := granted / 60 * (span + time.Second).Seconds(); float64(len(arrived)) > most { // a second: the first may arrive late
		t.Errorf("%d arrived in %s, more than %d a minute", len(arrived), span, granted)
	}
}
