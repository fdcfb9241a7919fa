package receiver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(processEnv); text != "" {
		os.Exit(runProcess(text))
	}
	goleak.VerifyTestMain(m)
}

const testDeadline = 30 * time.Second

// A site is a running receiver and what was seen of it.
type site struct {
	t      testing.TB
	r      *Receiver
	base   string // "": the handler is called directly, as in a bubble of synctest
	client *http.Client
	served chan error
	seen   []string
}

func newReceiver(t testing.TB, cfg Config) *Receiver {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return testNow }
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// open starts a receiver on loopback, prepared as told.
func open(t testing.TB, cfg Config, prepare ...func(*Receiver)) *site {
	t.Helper()
	s := &site{t: t, r: newReceiver(t, cfg), served: make(chan error, 1)}
	for _, p := range prepare {
		p(s.r)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = "http://" + l.Addr().String()
	s.client = &http.Client{
		Timeout:   testDeadline,
		Transport: &http.Transport{ExpectContinueTimeout: testDeadline},
	}
	go func() { s.served <- s.r.Serve(l) }()
	t.Cleanup(func() { s.close() })
	return s
}

// for1 is a receiver's configuration for one scheme.
func for1(scheme string, flaws ...string) Config {
	return Config{
		Secrets: map[string][]string{scheme: testSecrets(scheme)},
		Origins: []string{"eventemitter.example.com"},
		Flaws:   flaws,
	}
}

// close ends the receiver, which makes every effect that is due, and returns
// the effects. It can be called again.
func (s *site) close() map[string]int {
	s.t.Helper()
	if s.served != nil {
		ctx, cancel := context.WithTimeout(context.Background(), testDeadline)
		defer cancel()
		s.client.CloseIdleConnections()
		if err := s.r.Shutdown(ctx); err != nil {
			s.t.Errorf("shutdown: %v", err)
		}
		if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
			s.t.Errorf("serve: %v", err)
		}
		s.served = nil
	}
	s.r.Close()
	return s.r.Effects()
}

// now is the time in a bubble of synctest.
func (s *site) now() time.Time { return time.Now() }

func (s *site) saw(format string, args ...any) { s.seen = append(s.seen, fmt.Sprintf(format, args...)) }

// A reply is an answer; its status is 0 if there was none.
type reply struct {
	status int
	header http.Header
	body   string
}

// post sends a message and notes the answer's status.
func (s *site) post(m *message) reply {
	s.t.Helper()
	return s.send(m.request(s.t, s.base))
}

func (s *site) send(req *http.Request) reply {
	s.t.Helper()
	a := s.try(req)
	if a.status == 0 {
		s.saw("closed")
	} else {
		s.saw("%d", a.status)
	}
	return a
}

// try sends a request and notes nothing.
func (s *site) try(req *http.Request) reply {
	s.t.Helper()
	if s.base == "" {
		w := httptest.NewRecorder()
		canonical(req)
		s.r.ServeHTTP(w, req)
		return reply{w.Code, w.Header(), w.Body.String()}
	}
	resp, err := s.client.Do(req)
	if errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "reset") {
		return reply{}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// canonical spells the headers as a server does that reads them.
func canonical(req *http.Request) {
	for name, values := range req.Header.Clone() {
		delete(req.Header, name)
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
}

func (s *site) method(method, path string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequest(method, s.base+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	return s.send(req)
}

// A wire is one connection, for what http.Client would not send.
type wire struct {
	s    *site
	conn *net.TCPConn
	in   *bufio.Reader
}

func (s *site) dial() *wire {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(testDeadline))
	return &wire{s, conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// write writes a request, without the last bytes of it.
func (w *wire) write(req *http.Request, without int) {
	w.s.t.Helper()
	var b strings.Builder
	if err := req.Write(&b); err != nil {
		w.s.t.Fatal(err)
	}
	if _, err := io.WriteString(w.conn, b.String()[:b.Len()-without]); err != nil {
		w.s.t.Fatal(err)
	}
}

// answer reads an answer and notes its status.
func (w *wire) answer() {
	w.s.t.Helper()
	resp, err := http.ReadResponse(w.in, nil)
	if err != nil {
		w.s.saw("closed")
		return
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		w.s.t.Fatal(err)
	}
	w.s.saw("%d", resp.StatusCode)
}

func (s *site) outcome() string {
	s.t.Helper()
	return strings.Join(append(s.seen, fmt.Sprint(s.close())), " ")
}
