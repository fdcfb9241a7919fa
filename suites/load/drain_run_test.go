package load

import (
	"fmt"
	"net/http"
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

// A backlogged run asks of a scenario only what the effects tell.
func backlogged(t *testing.T, objectives ...string) scenarios.LoadScenario {
	t.Helper()
	s := smoke(t, perSecond(100), 8*time.Second)
	s.Objectives = nil
	for _, text := range objectives {
		s.Objectives = append(s.Objectives, objective(t, text))
	}
	return s
}

func objectiveOf(l reports.Load, text string) reports.Objective {
	for _, o := range l.Objectives {
		if o.Text == text {
			return o
		}
	}
	return reports.Objective{}
}

// These take as long as a slope takes to see.
func TestBacklogsOfReceivers(t *testing.T) {
	t.Run("a queue that grows", func(t *testing.T) {
		t.Parallel()
		var mu sync.Mutex
		var began time.Time
		tgt := receiveAs(t, receiver.StandardWebhooks, receiver.Config{Workers: 1, OnEffect: func(string) {
			mu.Lock()
			defer mu.Unlock()
			if began.IsZero() {
				began = time.Now()
			}
			if time.Since(began) < 9*time.Second { // and then it catches up
				time.Sleep(20 * time.Millisecond)
			}
		}})
		l := play(t, tgt, backlogged(t, "backlog-growth <= 5%", "lost = 0", "genuine: p99(effect_lag) <= 500ms"))
		d := l.Drain
		if !d.Observed || d.GrowthReason != "" || d.Growth-d.GrowthCI < 20 || d.Growth+d.GrowthCI > 110 || d.Backlog < 200 {
			t.Errorf("%+v", d)
		}
		for _, text := range []string{"backlog-growth <= 5%", "genuine: p99(effect_lag) <= 500ms"} {
			if v := objectiveOf(l, text).Verdict; v != reports.Fail && v != reports.Blocked { // other tests crowd the machine
				t.Errorf("%s is %s", text, v)
			}
		}
		if c := l.Completeness; objectiveOf(l, "lost = 0").Verdict != reports.Pass || c.Once != c.Acked {
			t.Errorf("%+v", c)
		}
		if w := l.Windows; len(w) < 8 || w[6].Backlog <= w[1].Backlog {
			t.Errorf("%+v", w)
		}
	})
	t.Run("a constant lag", func(t *testing.T) {
		t.Parallel()
		const lag = 400 * time.Millisecond
		seen := newLater(lag)
		tgt := receiveAs(t, receiver.StandardWebhooks, receiver.Config{OnEffect: seen.note})
		tgt.Probes = []target.Probe{target.Func(seen.count)}
		l := play(t, tgt, backlogged(t, "backlog-growth <= 20%", "lost = 0", "genuine: p50(effect_lag) <= 300ms"))
		d := l.Drain
		if !d.Observed || d.GrowthReason != "" || d.Growth-d.GrowthCI > 5 || d.EveryMS <= 0 {
			t.Errorf("%+v", d)
		}
		if got := objectiveOf(l, "backlog-growth <= 20%"); got.Verdict == reports.Fail || got.Verdict == reports.Blocked {
			t.Errorf("%+v", got)
		}
		if got := objectiveOf(l, "genuine: p50(effect_lag) <= 300ms"); got.Verdict == reports.Pass {
			t.Errorf("%+v", got)
		}
		if c := l.Completeness; c.Once != c.Acked || c.Lost+c.Draining != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// A later is a probe of effects that show some time after the work was done.
type later struct {
	lag  time.Duration
	mu   sync.Mutex
	done map[string]time.Time
}

func newLater(lag time.Duration) *later { return &later{lag: lag, done: map[string]time.Time{}} }

func (l *later) note(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[id] = time.Now()
}

func (l *later) count(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.done[id]; ok && time.Since(at) >= l.lag {
		return 1
	}
	return 0
}

func TestDroppedEffectsAreWaitedForInTheLag(t *testing.T) {
	tgt := receive(t, "drops-when-busy")
	tgt.Timeouts.Effect = 700 * time.Millisecond
	s := smoke(t, perSecond(1000), 800*time.Millisecond)
	s.Objectives = []scenarios.Objective{objective(t, "genuine: max(effect_lag) <= 1m"), objective(t, "lost = 0")}
	l := play(t, tgt, s)
	if got := objectiveOf(l, "genuine: max(effect_lag) <= 1m"); got.Verdict != reports.NotObserved {
		t.Errorf("%+v", got)
	}
	if got := objectiveOf(l, "lost = 0"); got.Verdict != reports.Fail || l.Completeness.Draining != 0 {
		t.Errorf("%+v, %+v", got, l.Completeness)
	}
	if l.Drain.GrowthReason == "" {
		t.Errorf("a growth in so short a time: %+v", l.Drain)
	}
}

// The receiver tells its probe: then the lag is known to the network's time.
func TestLagThatTheReceiverTells(t *testing.T) {
	probe, err := target.NewCallback("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	tell := &http.Client{Timeout: 10 * time.Second}
	defer tell.CloseIdleConnections()
	tgt := receiveAs(t, receiver.StandardWebhooks, receiver.Config{OnEffect: func(id string) {
		answer, err := tell.Post("http://"+probe.Addr(), "application/json", strings.NewReader(fmt.Sprintf(`{"id":%q}`, id)))
		if err != nil {
			t.Error(err)
			return
		}
		answer.Body.Close()
	}})
	tgt.Probes = []target.Probe{target.Named("ledger", probe)}
	l := play(t, tgt, lenient(smoke(t, perSecond(100), 1200*time.Millisecond)))
	if d := l.Drain; !d.Observed || d.EveryMS != 0 || d.Lag.N == 0 || int(d.Lag.N) != d.Sampled || l.Completeness.Once != l.Completeness.Acked {
		t.Errorf("%+v, %+v", d, l.Completeness)
	}
}

// What the receiver does nothing with is not waited for.
func TestIdleTypesHaveNoEffect(t *testing.T) {
	cfg := Config{Target: aim(t, "http://127.0.0.1:1/"), Scenario: smoke(t, perSecond(100), time.Second), Nonce: "n"}
	types := cfg.Target.Scheme.Events[:2]
	cfg.Scenario.Types = []scenarios.Weight{{Name: types[0], Weight: 1}, {Name: types[1], Weight: 1}}
	tests := []struct {
		name    string
		change  func(*Config)
		working [2]bool
	}{
		{"none", func(*Config) {}, [2]bool{true, true}},
		{"found", func(c *Config) { c.idle = map[string]bool{types[1]: true} }, [2]bool{true, false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := cfg
			tt.change(&cfg)
			cfg, plan, err := cfg.plan()
			if err != nil {
				t.Fatal(err)
			}
			p, err := newPressing(cfg, plan)
			if err != nil {
				t.Fatal(err)
			}
			seen := [2]int{}
			for event := range plan.Len() {
				at := plan.content.typeOf(event)
				seen[at]++
				if p.works(Genuine, event) != tt.working[at] || !p.works(Forged, event) {
					t.Errorf("event %d of %s", event, types[at])
				}
			}
			if seen[0] == 0 || seen[1] == 0 {
				t.Errorf("%v", seen)
			}
		})
	}
}

func TestDeclaredIdle(t *testing.T) {
	handled := &mockprovider.Samples{Handled: []string{"invoice.paid"}}
	for _, tt := range []struct {
		samples *mockprovider.Samples
		name    string
		want    bool
	}{{nil, "a", false}, {&mockprovider.Samples{}, "a", false}, {handled, "a", true}, {handled, "invoice.paid", false}} {
		if got := declaredIdle(tt.samples, tt.name); got != tt.want {
			t.Errorf("%v, %s: %v", tt.samples, tt.name, got)
		}
	}
}
