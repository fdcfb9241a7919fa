package receiver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func allSchemes() Config {
	cfg := Config{Secrets: map[string][]string{}}
	for _, scheme := range everyScheme {
		cfg.Secrets[scheme] = testSecrets(scheme)
	}
	return cfg
}

func TestOneReceiverSpeaksAllSchemes(t *testing.T) {
	s := open(t, allSchemes())
	s.post(genuine(StandardWebhooks, "s"))
	s.post(genuine(GitHub, "g"))
	s.post(genuine(CloudEvents, "c"))
	s.post(genuine(Stripe, "t"))
	structured := genuine(CloudEvents, "d")
	structured.structured = true
	s.post(structured.edited(func(req *http.Request) {
		req.Header.Del("Authorization")
		req.URL.RawQuery = "access_token=" + testSecrets(CloudEvents)[0]
	}))
	for _, scheme := range everyScheme {
		s.post(genuine(scheme, "forged").forged())
	}
	s.post(genuine(GitHub, "x").edited(func(req *http.Request) { req.Header = http.Header{} }))
	if got, want := s.outcome(), "202 202 202 202 202 401 401 401 401 401 map[c:1 d:1 g:1 s:1 t:1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An id means nothing outside its scheme.
func TestSchemesShareNoIDs(t *testing.T) {
	s := open(t, allSchemes())
	for _, scheme := range everyScheme {
		s.post(genuine(scheme, "a"))
	}
	if got, want := s.outcome(), "202 202 202 202 map[a:4]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSchemeWithoutSecretIsRefused(t *testing.T) {
	for _, scheme := range signing {
		cfg := allSchemes()
		delete(cfg.Secrets, scheme)
		s := open(t, cfg)
		s.post(genuine(scheme, "a"))
		s.post(genuine(scheme, "b").signed(""))
		if got, want := s.outcome(), "401 401 map[]"; got != want {
			t.Errorf("%s: got %q, want %q", scheme, got, want)
		}
	}
}

func TestRoutes(t *testing.T) {
	s := open(t, for1(GitHub))
	s.post(hub())
	s.post(hub().edited(func(req *http.Request) { req.URL.Path = "/" }))
	for _, c := range []struct {
		method, path string
		status       int
		allow, body  string
	}{
		{"GET", "/webhooks", 405, "POST", ""},
		{"PUT", "/", 405, "POST", ""},
		{"OPTIONS", "/webhooks", 405, "POST", ""},
		{"FOO", "/webhooks", 405, "POST", ""},
		{"POST", "/webhooks/", 404, "", ""},
		{"POST", "//webhooks", 404, "", ""},
		{"POST", "/other", 404, "", ""},
		{"GET", "/healthz", 200, "", `{"status":"ok"}`},
		{"POST", "/effects", 405, "GET, HEAD", ""},
		{"GET", "/effects/a%2Fb%20c", 200, "", `{"count":0}`},
	} {
		a := s.method(c.method, c.path)
		if a.status != c.status || a.header.Get("Allow") != c.allow || c.body != "" && a.body != c.body {
			t.Errorf("%s %s: %d, Allow %q, %s", c.method, c.path, a.status, a.header.Get("Allow"), a.body)
		}
		if got := a.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("%s %s: Content-Type %q", c.method, c.path, got)
		}
	}
}

func TestEffectsAreTold(t *testing.T) {
	done := make(chan string, 1)
	cfg := for1(GitHub)
	cfg.OnEffect = func(id string) { done <- id }
	s := open(t, cfg)
	s.post(genuine(GitHub, `a/"b`))
	if id := <-done; id != `a/"b` {
		t.Errorf("effect of %q", id)
	}
	if a := s.method("GET", "/effects"); a.body != `{"a/\"b":1}` {
		t.Errorf("effects are %s", a.body)
	}
	if a := s.method("GET", "/effects/a%2F%22b"); a.body != `{"count":1}` {
		t.Errorf("the effect is %s", a.body)
	}
}

func TestAnswersAreAlike(t *testing.T) {
	s := open(t, for1(StandardWebhooks))
	bodies := map[string]bool{}
	for _, m := range []*message{std().forged(), std().unsigned(), std().at(1e12), std().tokens(always("v1,"))} {
		bodies[s.post(m).body] = true
	}
	if len(bodies) != 1 {
		t.Errorf("answers to what is not authentic differ: %v", bodies)
	}
}

// Bodies without a declared length are bounded too.
func TestChunkedBodyIsBounded(t *testing.T) {
	s := open(t, for1(GitHub))
	w := s.dial()
	fmt.Fprintf(w.conn, "POST /webhooks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 64<<10, strings.Repeat("x", 64<<10))
	// One chunk beyond the limit; the sender then waits, so that the answer is
	// not overtaken by a reset.
	for range bodyLimit/(64<<10) + 1 {
		if _, err := io.WriteString(w.conn, chunk); err != nil {
			t.Fatal(err)
		}
	}
	w.answer()
	if got, want := s.outcome(), "413 map[]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDeclaredLengthIsRefusedUnread(t *testing.T) {
	s := open(t, for1(GitHub))
	w := s.dial()
	fmt.Fprintf(w.conn, "POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n")
	w.answer()
	if got, want := s.outcome(), "413 map[]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCutOffBodyHasNoEffect(t *testing.T) {
	for _, scheme := range everyScheme {
		t.Run(scheme, func(t *testing.T) {
			s := open(t, for1(scheme))
			half := s.dial()
			half.write(genuine(scheme, "a").request(t, s.base), 10)
			if err := half.conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			half.answer()
			gone := s.dial()
			gone.write(genuine(scheme, "a").request(t, s.base), 10)
			gone.conn.Close()
			if got, want := s.outcome(), "400 map[]"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestStalledBodyTimesOut(t *testing.T) {
	s := open(t, for1(GitHub), func(r *Receiver) { r.server.ReadTimeout = 50 * time.Millisecond })
	w := s.dial()
	w.write(hub().request(t, s.base), 10)
	w.answer()
	if got, want := s.outcome(), "408 map[]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A rejection leaves the connection fit for the next delivery.
func TestConnectionOutlivesRejections(t *testing.T) {
	s := open(t, for1(StandardWebhooks))
	w := s.dial()
	for _, m := range []*message{std().forged(), std().unsigned(), std().withBody("{"), std(), std()} {
		w.write(m.request(t, s.base), 0)
		w.answer()
	}
	if got, want := s.outcome(), "401 401 400 202 200 map[a:1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHugeHeaderIsRefused(t *testing.T) {
	s := open(t, for1(GitHub))
	s.post(hub().edited(header("X-Padding", strings.Repeat("x", 32<<10))))
	if got, want := s.outcome(), "431 map[]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDuplicatesAtOnce(t *testing.T) {
	for _, scheme := range everyScheme {
		t.Run(scheme, func(t *testing.T) {
			s := open(t, for1(scheme))
			var mu sync.Mutex
			answers := map[int]int{}
			var all sync.WaitGroup
			for range 32 {
				req := genuine(scheme, "a").request(t, s.base)
				all.Go(func() {
					a := s.try(req)
					mu.Lock()
					defer mu.Unlock()
					answers[a.status]++
				})
			}
			all.Wait()
			if got := fmt.Sprint(answers, s.close()); got != "map[200:31 202:1] map[a:1]" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// What a full queue turns away is not remembered, so that a retry is taken.
func TestFullQueue(t *testing.T) {
	release := make(chan struct{})
	var once sync.Once
	free := func() { once.Do(func() { close(release) }) }
	cfg := for1(GitHub)
	cfg.Workers = 1
	cfg.OnEffect = func(string) { <-release }
	s := open(t, cfg)
	t.Cleanup(free) // before the site's own clean-up, which waits for the workers

	turnedAway := ""
	for i := 0; turnedAway == "" && i < queueSize+2; i++ {
		id := fmt.Sprint(i)
		switch a := s.try(genuine(GitHub, id).request(t, s.base)); a.status {
		case http.StatusAccepted:
		case http.StatusServiceUnavailable:
			turnedAway = id
			if a.header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
		default:
			t.Fatalf("delivery %d is answered %d", i, a.status)
		}
	}
	if turnedAway == "" {
		t.Fatal("the queue has no end")
	}
	free()
	status := 0
	for status != http.StatusAccepted {
		status = s.try(genuine(GitHub, turnedAway).request(t, s.base)).status
		if status != http.StatusAccepted && status != http.StatusServiceUnavailable {
			t.Fatalf("the retry is answered %d", status)
		}
	}
	if n := s.close()[turnedAway]; n != 1 {
		t.Errorf("the retry has %d effects", n)
	}
}

func TestCloseFinishesAcceptedWork(t *testing.T) {
	s := open(t, for1(GitHub))
	const n = 200
	for i := range n {
		s.try(genuine(GitHub, fmt.Sprint(i)).request(t, s.base))
	}
	effects := s.close()
	if len(effects) != n {
		t.Errorf("%d of %d events have an effect", len(effects), n)
	}
	effects["0"] = 7
	if s.r.Effects()["0"] != 1 {
		t.Error("the effects can be changed from outside")
	}
	s.r.Close() // again, without harm
}

func TestClosedReceiverTakesNothing(t *testing.T) {
	s := &site{t: t, r: newReceiver(t, for1(GitHub))}
	s.r.Close()
	s.post(hub())
	if got, want := s.outcome(), "503 map[]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShutdownHasADeadline(t *testing.T) {
	s := open(t, for1(GitHub))
	w := s.dial()
	fmt.Fprintf(w.conn, "POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	if _, err := w.in.ReadString('\n'); err != nil { // 100: the request is in flight
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.r.Shutdown(ctx); err == nil {
		t.Error("a shutdown without time succeeds")
	}
	<-s.served
	s.served = nil
}

func TestHTTP2WithoutTLS(t *testing.T) {
	s := open(t, for1(StandardWebhooks))
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	s.client.Transport.(*http.Transport).Protocols = protocols
	s.post(std())
	s.post(genuine(StandardWebhooks, "b").forged())
	if got, want := s.outcome(), "202 401 map[a:1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLogHoldsNoSecretAndNoBody(t *testing.T) {
	for _, scheme := range everyScheme {
		var log bytes.Buffer
		cfg := for1(scheme)
		cfg.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		s := open(t, cfg)
		s.post(genuine(scheme, "a"))
		s.post(genuine(scheme, "b").forged())
		s.close()
		text := log.String()
		if strings.Count(text, "scheme="+scheme) != 2 || !strings.Contains(text, "status=401") {
			t.Errorf("the log does not tell what happened:\n%s", text)
		}
		for _, never := range append(testSecrets(scheme), "café", "another key") {
			if strings.Contains(text, never) {
				t.Errorf("the log holds %q", never)
			}
		}
	}
}
