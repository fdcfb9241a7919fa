package target_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

// answering is a server that gives one answer to whatever is asked.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func newHTTP(t *testing.T, url, pointer string) *target.HTTP {
	t.Helper()
	p, err := target.NewHTTP(url, pointer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // it only ends idle connections
	return p
}

func TestNewHTTPRefuses(t *testing.T) {
	for _, c := range []struct{ url, pointer, says string }{
		{"", "", "is no URL"},
		{"localhost:80/effects", "", "is no URL"},
		{"file:///effects", "", "is no URL"},
		{"http://127.0.0.1/effects/{id}", "count", "begins with /"},
		{"http://127.0.0.1/effects", "/count", "neither in the URL nor in the pointer"},
		{"http://127.0.0.1/effects", "$.count", "neither in the URL nor in the pointer"},
	} {
		if _, err := target.NewHTTP(c.url, c.pointer); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, %s: %v does not say %q", c.url, c.pointer, err, c.says)
		}
	}
}

func TestHTTPCounts(t *testing.T) {
	type counts = map[string]int
	for _, c := range []struct {
		name, path, pointer string
		status              int
		body                string
		want                counts
		says                string // an error
	}{
		{"map", "", "", 200, `{"a": 1, "b": 2, "other": 9}`, counts{"a": 1, "b": 2}, ""},
		{"map, none", "", "", 200, `{}`, counts{}, ""},
		{"map, zero is none", "", "", 200, `{"a": 0}`, counts{}, ""},
		{"map, deeper", "", "/events/{id}/n", 200, `{"events": {"a": {"n": 3}}}`, counts{"a": 3}, ""},
		{"map, dotted", "", "$.events.{id}", 200, `{"events": {"b": 1}}`, counts{"b": 1}, ""},
		{"map, missing on the way", "", "/events/{id}", 200, `{}`, counts{}, ""},
		{"map, escaped pointer", "", "/a~1b/m~0n/{id}", 200, `{"a/b": {"m~n": {"a": 4}}}`, counts{"a": 4}, ""},
		{"map, 404", "", "", 404, `{}`, nil, "answered 404"},
		{"each", "/{id}", "", 200, `{"count": 2}`, counts{"a": 2, "b": 2}, ""},
		{"each, dotted", "/{id}", "$.n", 200, `{"n": 1}`, counts{"a": 1, "b": 1}, ""},
		{"each, 404 is none", "/{id}", "", 404, `not found`, counts{}, ""},
		{"each, missing", "/{id}", "", 200, `{}`, counts{}, ""},
		{"each, in the query", "?event={id}", "", 200, `{"count": 1}`, counts{"a": 1, "b": 1}, ""},
		{"500", "/{id}", "", 500, `{"count": 2}`, nil, "answered 500"},
		{"no JSON", "", "", 200, `<html>`, nil, "did not answer with JSON"},
		{"empty", "", "", 200, ``, nil, "did not answer with JSON"},
		{"cut off", "", "", 200, `{"a": 1`, nil, "did not answer with JSON"},
		{"a list", "", "", 200, `[1]`, nil, "no object"},
		{"a text", "", "", 200, `{"a": "1"}`, nil, "is no count"},
		{"negative", "", "", 200, `{"a": -1}`, nil, "is no count"},
		{"a fraction", "", "", 200, `{"a": 1.5}`, nil, "is no count"},
		{"beyond counting", "", "", 200, `{"a": 1e300}`, nil, "is no count"},
		{"null", "", "", 200, `{"a": null}`, nil, "is no count"},
		{"an object", "", "", 200, `{"a": {}}`, nil, "is no count"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newHTTP(t, answering(t, c.status, c.body)+"/effects"+c.path, c.pointer)
			got, err := p.Counts(t.Context(), []string{"a", "b"})
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("%v does not say %q", err, c.says)
				}
				return
			}
			if err != nil || !maps.Equal(got, c.want) {
				t.Errorf("%v, %v; expected %v", got, err, c.want)
			}
		})
	}
}

// TestHTTPAsksForEach: each id reaches the server as it is, and no more than a
// few at once.
func TestHTTPAsksForEach(t *testing.T) {
	var mu sync.Mutex
	asked, now, most := map[string]int{}, 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[strings.TrimPrefix(r.URL.Path, "/effects/")]++
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
		fmt.Fprint(w, `{"count": 1}`)
	}))
	defer srv.Close()
	ids := []string{"a/b", "100%", "ä ?#", "../up"}
	for i := range 30 {
		ids = append(ids, fmt.Sprint("evt-", i))
	}
	got, err := newHTTP(t, srv.URL+"/effects/{id}", "").Counts(t.Context(), ids)
	if err != nil || len(got) != len(ids) {
		t.Fatalf("%d of %d, %v", len(got), len(ids), err)
	}
	for _, id := range ids {
		if asked[id] != 1 {
			t.Errorf("%q was asked for %d times", id, asked[id])
		}
	}
	if most > 8 {
		t.Errorf("%d questions at once", most)
	}
}

// TestHTTPErrorsAreInOurWords: nothing that the receiver says is repeated.
func TestHTTPErrorsAreInOurWords(t *testing.T) {
	const said = "hunter2"
	for answer, says := range map[string]string{
		"HTTP/1.1 500 " + said + "\r\nContent-Length: 0\r\n\r\n": "answered 500",
		said + "\r\n\r\n":                                                                   "did not answer with HTTP",
		"HTTP/1.1 " + said + "\r\n\r\n":                                                     "did not answer with HTTP",
		"HTTP/1.1 200 OK\r\n" + said + "\r\n\r\n":                                           "did not answer with HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: " + said + "\r\n\r\n":                           "did not answer with HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + said:                               "did not answer with JSON",
		"HTTP/1.1 302 Found\r\nLocation: http://" + said + "/\r\nContent-Length: 0\r\n\r\n": "redirects (302)",
		"HTTP/1.1 302 Found\r\nLocation: http://[" + said + "\r\nContent-Length: 0\r\n\r\n": "did not answer with HTTP",
		"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"a\":\"" + said + "\"}":             "is no count",
		"": "closed the connection without an answer",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = http.ReadRequest(bufio.NewReader(conn)) // whatever it is, the answer is the same
			_, _ = io.WriteString(conn, answer)            // the probe may have gone
		})
		_, err = newHTTP(t, "http://"+l.Addr().String()+"/effects", "").Counts(t.Context(), []string{"a"})
		_ = l.Close() // nobody else is to come
		wg.Wait()
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), said) {
			t.Errorf("%q: the error is %v; expected %q", answer, err, says)
		}
	}
	if _, err := newHTTP(t, "http://127.0.0.1:1/effects", "").Counts(t.Context(), []string{"a"}); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestHTTPDoesNotFollow(t *testing.T) {
	var led atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		led.Store(true)
		fmt.Fprint(w, `{}`)
	}))
	defer elsewhere.Close()
	srv := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer srv.Close()
	_, err := newHTTP(t, srv.URL, "").Counts(t.Context(), []string{"a"})
	if err == nil || !strings.Contains(err.Error(), "redirects") || led.Load() {
		t.Errorf("%v, led elsewhere: %v", err, led.Load())
	}
}

// TestHTTPLeavesNoConnectionOpen: a server that serves one connection at a time,
// to its end, has to be free for the next.
func TestHTTPLeavesNoConnectionOpen(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second)) // a TCP connection takes deadlines
			for in := bufio.NewReader(conn); ; {
				req, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"count\":1}") // the probe may have gone
				if req.Close {
					break
				}
			}
			_ = conn.Close() // all was said
		}
	})
	defer wg.Wait()
	defer l.Close()
	p := newHTTP(t, "http://"+l.Addr().String()+"/{id}", "")
	for range 3 {
		if got, err := p.Counts(t.Context(), []string{"a", "b", "c"}); err != nil || len(got) != 3 {
			t.Fatalf("%v, %v", got, err)
		}
	}
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(4 * time.Second)) // a TCP connection takes deadlines
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if answer, err := io.ReadAll(conn); err != nil || len(answer) == 0 {
		t.Errorf("somebody else was not served: %q, %v", answer, err)
	}
}

func TestHTTPStopsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	for _, path := range []string{"/effects", "/effects/{id}"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		_, err := newHTTP(t, srv.URL+path, "").Counts(ctx, []string{"a", "b"})
		cancel()
		if err == nil || time.Since(start) > 4*time.Second {
			t.Errorf("%s: %v after %s", path, err, time.Since(start))
		}
	}
}

func TestFuncCounts(t *testing.T) {
	p := target.Func(func(id string) int { return map[string]int{"a": 2}[id] })
	got, err := p.Counts(t.Context(), []string{"a", "b"})
	if err != nil || !maps.Equal(got, map[string]int{"a": 2}) {
		t.Errorf("%v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Counts(ctx, []string{"a"}); err == nil {
		t.Error("counted after the end")
	}
}

func TestPerIDUnderAName(t *testing.T) {
	for url, want := range map[string]bool{"http://127.0.0.1:1/effects": false, "http://127.0.0.1:1/effects/{id}": true} {
		p, err := target.NewHTTP(url, "")
		if err != nil {
			t.Fatal(err)
		}
		named, ok := target.Named("ledger", p).(interface{ PerID() bool })
		if !ok || named.PerID() != want {
			t.Errorf("%s: a named probe says otherwise than %v", url, want)
		}
	}
}
