package receiver

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// How fast a receiver may be, and how many it may serve.
var paceVariants = []Variant{
	{Name: "slow", Summary: "takes 300 to 700 ms for each answer, as on a machine that is busy",
		Source: githubUse, Schemes: everyScheme,
		build: build{front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				next.ServeHTTP(w, req)
				wait(req.Context().Done(), 300*time.Millisecond+rand.N(400*time.Millisecond))
			})
		}}},
	{Name: "one-at-a-time", Summary: "has one worker: a request that has come whole waits for the one before",
		Source: "https://docs.gunicorn.org/en/stable/design.html#sync-workers", Schemes: everyScheme,
		build: build{front: oneAtATime}},
	{Name: "rate-limited", Summary: "answers 429, or now and then 503, with Retry-After to more than 200 requests a second",
		Source: rfc + "rfc6585#section-4", Schemes: everyScheme,
		build: build{front: func(next http.Handler) http.Handler { return &rateLimit{next: next} }}},
}

// What may stand between a receiver and its producers.
var edgeVariants = []Variant{
	{Name: "behind-edge", Summary: "stands behind a proxy: its Server, its Date, its redirects, its pages, no Allow",
		Source: rfc + "rfc9110#section-3.7", Target: "behind_proxy: true", Schemes: everyScheme,
		build: build{front: edge}},
	{Name: "closes-connections", Summary: "closes the connection after each answer, and says so",
		Source: rfc + "rfc9112#section-9.6", Schemes: everyScheme,
		build: build{server: func(s *http.Server) { s.SetKeepAlivesEnabled(false) }}},
	{Name: "impatient-connections", Summary: "closes a connection that is idle for 30 ms",
		Source: rfc + "rfc9112#section-9.5", Schemes: everyScheme,
		build: build{server: func(s *http.Server) { s.IdleTimeout = 30 * time.Millisecond }}},
	{Name: "http1-only", Summary: "speaks HTTP/1.1 only",
		Source: rfc + "rfc9113#section-3", Schemes: everyScheme,
		build: build{server: func(s *http.Server) {
			s.Protocols = new(http.Protocols)
			s.Protocols.SetHTTP1(true)
		}}},
	{Name: "http-1.0", Summary: "answers HTTP/1.0 and closes, as Python's http.server does",
		Source: "https://docs.python.org/3/library/http.server.html#http.server.BaseHTTPRequestHandler.protocol_version", Schemes: everyScheme,
		build: build{listen: func(l net.Listener) net.Listener { return oldListener{l} }, server: func(s *http.Server) {
			s.SetKeepAlivesEnabled(false)
			s.Protocols = new(http.Protocols)
			s.Protocols.SetHTTP1(true)
		}}},
	{Name: "length-required", Summary: "answers 411 to a body without a declared length",
		Source: rfc + "rfc9112#section-6.3", Schemes: everyScheme,
		build: build{front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.ContentLength < 0 {
					closeAfter(w)
					lengthNeeded.write(w)
					return
				}
				next.ServeHTTP(w, req)
			})
		}}},
	{Name: "refuses-unread", Summary: "refuses what carries no signature or credential before it reads the body, and closes",
		Source: rfc + "rfc9112#section-9.6", Schemes: everyScheme,
		build: build{front: refuseUnread}},
	{Name: "small-heads", Summary: "takes heads of at most 8 KiB",
		Source: rfc + "rfc6585#section-5", Schemes: everyScheme,
		build: build{server: func(s *http.Server) { s.MaxHeaderBytes = 4 << 10 }}}, // net/http adds 4 KiB of slack
}

// oneAtATime is a front with one worker, behind something that takes whole
// requests: who sends slowly keeps nobody waiting.
func oneAtATime(next http.Handler) http.Handler {
	worker := make(chan struct{}, 1)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		taken := sync.OnceFunc(func() { worker <- struct{}{} })
		req.Body = &ending{req.Body, taken}
		defer func() {
			taken() // also where nothing was read
			<-worker
		}()
		next.ServeHTTP(w, req)
	})
}

// An ending body tells when its end, or an error, has been read.
type ending struct {
	io.ReadCloser
	done func()
}

func (b *ending) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.done()
	}
	return n, err
}

func closeWrite(conn net.Conn) error {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// A rateLimit takes so many requests a window and tells the rest when to come
// again.
type rateLimit struct {
	next  http.Handler
	mu    sync.Mutex
	until time.Time
	taken int
	over  int
}

const (
	limitWindow = time.Second
	limitTaken  = 200
)

func (l *rateLimit) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if a := l.take(); a != nil {
		a.write(w)
		return
	}
	l.next.ServeHTTP(w, req)
}

var tooMany = &answer{http.StatusTooManyRequests, `{"error":"too many requests"}`, http.Header{"Retry-After": {"1"}}}

// take counts a request; its answer is nil while there is room.
func (l *rateLimit) take() *answer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.After(l.until) {
		l.until, l.taken = now.Add(limitWindow), 0
	}
	if l.taken++; l.taken <= limitTaken {
		return nil
	}
	if l.over++; l.over%4 == 0 {
		return busy
	}
	return tooMany
}

// edgeLag is how far the edge's clock is behind.
const edgeLag = 2 * time.Minute

// edge is a proxy in front: it has headers, a clock and pages of its own, sends
// whatever is not the endpoint to https, and forgets Allow.
func edge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/webhooks" {
			away := (&answer{status: http.StatusMovedPermanently}).page()
			away.withHeader("Location", "https://"+req.Host+req.URL.RequestURI()).write(w)
			return
		}
		answering(func(_ *http.Request, a *answer) *answer {
			if a.status == http.StatusMethodNotAllowed {
				a = a.page()
				a.headers.Del("Allow")
			}
			return a.withHeader("Server", "cloudflare").withHeader("Via", "1.1 edge").
				withHeader("Date", time.Now().Add(-edgeLag).UTC().Format(http.TimeFormat))
		})(next).ServeHTTP(w, req)
	})
}

// oldListener's connections speak HTTP/1.0.
type oldListener struct{ net.Listener }

func (l oldListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &oldConn{conn}, nil
}

// oldConn writes another version into the status line, which begins what
// net/http writes first. HTTP/1.0 knows no interim answers.
type oldConn struct{ net.Conn }

func (c *oldConn) Write(b []byte) (int, error) {
	switch rest, isHead := bytes.CutPrefix(b, []byte("HTTP/1.1 ")); {
	case !isHead:
		return c.Conn.Write(b)
	case bytes.HasPrefix(rest, []byte("100 ")):
		return len(b), nil
	default:
		return c.Conn.Write(append([]byte("HTTP/1.0 "), rest...))
	}
}

func (c *oldConn) CloseWrite() error { return closeWrite(c.Conn) }

// refuseUnread answers what cannot be authentic without reading on.
func refuseUnread(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		credentials := hasAny(req.Header, webhookSignature, hubSignature256, stripeSignature, authorization) || len(queryTokens(req)) > 0
		if req.Method == http.MethodPost && !credentials {
			closeAfter(w)
			unauthorized.write(w)
			return
		}
		next.ServeHTTP(w, req)
	})
}
