package load

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

func abortRule(t *testing.T, text string) scenarios.Abort {
	t.Helper()
	a, err := scenarios.ParseAbort(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A second is what ended in it: so many right, wrong and ours (which this machine
// could not send), after some time.
type second struct {
	right, wrong, ours int
	service, response  time.Duration
}

// breachOf plays seconds of a class and returns the breach after each.
func breachOf(t *testing.T, rule string, class Class, seconds []second) *abortion {
	t.Helper()
	var c handClock
	r := newRecorder(c.now, []scenarios.Abort{abortRule(t, rule)})
	for i, s := range seconds {
		c.at = time.Duration(i)*time.Second + 500*time.Millisecond
		add := func(n int, one sample) {
			one.class, one.service, one.response = class, s.service, s.response
			for range n {
				r.begin(false)
				r.end(one)
			}
		}
		add(s.right, sample{status: 202, right: true})
		add(s.wrong, sample{status: 500})
		add(s.ours, sample{failure: noPorts})
	}
	c.at = time.Duration(len(seconds)) * time.Second
	return r.breached()
}

func TestAbortRules(t *testing.T) {
	good, bad, none := second{right: 10}, second{right: 2, wrong: 8}, second{}
	slow, quick := second{right: 10, service: 10 * time.Millisecond, response: 2 * time.Second}, second{right: 10, service: time.Millisecond, response: time.Millisecond}
	tests := []struct {
		name, rule string
		class      Class
		seconds    []second
		after      time.Duration // 0: never
		value      float64
	}{
		{"all is well", "genuine: errors > 50% for 1s", Genuine, []second{good, good, good}, 0, 0},
		{"at once", "genuine: errors > 50% for 1s", Genuine, []second{good, bad, good}, 2 * time.Second, 80},
		{"without a time", "genuine: errors > 50%", Genuine, []second{bad}, time.Second, 80},
		{"a streak", "genuine: errors > 50% for 3s", Genuine, []second{bad, bad, good, bad, bad, bad, good}, 6 * time.Second, 80},
		{"no streak", "genuine: errors > 50% for 3s", Genuine, []second{bad, bad, good, bad, bad, good, bad, bad}, 0, 0},
		{"a second that says nothing", "genuine: errors > 50% for 3s", Genuine, []second{bad, bad, none, none, bad}, 5 * time.Second, 80},
		{"seconds that say nothing are no streak", "genuine: errors > 50% for 3s", Genuine, []second{bad, none, none, none, none, bad, none}, 0, 0},
		{"exactly the limit", "genuine: errors > 80% for 1s", Genuine, []second{bad, bad}, 0, 0},
		{"the limit or more", "genuine: errors >= 80% for 1s", Genuine, []second{bad}, time.Second, 80},
		{"a number", "genuine: errors > 7 for 2s", Genuine, []second{bad, bad}, 2 * time.Second, 8},
		{"another class", "forged: errors > 50% for 1s", Genuine, []second{bad, bad, bad}, 0, 0},
		{"acceptance", "forged: accepted > 1 for 1s", Forged, []second{good}, time.Second, 10},
		{"any acceptance", "forged: accepted > 0", Forged, []second{{wrong: 5}, {right: 1}}, 2 * time.Second, 1},
		{"ours are not the receiver's", "genuine: errors > 10% for 1s", Genuine, []second{{right: 5, ours: 500}, {ours: 9}}, 0, 0},
		{"slow", "genuine: p50(response) > 1s for 2s", Genuine, []second{quick, slow, slow}, 3 * time.Second, 2000},
		{"slow from the start only", "genuine: p50(service) > 1s for 2s", Genuine, []second{quick, slow, slow, slow}, 0, 0},
		{"slow once", "genuine: p50(response) > 1s for 2s", Genuine, []second{slow, quick, slow, quick}, 0, 0},
		{"slow in the mean", "genuine: mean(service) > 5ms for 1s", Genuine, []second{quick, slow}, 2 * time.Second, 10},
		{"slow at the most", "genuine: max(response) > 1s for 1s", Genuine, []second{quick, slow}, 2 * time.Second, 2000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := breachOf(t, tt.rule, tt.class, tt.seconds)
			switch {
			case (b != nil) != (tt.after > 0):
				t.Errorf("breach %+v", b)
			case b != nil && (b.after != tt.after || b.value < tt.value || b.value > tt.value*1.001):
				t.Errorf("%v after %s, not %v after %s", b.value, b.after, tt.value, tt.after)
			}
		})
	}
}

// What is sent again is not the load that a rule is about.
func TestAbortIgnoresWhatIsSentAgain(t *testing.T) {
	var c handClock
	r := newRecorder(c.now, []scenarios.Abort{abortRule(t, "genuine: errors > 0 for 1s")})
	r.begin(true)
	r.end(sample{class: Genuine, resent: true, status: 500})
	c.at = 2 * time.Second
	if b := r.breached(); b != nil {
		t.Errorf("%+v", b)
	}
}

func TestAbortVerdicts(t *testing.T) {
	tests := []struct {
		name, rule string
		value      float64
		change     func(*facts)
		verdict    reports.Verdict
		reason     string
	}{
		{"errors", "genuine: errors > 50% for 1s", 80, nil, reports.Fail, ""},
		{"errors of a starved generator", "genuine: errors > 50% for 1s", 80, func(f *facts) { f.generator.used.cpu = 0.95 }, reports.Blocked, "95 % of its processors"},
		{"slow", "genuine: p50(response) > 1s for 1s", 2000, nil, reports.Fail, ""},
		{"slow with lag", "genuine: p50(response) > 1s for 1s", 2000, func(f *facts) { f.generator.lag = 1500 * time.Millisecond }, reports.Blocked, "its own delays"},
		{"slow itself, with lag", "genuine: p50(service) > 1s for 1s", 2000, func(f *facts) { f.generator.lag = 1500 * time.Millisecond }, reports.Fail, ""},
		{"accepted, however starved", "forged: accepted > 0 for 1s", 1, func(f *facts) { f.generator.used.cpu = 0.99 }, reports.Fail, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := healthy()
			if tt.change != nil {
				tt.change(&f)
			}
			f.aborted = &abortion{abortRule(t, tt.rule), 3 * time.Second, tt.value}
			got, excuses := f.abort()
			if got.Verdict != tt.verdict || !strings.Contains(got.Reason, tt.reason) || (excuses != nil) != (tt.verdict == reports.Blocked) {
				t.Errorf("%+v, %q", got, excuses)
			}
			if got.Text != "abort: "+tt.rule || !strings.HasSuffix(got.Value, ", after 3s") {
				t.Errorf("%+v", got)
			}
			f.unsent = 5000
			unsent, excuses := f.judge(objective(t, "unsent = 0"))
			if unsent.Verdict != reports.NotObserved || unsent.Reason != "the run was aborted" || excuses != nil {
				t.Errorf("%+v, %q", unsent, excuses)
			}
			if v, _ := verdict([]reports.Objective{got, unsent, {Verdict: reports.Pass}}, nil, "", false); v != tt.verdict {
				t.Errorf("the run's verdict is %s", v)
			}
		})
	}
}

// abortable is a run of a minute that is given up.
func abortable(t *testing.T, rule string) scenarios.LoadScenario {
	t.Helper()
	s := smoke(t, perSecond(50), time.Minute)
	s.Abort = []scenarios.Abort{abortRule(t, rule)}
	return s
}

// An aborted run ends soon, counts what was in flight, and fails.
func TestAbortedRun(t *testing.T) {
	tests := []struct {
		name, rule string
		answer     http.HandlerFunc
		change     func(*scenarios.LoadScenario)
	}{
		{"errors", "genuine: errors > 50% for 1s", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, nil},
		{"acceptance", "forged: accepted > 0 for 1s", func(http.ResponseWriter, *http.Request) {}, nil},
		{"errors that are sent again", "genuine: errors > 50% for 1s", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
			func(s *scenarios.LoadScenario) { s.Retries = &scenarios.LoadRetries{Within: 20e9} }},
		{"slow answers", "genuine: p50(response) > 300ms for 1s", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(700 * time.Millisecond):
			case <-r.Context().Done():
			}
		}, nil},
		{"slow answers with the cap reached", "genuine: p50(response) > 300ms for 1s", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(700 * time.Millisecond):
			case <-r.Context().Done():
			}
		}, func(s *scenarios.LoadScenario) { s.InFlight = 2 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.answer)
			defer srv.Close()
			s := abortable(t, tt.rule)
			if tt.change != nil {
				tt.change(&s)
			}
			began := time.Now()
			l := playAborted(t, srv.URL, s)
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
			if l.Aborted != "abort: "+tt.rule || l.Sent == 0 || l.Unsent == 0 || l.Sent+l.Unsent != l.Plan.Total || l.Seconds <= 0 || l.Seconds >= 30 {
				t.Errorf("aborted by %q after %v s: %d sent, %d unsent of %d", l.Aborted, l.Seconds, l.Sent, l.Unsent, l.Plan.Total)
			}
			rule := objectiveOf(l, l.Aborted)
			if rule.Verdict != reports.Fail && rule.Verdict != reports.Blocked || l.Verdict != reports.Fail && l.Verdict != reports.Blocked { // a busy machine excuses
				t.Errorf("verdict %s: %s; %+v", l.Verdict, l.Reason, rule)
			}
			if got := objectiveOf(l, "unsent = 0"); got.Verdict != reports.NotObserved {
				t.Errorf("%+v", got)
			}
			in := 0
			for _, c := range l.Classes {
				in += c.Sent
				if c.Errors["canceled"] != 0 {
					t.Errorf("%d %s were not waited for", c.Errors["canceled"], c.Class)
				}
			}
			if in != l.Sent {
				t.Errorf("%d in classes, %d sent", in, l.Sent)
			}
			report := reports.Report{Load: []reports.Load{l}}
			reports.Conclude(&report, nil)
			if want := map[reports.Verdict]int{reports.Fail: reports.ExitNotConformant, reports.Blocked: reports.ExitGeneratorLimited}[l.Verdict]; report.ExitCode != want {
				t.Errorf("verdict %s exits with %d", l.Verdict, report.ExitCode)
			}
		})
	}
}

func playAborted(t *testing.T, url string, s scenarios.LoadScenario) reports.Load {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
	defer cancel()
	l, err := Run(ctx, Config{Target: aim(t, url), Scenario: s, Seed: 7, Nonce: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}
