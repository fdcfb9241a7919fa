package target_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// checks runs the preflight and returns its checks by name.
func checks(t *testing.T, s *sending) (target.Flight, map[string]transcript.Check) {
	t.Helper()
	f, err := s.Preflight(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.Record.Records()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]transcript.Check{}
	for _, rec := range records {
		if rec.Check == nil {
			continue
		}
		if _, twice := all[rec.Check.Name]; twice && rec.Check.Verdict == "pass" {
			t.Errorf("%s is checked twice", rec.Check.Name)
		}
		all[rec.Check.Name] = *rec.Check
	}
	return f, all
}

func wantCheck(t *testing.T, all map[string]transcript.Check, name, verdict, says string) {
	t.Helper()
	if c := all[name]; c.Verdict != verdict || !strings.Contains(c.Message, says) {
		t.Errorf("%s is %q: %q; expected %s: %q", name, c.Verdict, c.Message, verdict, says)
	}
}

func TestPreflightOfRefusals(t *testing.T) {
	for _, c := range []struct {
		status int
		says   string
	}{
		{400, "does it have the same secret, env:WEBHOOK_SECRET (whsec, 32 bytes), and speak standard-webhooks?"},
		{401, "the same secret"},
		{403, "the same secret"},
		{404, "is /hooks?tenant=7 its path?"},
		{405, "take POST?"},
		{415, "samples of your own"},
		{422, "samples of your own"},
		{302, "redirects are not followed; it points to http://elsewhere.example/"},
		{500, "what does its log say?"},
	} {
		s := newSending(serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere.example/")
			w.WriteHeader(c.status)
		}))
		f, all := checks(t, s)
		if f.Ready || f.Effects || f.Unreachable {
			t.Errorf("%d: %+v", c.status, f)
		}
		wantCheck(t, all, "reachable", "pass", "answers")
		wantCheck(t, all, "accepted", "blocked", c.says)
		if strings.Contains(s.file.String(), secret) {
			t.Error("the transcript holds the secret")
		}
	}
}

func TestPreflightWithoutAnswer(t *testing.T) {
	release := make(chan struct{})
	hang := serving(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	hang.Timeouts.Answer = 100 * time.Millisecond
	drop := serving(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	plain := serving(t, func(http.ResponseWriter, *http.Request) {})
	secure := newTarget(t, "https://"+plain.URL.Host+"/")
	strangers := httptest.NewUnstartedServer(http.NotFoundHandler())
	strangers.Config.ErrorLog = log.New(io.Discard, "", 0) // that we end the handshake is meant
	strangers.StartTLS()
	defer strangers.Close()
	untrusted := newTarget(t, strangers.URL)
	untrusted.Timeouts.Answer = 20 * time.Second // this machine's certificates may have to be loaded
	deaf, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	mute := newTarget(t, "https://"+deaf.Addr().String()+"/")
	mute.Timeouts.Answer = 100 * time.Millisecond
	nowhere := newTarget(t, plain.URL.String())
	nowhere.Resolve = "127.0.0.1:99999" // no such port
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close() // nobody is to listen there
	for says, tgt := range map[string]*target.Target{
		"did not answer within 100ms":              hang,
		"closed the connection":                    drop,
		"failed the TLS handshake":                 secure,
		"one that this machine trusts?":            untrusted,
		"deadline passed during the TLS handshake": mute,
		"is the host name right?":                  nowhere,
		"is the receiver running":                  newTarget(t, "http://"+closed.Addr().String()+"/"),
	} {
		f, all := checks(t, newSending(tgt))
		if f.Ready || !f.Unreachable {
			t.Errorf("%s: %+v", says, f)
		}
		wantCheck(t, all, "reachable", "blocked", says)
	}
}

// TestPreflightWaitsForTheReceiver that is being started or over its limit.
func TestPreflightWaitsForTheReceiver(t *testing.T) {
	var n atomic.Int64
	s := newSending(serving(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 3 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	f, all := checks(t, s)
	if !f.Ready || n.Load() != 3 {
		t.Errorf("%+v after %d requests", f, n.Load())
	}
	wantCheck(t, all, "accepted", "pass", "answered 200")
	s = newSending(serving(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	_, all = checks(t, s)
	wantCheck(t, all, "accepted", "blocked", "over its rate limit?")
}

func TestPreflightOfEffects(t *testing.T) {
	var sent atomic.Bool
	accept := func(http.ResponseWriter, *http.Request) { sent.Store(true) }
	seen := target.Func(func(string) int {
		if sent.Load() {
			return 1
		}
		return 0
	})
	always := target.Func(func(string) int { return 1 })
	broken := sayingProbe{says: "connection refused"}
	for _, c := range []struct {
		name, verdict, says string
		probe               target.Probe
		effects             bool
	}{
		{"none", "not-observed", "no effect probe is configured", nil, false},
		{"seen", "pass", "has its effect", seen, true},
		{"counts whatever it is asked", "blocked", "the func probe counts an event that nobody has sent", always, false},
		{"repeats a secret", "blocked", "could not be looked up: token [redacted:secret:current:text] is wrong", sayingProbe{always, "token " + secret + " is wrong"}, false},
		{"unseen", "blocked", "func saw no effect within 500ms", target.Func(func(string) int { return 0 }), false},
		{"broken", "blocked", "could not be looked up: connection refused", broken, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent.Store(false)
			tgt := serving(t, accept)
			if c.probe != nil {
				tgt.Probes = []target.Probe{c.probe}
			}
			f, all := checks(t, newSending(tgt))
			if !f.Ready || f.Effects != c.effects {
				t.Errorf("%+v", f)
			}
			wantCheck(t, all, "effect-visible", c.verdict, c.says)
		})
	}
}

// sayingProbe only ever fails, in these words.
type sayingProbe struct {
	target.Func
	says string
}

func (p sayingProbe) Counts(context.Context, []string) (map[string]int, error) {
	return nil, errors.New(p.says)
}

// TestShortSecretOfAProbeIsNotRepeated, though our own sentences keep such words.
func TestShortSecretOfAProbeIsNotRepeated(t *testing.T) {
	url := serving(t, func(http.ResponseWriter, *http.Request) {}).URL.String()
	tgt, err := target.New(target.Settings{URL: url, Scheme: "github", Secret: "genuine"})
	if err != nil {
		t.Fatal(err)
	}
	tgt.Probes = []target.Probe{sayingProbe{says: "genuine is wrong"}}
	_, all := checks(t, newSending(tgt))
	wantCheck(t, all, "effect-visible", "blocked", "a genuine delivery was accepted, but its effect could not be looked up: [redacted:secret:current:text] is wrong")
}

// TestPreflightWaitsForTheListener that is only opened later; what it then gets
// is dated then.
func TestPreflightWaitsForTheListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close() // to be opened again later
	tgt := newTarget(t, "http://"+address+"/")
	tgt.Wait = 20 * time.Second
	var got atomic.Int64
	tgt.Probes = []target.Probe{newHTTP(t, "http://"+address+"/{id}", "")} // is not up either, and then counts everything
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			got.Add(1)
		}
		_, _ = io.WriteString(w, `{"count": 1}`) // the peer may have gone
	})}
	served := make(chan error, 1)
	go func() {
		time.Sleep(300 * time.Millisecond)
		l, err := net.Listen("tcp", address)
		if err == nil {
			err = srv.Serve(l)
		}
		served <- err
	}()
	f, all := checks(t, newSending(tgt))
	_ = srv.Close() // and Serve says so
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Fatal(err)
	}
	if !f.Ready || got.Load() != 1 {
		t.Errorf("%+v after %d deliveries", f, got.Load())
	}
	wantCheck(t, all, "accepted", "pass", "answered 200")
	wantCheck(t, all, "effect-visible", "blocked", "counts an event that nobody has sent")

	tgt = newTarget(t, "http://"+address+"/")
	tgt.Wait = 250 * time.Millisecond
	start := time.Now()
	f, all = checks(t, newSending(tgt))
	if took := time.Since(start); !f.Unreachable || took < tgt.Wait {
		t.Errorf("%+v after %s", f, took)
	}
	wantCheck(t, all, "reachable", "blocked", "refuses connections, 250ms long: is the receiver running")
}

// TestPreflightMeasuresConnecting, TLS included, apart from the answer.
func TestPreflightMeasuresConnecting(t *testing.T) {
	const slow = 60 * time.Millisecond
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		time.Sleep(slow)
		return nil, nil // the server's own
	}}
	srv.StartTLS()
	defer srv.Close()
	tgt := newTarget(t, srv.URL)
	tgt.TLS.RootCAs = x509.NewCertPool()
	tgt.TLS.RootCAs.AddCert(srv.Certificate())
	if f, _ := checks(t, newSending(tgt)); !f.Ready || f.Connect < slow || f.Connect > time.Minute {
		t.Errorf("connecting took %s, with %s of handshake: %+v", f.Connect, slow, f)
	}
	answer := serving(t, func(http.ResponseWriter, *http.Request) { time.Sleep(slow) })
	if f, _ := checks(t, newSending(answer)); f.Connect <= 0 || f.RoundTrip < slow || f.Connect > f.RoundTrip {
		t.Errorf("connecting took %s, answering %s with %s of work", f.Connect, f.RoundTrip, slow)
	}
}

// typeOf is the type of the event in a Standard Webhooks body.
func typeOf(r *http.Request) string {
	var body struct{ Type string }
	_ = json.NewDecoder(r.Body).Decode(&body) // then the type is empty
	return body.Type
}

// TestPreflightFindsATypeThatWorks tries further types when the first is
// refused or has no effect, and goes back to one that is accepted.
func TestPreflightFindsATypeThatWorks(t *testing.T) {
	types := newSending(newTarget(t, "http://127.0.0.1/")).Maker.Types()
	if len(types) < 2 {
		t.Fatalf("only %v", types)
	}
	t.Run("the first is refused", func(t *testing.T) {
		s := newSending(serving(t, func(w http.ResponseWriter, r *http.Request) {
			if typeOf(r) != types[1] {
				w.WriteHeader(http.StatusUnprocessableEntity)
			}
		}))
		f, all := checks(t, s)
		if !f.Ready || s.Maker.DefaultType() != types[1] {
			t.Errorf("%+v, type %s", f, s.Maker.DefaultType())
		}
		wantCheck(t, all, "accepted", "pass", "")
	})
	t.Run("only the first is accepted, without effect", func(t *testing.T) {
		tgt := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if typeOf(r) != types[0] {
				w.WriteHeader(http.StatusUnprocessableEntity)
			}
		})
		tgt.Probes = []target.Probe{target.Func(func(string) int { return 0 })}
		s := newSending(tgt)
		f, all := checks(t, s)
		if !f.Ready || f.Effects || s.Maker.DefaultType() != types[0] {
			t.Errorf("%+v, type %s", f, s.Maker.DefaultType())
		}
		wantCheck(t, all, "effect-visible", "blocked", "saw no effect")
	})
}

func TestPreflightLooksAtTheClock(t *testing.T) {
	for _, c := range []struct{ name, date, verdict, says string }{
		{"agrees", time.Now().UTC().Format(http.TimeFormat), "pass", "agrees"},
		{"an hour ahead", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), "warn", "differs from ours by"},
		{"no date", "yesterday", "not-observed", "not known"},
		{"none", "", "not-observed", "not known"},
	} {
		s := newSending(serving(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Date"] = nil
			if c.date != "" {
				w.Header().Set("Date", c.date)
			}
		}))
		_, all := checks(t, s)
		wantCheck(t, all, "clock", c.verdict, c.says)
	}
}

func TestPreflightIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newSending(serving(t, func(http.ResponseWriter, *http.Request) {}))
	if f, err := s.Preflight(ctx); !errors.Is(err, context.Canceled) || f.Ready {
		t.Errorf("%+v, %v", f, err)
	}
}
