package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"sync"
	"time"
)

// HTTP2 sends m over HTTP/2 on a fresh connection: "https" URLs with ALPN h2,
// "http" URLs with prior knowledge (RFC 9113, section 3.3).
//
// The bytes are those of net/http. The URL gives the target; Target, Proto,
// Chunks and the fields that HTTP/2 forbids (RFC 9113, section 8.2.2) are not
// used. BytesSent, BytesTotal and Sent tell what net/http took of the body.
// Client.Address may be empty; then the URL says where to connect.
func (c *Client) HTTP2(ctx context.Context, target string, m Message) Result {
	limits := c.Limits.orDefaults()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ctx, cancel := context.WithTimeout(ctx, limits.Total)
	defer cancel()

	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Result{}.ended(failure{Unsendable, "not an http or https URL"})
	}
	conn, raw, res := c.forURL(u).dialHTTP2(ctx, limits.Dial)
	res.BytesTotal = int64(len(m.Body))
	if conn == nil {
		return res
	}
	defer raw.Close()
	deadline, _ := ctx.Deadline()
	raw.SetDeadline(deadline)

	x := &http2Exchange{limits: limits, stop: stop, raw: raw, body: bytes.NewReader(m.Body), res: res}
	req, err := x.request(ctx, target, m)
	if err != nil {
		return res.ended(failure{Unsendable, "not a valid request"})
	}
	transport := http2Transport(conn, limits)
	defer transport.CloseIdleConnections()
	fail := x.do(ctx, transport, req)
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.res.ended(fail)
}

// forURL returns the client with what the URL implies filled in.
func (c *Client) forURL(u *url.URL) *Client {
	filled := *c
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	filled.Address = cmp.Or(c.Address, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port)))
	switch {
	case u.Scheme == "http":
		filled.TLS = nil
	case c.TLS == nil:
		filled.TLS = &tls.Config{}
	}
	return &filled
}

// dialHTTP2 returns the connection to use and the TCP connection below it.
func (c *Client) dialHTTP2(ctx context.Context, limit time.Duration) (conn net.Conn, raw *watched, res Result) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tcp, res := c.connect(ctx)
	if tcp == nil {
		return nil, nil, res
	}
	raw = &watched{Conn: tcp}
	if c.TLS == nil {
		return raw, raw, res
	}
	secure, err := c.handshake(ctx, raw, "h2")
	if err != nil {
		raw.Close()
		return nil, nil, res.ended(handshakeFailure(ctx, err))
	}
	if secure.ConnectionState().NegotiatedProtocol != "h2" {
		raw.Close()
		return nil, nil, res.ended(failure{TLSFailed, "HTTP/2 not negotiated"})
	}
	res.Ready = time.Now()
	return secure, raw, res
}

// http2Transport uses conn once: net/http would quietly send some requests
// again on a second connection, and a receiver would see a duplicate.
func http2Transport(conn net.Conn, limits Limits) *http.Transport {
	var once sync.Once
	dial := func(context.Context, string, string) (net.Conn, error) {
		err := errSecondConnection
		once.Do(func() { err = nil })
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	t := &http.Transport{
		DialContext:            dial,
		DialTLSContext:         dial,
		DisableCompression:     true, // it would add Accept-Encoding
		MaxResponseHeaderBytes: limits.HeaderBytes,
		Protocols:              new(http.Protocols),
	}
	_, secure := conn.(*tls.Conn)
	t.Protocols.SetHTTP2(secure)
	t.Protocols.SetUnencryptedHTTP2(!secure)
	return t
}

var (
	errSecondConnection = errors.New("second connection")
	errSentAgain        = errors.New("net/http was about to send the request again")
	errTooManyInterim   = errors.New("too many interim answers")
)

// http2Exchange collects a Result from the hooks of net/http, which run on
// goroutines of its own.
type http2Exchange struct {
	limits Limits
	stop   context.CancelCauseFunc
	raw    *watched

	mu   sync.Mutex
	body *bytes.Reader
	res  Result
}

func (x *http2Exchange) request(ctx context.Context, target string, m Message) (*http.Request, error) {
	ctx = httptrace.WithClientTrace(ctx, x.trace())
	var body io.Reader
	if len(m.Body) > 0 {
		body = http2Body{x}
	}
	req, err := http.NewRequestWithContext(ctx, m.Method, target, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(m.Body))
	for _, f := range m.Fields {
		switch key := textproto.CanonicalMIMEHeaderKey(f.Name); key {
		case "Host":
			req.Host = f.Value
		case "Content-Length", "Connection", "Proxy-Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade":
		default:
			req.Header.Add(key, f.Value)
		}
	}
	if req.Header["User-Agent"] == nil {
		req.Header["User-Agent"] = []string{""} // net/http's own is not sent then
	}
	return req, nil
}

func (x *http2Exchange) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) {
			x.mu.Lock()
			defer x.mu.Unlock()
			if !x.res.Started.IsZero() {
				x.stop(errSentAgain)
				return
			}
			x.res.Started = time.Now()
		},
		WroteHeaders:         x.wroteHeaders,
		GotFirstResponseByte: x.gotFirstByte,
		Got1xxResponse: func(status int, _ textproto.MIMEHeader) error {
			x.mu.Lock()
			defer x.mu.Unlock()
			if len(x.res.Interim) == x.limits.Interim {
				x.stop(errTooManyInterim) // net/http does not pass on what is returned here
				return errTooManyInterim
			}
			x.res.Interim = append(x.res.Interim, status)
			return nil
		},
	}
}

func (x *http2Exchange) wroteHeaders() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.res.BytesTotal == 0 {
		x.res.Sent = time.Now()
	}
}

func (x *http2Exchange) gotFirstByte() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.res.FirstByte.IsZero() {
		x.res.FirstByte = time.Now()
	}
}

// http2Body counts what net/http takes. It is not a bytes.Reader, which
// net/http would know how to send a second time.
type http2Body struct{ *http2Exchange }

func (b http2Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n, err := b.body.Read(p)
	b.res.BytesSent += int64(n)
	if b.res.BytesSent == b.res.BytesTotal && b.res.Sent.IsZero() {
		b.res.Sent = time.Now()
	}
	return n, err
}

func (x *http2Exchange) do(ctx context.Context, t *http.Transport, req *http.Request) failure {
	resp, err := t.RoundTrip(req)
	x.mu.Lock()
	x.res.EarlyAnswer = err == nil && x.res.BytesSent < x.res.BytesTotal
	if err == nil {
		x.res.Proto, x.res.Status, x.res.Header = resp.Proto, resp.StatusCode, resp.Header
	}
	x.mu.Unlock()
	if err != nil {
		return http2Failure(ctx, x.raw, err)
	}
	// Closing the body resets the stream; unlike HTTP/1 nothing is drained.
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, x.limits.BodyBytes+1))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.res.Done = time.Now()
	x.res.BodyTruncated = int64(len(got)) > x.limits.BodyBytes
	x.res.Body = got[:min(int64(len(got)), x.limits.BodyBytes)]
	x.res.BodyComplete = err == nil && !x.res.BodyTruncated
	if err != nil {
		return http2Failure(ctx, x.raw, err)
	}
	return failure{Outcome: Answered}
}
