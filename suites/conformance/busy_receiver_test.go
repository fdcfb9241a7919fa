package conformance_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Receivers that are right, and slow or short of room.

// TestSlowAnswersRace: that answers take a large part of the time they may take
// leaves the race what it is.
func TestSlowAnswersRace(t *testing.T) {
	url, r := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			time.Sleep(600 * time.Millisecond)
			next.ServeHTTP(w, req)
		})
	})
	tgt := patient(t, url)
	tgt.Timeouts.Answer = 1500 * time.Millisecond
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"idem.dup-concurrent"}}))
}

// TestRateLimitRace: copies that go together wait for the rate limit before
// they connect, not with a connection held.
func TestRateLimitRace(t *testing.T) {
	url, r := behind(t, func(next http.Handler) http.Handler { return next })
	tgt := patient(t, url)
	tgt.Timeouts.Answer, tgt.Limits.Rate = 500*time.Millisecond, 20
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"idem.dup-concurrent"}}))
}

// limited hands out at most so many connections at once; further ones are reset
// or, patiently, wait.
type limited struct {
	net.Listener
	slots   chan struct{}
	patient bool
	turned  atomic.Int64
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.slots <- struct{}{}:
			return &slot{Conn: c, free: sync.OnceFunc(func() { <-l.slots })}, nil
		default:
		}
		if l.patient {
			l.slots <- struct{}{}
			return &slot{Conn: c, free: sync.OnceFunc(func() { <-l.slots })}, nil
		}
		l.turned.Add(1)
		_ = c.(*net.TCPConn).SetLinger(0) // a TCP connection has it
		_ = c.Close()
	}
}

type slot struct {
	net.Conn
	free func()
}

func (s *slot) Close() error { s.free(); return s.Conn.Close() }

func serveLimited(t *testing.T, l *limited, h http.Handler) (url string) {
	t.Helper()
	var err error
	if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return "http://" + l.Addr().String() + "/webhooks"
}

var shortBacklog = regexp.MustCompile(`of (2|8|32) connections got no answer: is the listen backlog too small\?`)

// TestShortBacklog: connections that found no room fail nobody, as long as
// others raced; effects decide.
func TestShortBacklog(t *testing.T) {
	r := correct(t, nil)
	l := &limited{slots: make(chan struct{}, 5)}
	tgt := patient(t, serveLimited(t, l, r))
	tgt.Limits.Concurrency = 1
	var report reports.Report
	for range 5 { // on a machine that is busy it can be that no two copies find room, which blocks
		report = gradeWithin(t, 20*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"idem.dup-concurrent"}})
		if report.Scenarios[0].Verdict != reports.Blocked {
			break
		}
	}
	wantClean(t, report)
	if l.turned.Load() == 0 {
		t.Fatal("nothing was turned away")
	}
	if f := report.Scenarios[0].Findings; len(f) == 0 || f[0].Severity != reports.Info || !shortBacklog.MatchString(f[0].Message) {
		t.Errorf("the report does not tell of it: %+v", f)
	}
}

// TestOneConnectionAtATime: a receiver that serves one connection after the
// other is not locked out by one that we keep.
func TestOneConnectionAtATime(t *testing.T) {
	r := correct(t, nil)
	l := &limited{slots: make(chan struct{}, 1), patient: true}
	tgt := patient(t, serveLimited(t, l, r))
	tgt.Timeouts.Answer = 2 * time.Second
	wantClean(t, gradeWithin(t, 10*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"http.after-rejection", "auth.wrong-key"}}))
}

// TestClosesSomeTimeAfterRefusing: the connection is open when the next request
// is written, and ends before it is read.
func TestClosesSomeTimeAfterRefusing(t *testing.T) {
	url, r := behind(t, instead(http.StatusUnauthorized, func(w http.ResponseWriter) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n") // the peer may have gone
		time.Sleep(50 * time.Millisecond)
		_ = conn.Close()
	}))
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: []string{"http.after-rejection"}}))
}

// TestEffectsThatComeLater: every acknowledged event is waited for, not only the
// controls.
func TestEffectsThatComeLater(t *testing.T) {
	var mu sync.Mutex
	counts := map[string]int{}
	var late sync.WaitGroup
	n := 0
	r := correct(t, func(id string) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n <= 2 { // preflight and control
			counts[id]++
			return
		}
		late.Go(func() {
			time.Sleep(600 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			counts[id]++
		})
	})
	srv := httptest.NewServer(r)
	defer srv.Close()
	defer late.Wait()
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{
		Target: patient(t, srv.URL+"/webhooks"), Only: []string{"idem.stale-twin"},
		Effects: func(id string) int { mu.Lock(); defer mu.Unlock(); return counts[id] },
	}))
}

// shedding answers a status to whatever comes while another delivery of the
// same event, or of any, is in flight.
func shedding(status int, key func(*http.Request) string) func(http.Handler) http.Handler {
	var mu sync.Mutex
	inFlight := map[string]int{}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body) // the race begins when all is here
			req.Body = io.NopCloser(bytes.NewReader(body))
			k := key(req)
			mu.Lock()
			inFlight[k]++
			mu.Unlock()
			time.Sleep(30 * time.Millisecond)
			mu.Lock()
			many := inFlight[k] > 1
			mu.Unlock()
			time.Sleep(30 * time.Millisecond)
			mu.Lock()
			inFlight[k]--
			mu.Unlock()
			if many {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(status)
				return
			}
			next.ServeHTTP(w, req)
		})
	}
}

func byEvent(req *http.Request) string { return req.Header.Get("webhook-id") }

func all(*http.Request) string { return "" }

// TestShedsRacingCopies: when all copies are told to come again, one does.
func TestShedsRacingCopies(t *testing.T) {
	var copied bytes.Buffer
	url, r := behind(t, shedding(http.StatusTooManyRequests, byEvent))
	report := gradeWithin(t, 20*time.Second, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Transcript: &copied, Only: []string{"idem.dup-concurrent"}})
	wantClean(t, report)
	records, err := transcript.Read(&copied)
	if err != nil {
		t.Fatal(err)
	}
	after, again := 0, map[int]int{2: 3, 3: 9, 4: 33} // step → the attempt behind its copies
	for _, rec := range records {
		if e := rec.Exchange; e != nil && e.Copy == again[e.Step] && e.Answer.Status/100 == 2 {
			after++
		}
	}
	if after == 0 {
		t.Error("no event was sent again and acknowledged")
	}
}

// TestNotNowBesideOthers: a delivery that is told "not now" as long as others
// are in flight is sent again alone.
func TestNotNowBesideOthers(t *testing.T) {
	url, r := behind(t, shedding(http.StatusServiceUnavailable, all))
	report := gradeWithin(t, 30*time.Second, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: []string{"auth.no-*"}})
	for _, s := range report.Scenarios {
		if s.Verdict != reports.Pass && s.Verdict != reports.NotApplicable {
			t.Errorf("%s is %s: %s", s.ID, s.Verdict, s.Reason)
		}
	}
}

// TestFailsBesideOthers: one that fails instead is warned, once for all.
func TestFailsBesideOthers(t *testing.T) {
	url, r := behind(t, shedding(http.StatusInternalServerError, all))
	report := gradeWithin(t, 30*time.Second, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: []string{"auth.no-*"}})
	wantVerdicts(t, report, reports.Pass, reports.Warn)
	fixes := map[string]bool{}
	for _, s := range report.Scenarios {
		if s.Verdict == reports.Warn {
			fixes[s.Fix] = true
		}
	}
	if len(fixes) != 1 || report.ExitCode != reports.ExitConformant {
		t.Errorf("exit %d, advice %v", report.ExitCode, fixes)
	}
}

// TestSilentWithoutProbeProvesNothing: nobody saw what became of the forgeries.
func TestSilentWithoutProbeProvesNothing(t *testing.T) {
	url, _ := behind(t, instead(0, func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }))
	tgt := patient(t, url)
	tgt.Rejects = target.RejectsSilently
	report := gradeWithin(t, 20*time.Second, conformance.Config{Target: tgt, Only: []string{"auth.*", "ctl.*"}})
	if report.ExitCode != reports.ExitIncomplete || report.ExitReasons[0].Reason != "must-observe" {
		t.Errorf("exit %d: %v", report.ExitCode, report.ExitReasons)
	}
}

// TestEvidenceShowsTheFault: what is sent is held against the same delivery
// without its fault, not against another with an id of its own.
func TestEvidenceShowsTheFault(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	for id, where := range map[string]string{"auth.wrong-key": "webhook-signature", "auth.tamper-body": "body"} {
		for _, kept := range []bool{true, false} {
			c := conformance.Config{Target: patient(t, srv.URL), Only: []string{id}}
			if kept {
				c.Transcript = io.Discard
			}
			f := gradeWithin(t, 5*time.Second, c).Scenarios[0].Findings
			if len(f) == 0 {
				t.Fatalf("%s found nothing", id)
			}
			d := f[0].Evidence.Differs
			if len(d) != 1 || d[0].Where != where || d[0].Genuine == "" || d[0].Sent == "" || d[0].Genuine == d[0].Sent {
				t.Errorf("%s differs in %+v", id, d)
			}
			if there := len(f[0].Evidence.Transcript) > 0; there != kept {
				t.Errorf("lines of the transcript are named: %v, though it is kept: %v", there, kept)
			}
		}
	}
}
