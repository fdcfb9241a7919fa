package load

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// peer accepts connections and lets each be served; it closes them in the end.
func peer(t *testing.T, serve func(*net.TCPConn)) (address string, connections *atomic.Int64) {
	t.Helper()
	l, connections := listen(t), new(atomic.Int64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			serve(conn.(*net.TCPConn))
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String(), connections
}

// readRequest reads one request and reports whether there was one.
func readRequest(in *bufio.Reader) bool {
	req, err := http.ReadRequest(in)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}

const ok = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

var smallRequest = []byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")

func TestHostilePeers(t *testing.T) {
	answering := func(text string) func(*net.TCPConn) {
		return func(c *net.TCPConn) {
			if readRequest(bufio.NewReader(c)) {
				_, _ = io.WriteString(c, text)
				_, _ = io.Copy(io.Discard, c)
			}
		}
	}
	endless := func(start, more string) func(*net.TCPConn) {
		return func(c *net.TCPConn) {
			readRequest(bufio.NewReader(c))
			_, err := io.WriteString(c, start)
			for err == nil {
				_, err = io.WriteString(c, more)
			}
		}
	}
	tests := []struct {
		name    string
		serve   func(*net.TCPConn)
		status  int
		failure failure
	}{
		{"answers", answering(ok), 202, answered},
		{"refuses", answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno!"), 401, answered},
		{"says nothing", answering(""), 0, timedOut},
		{"stops in the head", answering("HTTP/1.1 200 OK\r\nContent-Le"), 0, timedOut},
		{"stops in the body", answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), 200, timedOut},
		{"never reads", func(c *net.TCPConn) { time.Sleep(time.Second) }, 0, timedOut},
		{"endless body", endless("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("x", 4096)), 200, answered},
		{"endless chunks", endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), 200, answered},
		{"endless head", endless("HTTP/1.1 200 OK\r\n", "a: b\r\n"), 0, tooLarge},
		{"endless interim answers", endless("", "HTTP/1.1 100 Continue\r\n\r\n"), 0, tooLarge},
		{"trickles", func(c *net.TCPConn) {
			_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			for err == nil {
				time.Sleep(10 * time.Millisecond)
				_, err = io.WriteString(c, "x")
			}
		}, 0, timedOut},
		{"garbage", answering("220 mail.example ESMTP ready\r\n"), 0, garbage},
		{"closes at once", func(*net.TCPConn) {}, 0, wasReset},
		{"closes after the request", func(c *net.TCPConn) { readRequest(bufio.NewReader(c)) }, 0, wasClosed},
		{"closes in the body", func(c *net.TCPConn) {
			readRequest(bufio.NewReader(c))
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
		}, 200, wasClosed},
		{"resets", func(c *net.TCPConn) {
			readRequest(bufio.NewReader(c))
			_ = c.SetLinger(0)
		}, 0, wasReset},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, _ := peer(t, tt.serve)
			p := newPlain(address, 0)
			defer p.close()
			began := time.Now()
			r := p.exchange(t.Context(), smallRequest, began.Add(500*time.Millisecond))
			// A peer that closes at once may do so before or after our bytes came.
			if tt.name == "closes at once" && r.failure == wasClosed {
				r.failure = wasReset
			}
			if r.status != tt.status || r.failure != tt.failure {
				t.Errorf("status %d, %q; want %d, %q", r.status, r.failure, tt.status, tt.failure)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestConnectionIsReused(t *testing.T) {
	address, connections := peer(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		for readRequest(in) {
			_, _ = io.WriteString(c, ok)
		}
	})
	p := newPlain(address, 0)
	defer p.close()
	for i := range 20 {
		if r := p.exchange(t.Context(), smallRequest, time.Now().Add(10*time.Second)); r.status != 202 {
			t.Fatalf("%d: status %d, %q", i, r.status, r.failure)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// A receiver may close an idle connection without having said so. Nothing is
// lost then, and nothing is sent twice.
func TestConnectionClosedWhileIdle(t *testing.T) {
	var requests atomic.Int64
	closed := make(chan struct{}, 10)
	address, connections := peer(t, func(c *net.TCPConn) {
		if readRequest(bufio.NewReader(c)) {
			requests.Add(1)
			_, _ = io.WriteString(c, ok)
		}
		c.Close()
		closed <- struct{}{}
	})
	p := newPlain(address, 0)
	defer p.close()
	for i := range 5 {
		if r := p.exchange(t.Context(), smallRequest, time.Now().Add(10*time.Second)); r.status != 202 {
			t.Errorf("%d: status %d, %q", i, r.status, r.failure)
		}
		<-closed
	}
	if requests.Load() != 5 || connections.Load() != 5 {
		t.Errorf("%d requests on %d connections", requests.Load(), connections.Load())
	}
}

// A connection that dies after the request was written is an error, not a
// reason to send it again: it may have been processed.
func TestNothingIsSentTwice(t *testing.T) {
	var requests atomic.Int64
	address, _ := peer(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		if readRequest(in) {
			requests.Add(1)
			_, _ = io.WriteString(c, ok)
		}
		if readRequest(in) {
			requests.Add(1)
		}
	})
	p := newPlain(address, 0)
	defer p.close()
	deadline := time.Now().Add(10 * time.Second)
	if r := p.exchange(t.Context(), smallRequest, deadline); r.status != 202 {
		t.Fatalf("status %d, %q", r.status, r.failure)
	}
	if r := p.exchange(t.Context(), smallRequest, deadline); r.status != 0 || r.failure != wasClosed {
		t.Errorf("status %d, %q", r.status, r.failure)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests arrived", n)
	}
}

// A request larger than the socket's buffer goes out in pieces, and an answer
// that comes before its end is read.
func TestLargeRequest(t *testing.T) {
	body := bytes.Repeat([]byte("x"), 16<<20)
	request := append([]byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n"), body...)
	t.Run("read", func(t *testing.T) {
		address, _ := peer(t, func(c *net.TCPConn) {
			if readRequest(bufio.NewReader(c)) {
				_, _ = io.WriteString(c, ok)
			}
		})
		p := newPlain(address, 0)
		defer p.close()
		if r := p.exchange(t.Context(), request, time.Now().Add(20*time.Second)); r.status != 202 {
			t.Errorf("status %d, %q", r.status, r.failure)
		}
	})
	t.Run("not read", func(t *testing.T) {
		address, _ := peer(t, func(c *net.TCPConn) { time.Sleep(800 * time.Millisecond) })
		p := newPlain(address, 0)
		defer p.close()
		if r := p.exchange(t.Context(), request, time.Now().Add(300*time.Millisecond)); r.failure != timedOut {
			t.Errorf("%q", r.failure)
		}
	})
}

func TestInterrupt(t *testing.T) {
	address, _ := peer(t, func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithCancel(t.Context())
	p := newPlain(address, 0)
	defer p.close()
	p.interrupt() // not connected: nothing to do
	time.AfterFunc(100*time.Millisecond, func() { cancel(); p.interrupt() })
	began := time.Now()
	if r := p.exchange(ctx, smallRequest, began.Add(time.Minute)); r.failure != canceled {
		t.Errorf("%q", r.failure)
	}
	if r := p.exchange(ctx, smallRequest, began.Add(time.Minute)); r.failure != canceled {
		t.Errorf("afterwards %q", r.failure)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}
