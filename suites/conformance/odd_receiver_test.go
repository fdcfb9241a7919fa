package conformance_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// correct is the reference receiver as a handler.
func correct(t testing.TB, onEffect func(string)) *receiver.Receiver {
	t.Helper()
	previous, _, _ := settings[0].otherSecrets()
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{settings[0].scheme: {settings[0].secret, previous}}, OnEffect: onEffect,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// behind serves the reference receiver behind what makes it odd.
func behind(t testing.TB, odd func(http.Handler) http.Handler) (url string, r *receiver.Receiver) {
	t.Helper()
	r = correct(t, nil)
	srv := httptest.NewServer(odd(r))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + "/webhooks", r
}

// patient is a target that may take its time, as on a machine that is busy.
func patient(t testing.TB, url string) *target.Target {
	t.Helper()
	tgt, err := target.New(target.Settings{URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret})
	if err != nil {
		t.Fatal(err)
	}
	settings[0].tellOthers(t, tgt)
	tgt.Timeouts = target.Timeouts{Answer: 10 * time.Second, Effect: 10 * time.Second, Quiescence: 100 * time.Millisecond}
	return tgt
}

// impatient is a target whose answers are not waited for long.
func impatient(t testing.TB, url string) *target.Target {
	tgt := patient(t, url)
	tgt.Timeouts.Answer, tgt.Timeouts.Effect = 300*time.Millisecond, time.Second
	return tgt
}

// quick is most of the catalogue: all but what takes its time.
var quick = []string{"auth.*", "ts.*", "sig.*", "idem.*", "ctl.*", "evt.*", "leak.*", "http.*"}

// slow is what of it waits for connections to end.
var slow = []string{"http.slowloris", "http.stalled-*", "http.413-slow"}

// theirs are goroutines of the receivers under test.
var theirs = []goleak.Option{
	goleak.IgnoreAnyFunction("net/http.(*conn).serve"),
	goleak.IgnoreAnyFunction("net/http.(*Server).Serve"),
}

// gradeWithin grades and holds the run to a bound; nothing of it is left
// running.
func gradeWithin(t *testing.T, bound time.Duration, c conformance.Config) reports.Report {
	t.Helper()
	before := goleak.IgnoreCurrent()
	start := time.Now()
	report, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > bound {
		t.Errorf("the run took %s, more than %s", took, bound)
	}
	if err := goleak.Find(append(theirs, before)...); err != nil {
		t.Errorf("the run left something running: %v", err)
	}
	if _, err := reports.Marshal(report); err != nil {
		t.Error(err)
	}
	return report
}

// wantVerdicts checks that every scenario ended in one of the verdicts.
func wantVerdicts(t *testing.T, r reports.Report, allowed ...reports.Verdict) {
	t.Helper()
	for _, s := range r.Scenarios {
		ok := s.Verdict == reports.NotApplicable || s.Ungiven
		for _, v := range allowed {
			ok = ok || s.Verdict == v
		}
		if !ok {
			t.Errorf("%s is %s: %s", s.ID, s.Verdict, s.Reason)
		}
	}
}

func wantClean(t *testing.T, r reports.Report) {
	t.Helper()
	wantVerdicts(t, r, reports.Pass)
	if r.ExitCode != reports.ExitConformant || r.Counts.Pass == 0 {
		t.Errorf("exit %d, %d passed: %v", r.ExitCode, r.Counts.Pass, r.ExitReasons)
	}
}

// wantPreflight checks that the preflight blocked the run and said why.
func wantPreflight(t *testing.T, r reports.Report, says string) {
	t.Helper()
	wantVerdicts(t, r, reports.Blocked)
	if r.ExitCode != reports.ExitIncomplete {
		t.Errorf("exit %d, not %d", r.ExitCode, reports.ExitIncomplete)
	}
	for _, c := range r.Preflight {
		if c.Verdict == reports.Blocked && strings.Contains(c.Message, says) {
			return
		}
	}
	t.Errorf("the preflight does not say %q: %+v", says, r.Preflight)
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String() + "/webhooks"
	_ = l.Close() // nobody is to listen there
	wantPreflight(t, gradeWithin(t, 5*time.Second, conformance.Config{Target: patient(t, url)}), "refuses connections")
}

func TestHangsFromTheStart(t *testing.T) {
	release := make(chan struct{})
	url, _ := behind(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })
	})
	defer close(release)
	wantPreflight(t, gradeWithin(t, 5*time.Second, conformance.Config{Target: impatient(t, url)}), "did not answer within 300ms")
}

// TestHangsMidway: no more than a timeout for each scenario is lost, and one
// that was played alone ends the run.
func TestHangsMidway(t *testing.T) {
	release := make(chan struct{})
	var n atomic.Int64
	url, r := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if n.Add(1) > 40 {
				<-release
				return
			}
			next.ServeHTTP(w, req)
		})
	})
	defer close(release)
	report := gradeWithin(t, 20*time.Second, conformance.Config{Target: impatient(t, url), Effects: effectsOf(r)})
	if report.Counts.Blocked == 0 || report.Counts.Fail+report.Counts.Error > 0 || report.ExitCode != reports.ExitIncomplete {
		t.Errorf("%+v, exit %d", report.Counts, report.ExitCode)
	}
	if c, err := conformance.NewPlan(conformance.Config{Target: impatient(t, url)}); err != nil || report.Requests > 41+2*len(c.Planned) {
		t.Errorf("%d requests were sent into the silence, %v", report.Requests, err)
	}
}

func effectsOf(r *receiver.Receiver) func(string) int {
	return r.Count
}

func TestRefusesMidway(t *testing.T) {
	r := correct(t, nil)
	var n atomic.Int64
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if n.Add(1) == 30 {
			_ = srv.Listener.Close()
			go srv.CloseClientConnections()
		}
		r.ServeHTTP(w, req)
	}))
	defer srv.Close()
	report := gradeWithin(t, 15*time.Second, conformance.Config{Target: patient(t, srv.URL+"/webhooks"), Effects: effectsOf(r)})
	if report.Counts.Blocked == 0 || report.Counts.Fail+report.Counts.Error > 0 || report.ExitCode != reports.ExitIncomplete {
		t.Errorf("%+v, exit %d", report.Counts, report.ExitCode)
	}
	gone := 0
	for _, s := range report.Scenarios {
		if strings.Contains(s.Reason, "did not come back") {
			gone++
		}
	}
	if gone != report.Counts.Blocked {
		t.Errorf("%d of %d blocked scenarios say that the receiver is gone", gone, report.Counts.Blocked)
	}
}

// TestStreamsWithoutEnd: an answer is read up to a bound in bytes and time.
func TestStreamsWithoutEnd(t *testing.T) {
	for name, pause := range map[string]time.Duration{"as fast as it can": 0, "a byte now and then": 20 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			url, _ := behind(t, func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					for req.Context().Err() == nil {
						if _, err := io.WriteString(w, strings.Repeat("x", 1+int(1024*(20*time.Millisecond-pause)/(20*time.Millisecond)))); err != nil {
							return
						}
						_ = http.NewResponseController(w).Flush() // the next write tells
						time.Sleep(pause)
					}
				})
			})
			report := gradeWithin(t, 15*time.Second, conformance.Config{Target: impatient(t, url), Only: []string{"auth.*"}, Exclude: []string{"auth.path-variants"}}) // effects decide that one
			wantVerdicts(t, report, reports.Fail, reports.Warn, reports.Info, reports.Excluded)                                                                        // by their level
		})
	}
}

// raw serves bytes that no HTTP server would.
func raw(t testing.TB, serve func(net.Conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(10 * time.Second)) // a TCP connection takes deadlines
				serve(c)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return "http://" + l.Addr().String() + "/webhooks"
}

func TestGarbage(t *testing.T) {
	for name, c := range map[string]struct{ sends, says string }{
		"another protocol": {"SSH-2.0-OpenSSH_9.6\r\n", "something that is not HTTP"},
		"nothing":          {"", "without an answer"},
		"half a head":      {"HTTP/1.1 200 OK\r\nContent-Ty", "without an answer"},
		"no status":        {"HTTP/1.1 OK\r\n\r\n", "something that is not HTTP"},
		"a head too long":  {"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Filler: y\r\n", 20000), "headers without end"},
		"only interim":     {strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 100), "headers without end"},
	} {
		t.Run(name, func(t *testing.T) {
			url := raw(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 64<<10)) // whatever has come is enough
				_, _ = io.WriteString(conn, c.sends)   // the peer may have gone
				if half, ok := conn.(*net.TCPConn); ok {
					_ = half.CloseWrite()
				}
				_, _ = io.Copy(io.Discard, conn)
			})
			wantPreflight(t, gradeWithin(t, 10*time.Second, conformance.Config{Target: impatient(t, url)}), c.says)
		})
	}
}

// TestClosesNowAndThen: a receiver that drops connections is nobody's pass, and
// not our error.
func TestClosesNowAndThen(t *testing.T) {
	var n atomic.Int64
	url, r := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if n.Add(1)%4 == 0 {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, req)
		})
	})
	report := gradeWithin(t, 30*time.Second, conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: quick, Exclude: slow})
	if report.ExitCode == reports.ExitConformant || report.Counts.Error > 0 {
		t.Errorf("exit %d, %+v", report.ExitCode, report.Counts)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	t.Run("all", func(t *testing.T) {
		url, _ := behind(t, func(http.Handler) http.Handler {
			return http.RedirectHandler(other.URL+"/elsewhere", http.StatusTemporaryRedirect)
		})
		wantPreflight(t, gradeWithin(t, 5*time.Second, conformance.Config{Target: patient(t, url)}), "it points to "+other.URL)
	})
	t.Run("forgeries", func(t *testing.T) {
		url, _ := behind(t, instead(http.StatusUnauthorized, func(w http.ResponseWriter) {
			w.Header().Set("Location", other.URL+"/login")
			w.WriteHeader(http.StatusFound)
		}))
		report := gradeWithin(t, 5*time.Second, conformance.Config{Target: patient(t, url), Only: []string{"auth.wrong-key"}})
		wantVerdicts(t, report, reports.Fail)
	})
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests went where the receiver pointed", n)
	}
}

// instead replaces the answers of a status.
func instead(status int, with func(http.ResponseWriter)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, req)
			if rec.Code == status || status == 0 && rec.Code >= 400 {
				with(w)
				return
			}
			for name, values := range rec.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes()) // the peer may have gone
		})
	}
}

// TestRateLimited: 429 is waited out as told, and the receiver graded clean.
func TestRateLimited(t *testing.T) {
	const perWindow, window = 40, 500 * time.Millisecond
	var mu sync.Mutex
	var until time.Time
	left, refused := 0, 0
	url, r := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			mu.Lock()
			if time.Now().After(until) {
				until, left = time.Now().Add(window), perWindow
			}
			left--
			over := left < 0
			if over {
				refused++
			}
			mu.Unlock()
			if over {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, req)
		})
	})
	tgt := patient(t, url)
	wantClean(t, gradeWithin(t, 30*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"auth.*", "ts.*", "ctl.*"}}))
	if refused == 0 {
		t.Error("nothing was over the limit")
	}
}

// TestSilentReceiverIsGradedByEffects answers 2xx to everything it refuses.
func TestSilentReceiverIsGradedByEffects(t *testing.T) {
	url, r := behind(t, instead(0, func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }))
	tgt := patient(t, url)
	tgt.Rejects = target.RejectsSilently
	c := conformance.Config{Target: tgt, Only: []string{"auth.*", "ts.*", "idem.*"}}
	c.Effects = effectsOf(r)
	wantClean(t, gradeWithin(t, 20*time.Second, c))
	c.Effects = nil
	report := gradeWithin(t, 20*time.Second, c)
	for _, s := range report.Scenarios {
		if s.ID == "auth.wrong-key" && s.Verdict != reports.NotObserved {
			t.Errorf("without a probe %s is %s: %s", s.ID, s.Verdict, s.Reason)
		}
	}
}

// TestSlowEffects come after the answer; absence is waited for as long.
func TestSlowEffects(t *testing.T) {
	var mu sync.Mutex
	counts := map[string]int{}
	var late sync.WaitGroup
	r := correct(t, func(id string) {
		late.Go(func() {
			time.Sleep(300 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			counts[id]++
		})
	})
	srv := httptest.NewServer(r)
	defer srv.Close()
	defer late.Wait()
	tgt := patient(t, srv.URL+"/webhooks")
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{
		Target: tgt, Only: []string{"auth.*", "idem.*", "ctl.*"},
		Effects: func(id string) int { mu.Lock(); defer mu.Unlock(); return counts[id] },
	}))
}

// TestClosesAfterRefusing: to close the connection of a refused delivery is one
// of the two right ways, even without saying so first.
func TestClosesAfterRefusing(t *testing.T) {
	url, r := behind(t, instead(http.StatusUnauthorized, func(w http.ResponseWriter) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n") // the peer may have gone
		_ = conn.Close()
	}))
	tgt := patient(t, url)
	wantClean(t, gradeWithin(t, 20*time.Second, conformance.Config{Target: tgt, Effects: effectsOf(r), Only: []string{"http.after-rejection"}}))
}

func TestCanceledMidway(t *testing.T) {
	var n atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	url, r := behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if n.Add(1) == 60 {
				cancel()
			}
			next.ServeHTTP(w, req)
		})
	})
	before := goleak.IgnoreCurrent()
	start := time.Now()
	report, err := conformance.Grade(ctx, conformance.Config{Target: patient(t, url), Effects: effectsOf(r)})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("returned after %s", took)
	}
	if err := goleak.Find(append(theirs, before)...); err != nil {
		t.Error(err)
	}
	if !report.Interrupted || report.ExitCode != reports.ExitIncomplete || report.Counts.Error == 0 {
		t.Errorf("interrupted %v, exit %d, %+v", report.Interrupted, report.ExitCode, report.Counts)
	}
	wantVerdicts(t, report, reports.Error)
}
