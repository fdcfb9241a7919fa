package conformance_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// A crashing server dies of a PUT, with every connection it has, and is started
// again on the same address a while later.
type crashing struct {
	address string
	next    http.Handler
	down    time.Duration
	once    bool // it does not die again

	mu      sync.Mutex
	server  *http.Server
	stopped bool
	crashes int
	running sync.WaitGroup
}

func startCrashing(t *testing.T, next http.Handler, down time.Duration) *crashing {
	t.Helper()
	c := &crashing{address: "127.0.0.1:0", next: next, down: down}
	if err := c.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	return c
}

func (c *crashing) start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil
	}
	l, err := net.Listen("tcp", c.address)
	if err != nil {
		return err
	}
	c.address = l.Addr().String()
	server := &http.Server{Handler: c}
	c.server = server
	c.running.Go(func() { _ = server.Serve(l) }) // ends with Close
	return nil
}

func (c *crashing) stop() {
	c.mu.Lock()
	c.stopped = true
	_ = c.server.Close()
	c.mu.Unlock()
	c.running.Wait()
}

func (c *crashing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		c.next.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	if c.once && c.crashes > 0 {
		c.mu.Unlock()
		c.next.ServeHTTP(w, r)
		return
	}
	c.crashes++
	_ = c.server.Close()
	c.mu.Unlock()
	c.running.Go(func() {
		time.Sleep(c.down)
		for start := time.Now(); time.Since(start) < 5*time.Second; time.Sleep(20 * time.Millisecond) {
			if c.start() == nil {
				return
			}
		}
	})
	panic(http.ErrAbortHandler)
}

// TestOneCrashBlamesOneScenario: the delivery that ends the process also ends
// others in flight; played again alone, only its own scenario is to blame.
func TestOneCrashBlamesOneScenario(t *testing.T) {
	r := correct(t, nil)
	c := startCrashing(t, r, 300*time.Millisecond)
	tgt := patient(t, "http://"+c.address+"/webhooks")
	report := gradeWithin(t, 30*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: quick, Exclude: slow, Strict: true})
	if c.crashes < 2 {
		t.Errorf("it crashed %d times: the suspect was not played alone", c.crashes)
	}
	for _, s := range report.Scenarios {
		want := reports.Pass
		if s.ID == "http.put" {
			want = reports.Fail // strict: it is a recommendation
		}
		if s.Verdict != want && s.Verdict != reports.NotApplicable && s.Verdict != reports.Excluded && !s.Ungiven {
			t.Errorf("%s is %s: %s", s.ID, s.Verdict, s.Reason)
		}
	}
}

// TestACrashThatDoesNotComeAgainIsTold: what the first play saw is not lost
// because a process that was started again does better.
func TestACrashThatDoesNotComeAgainIsTold(t *testing.T) {
	r := correct(t, nil)
	c := startCrashing(t, r, 300*time.Millisecond)
	c.once = true
	tgt := patient(t, "http://"+c.address+"/webhooks")
	report := gradeWithin(t, 30*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: quick, Exclude: slow})
	if c.crashes != 1 {
		t.Fatalf("it crashed %d times", c.crashes)
	}
	for _, s := range report.Scenarios {
		if s.Verdict == reports.Warn && strings.Contains(s.Reason, "left without an answer") && strings.Contains(s.Reason, "while others were in flight") {
			return
		}
	}
	t.Errorf("%s, %v: the crash is told nowhere", report.Verdict, report.Counts)
}

// failingWriter fails after so many bytes, like a full disk.
type failingWriter struct{ left int }

var errFull = errors.New("no space left")

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestRecordsThatCannotBeKept: without ids nothing is sent; without a
// transcript there is no report.
func TestRecordsThatCannotBeKept(t *testing.T) {
	url, r := serve(t, settings[0])
	c := conformance.Config{URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret, Only: []string{"auth.wrong-key"}}
	c.IDs = &failingWriter{}
	report, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if s := report.Scenarios[0]; s.Verdict != reports.Error || report.Requests != 0 || len(r.Effects()) != 0 {
		t.Errorf("without a place for ids %d requests were sent; %s: %s", report.Requests, s.Verdict, s.Reason)
	}
	c.IDs, c.Transcript = nil, &failingWriter{left: 2000}
	if _, err := conformance.Grade(t.Context(), c); !errors.Is(err, errFull) {
		t.Errorf("without a transcript: %v", err)
	}
}

func TestBudgetExcludes(t *testing.T) {
	url, _ := serve(t, settings[0])
	tgt := patient(t, url)
	tgt.Limits.Requests, tgt.Limits.Concurrency = 11, 0                                                                  // 0 is no reason to wait for ever
	three := []string{"auth.no-id", "auth.no-timestamp", "auth.wrong-key", "auth.bitflip-signature", "auth.tamper-body"} // requests each
	report := gradeWithin(t, 10*time.Second, conformance.Config{Target: tgt, Only: three})
	wantVerdicts(t, report, reports.Pass, reports.Excluded)
	if report.ExitCode != reports.ExitIncomplete || report.ExitReasons[0].Reason != "budget" {
		t.Errorf("exit %d: %v", report.ExitCode, report.ExitReasons)
	}
	for _, s := range report.Scenarios {
		if s.Verdict == reports.Excluded && s.ExcludedBy != reports.ByBudget {
			t.Errorf("%s is excluded by %q", s.ID, s.ExcludedBy)
		}
	}
	if report.Requests != 11 || report.Counts.Pass != 3 || report.Counts.Excluded == 0 {
		t.Errorf("%d requests, %+v", report.Requests, report.Counts)
	}
}
