package wire

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"time"
)

// meter counts what is read, remembers when, and keeps the first error:
// bufio swallows an error that comes with a partial line, and a second read
// after a reset says only EOF.
type meter struct {
	src  io.Reader
	left int64
	at   time.Time // of the last read that brought something
	err  error
}

// begin starts an answer. Bytes left over from the last one count as having
// arrived now.
func (m *meter) begin(limit int64) { m.left, m.at = limit, time.Now() }

func (m *meter) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	if m.left <= 0 {
		m.err = errHeadTooLarge
		return 0, m.err
	}
	n, err := m.src.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	m.err = err
	if n > 0 {
		m.at = time.Now()
	}
	return n, err
}

// receive reads one answer into res. It says how that ended (Answered if
// well) and why the connection cannot be used again, if so.
func (c *Conn) receive(ctx context.Context, method string, res *Result) (failure, string) {
	resp, fail := c.head(ctx, method, res)
	if fail.Outcome != Answered {
		return fail, ""
	}
	res.Proto, res.Status, res.Header = resp.Proto, resp.StatusCode, resp.Header
	switched := resp.StatusCode == http.StatusSwitchingProtocols ||
		method == http.MethodConnect && resp.StatusCode/100 == 2 // RFC 9110, section 9.3.6: no body
	if switched {
		res.BodyComplete = true
		return fail, "it is no longer HTTP"
	}
	c.in.left = math.MaxInt64 // from here on body bounds
	if fail := c.body(ctx, resp, res); fail.Outcome != Answered {
		return fail, ""
	}
	switch {
	case res.BodyTruncated:
		return fail, "the answer was not read completely"
	case resp.Close:
		return fail, "the peer asked to close"
	}
	return fail, ""
}

// head reads heads until a final one. It never closes the body of an answer,
// because net/http would drain an endless one; the connection is closed
// instead.
func (c *Conn) head(ctx context.Context, method string, res *Result) (*http.Response, failure) {
	for {
		if _, err := c.buf.Peek(1); err != nil {
			return nil, failureOf(ctx, err)
		}
		res.FirstByte = c.in.at
		if start, _ := c.buf.Peek(min(c.buf.Buffered(), len(httpStart))); !looksLikeHTTP(start) {
			return nil, failure{Garbage, describe(start)}
		}
		resp, err := http.ReadResponse(c.buf, &http.Request{Method: method})
		switch {
		case err != nil && c.in.err != nil:
			return nil, failureOf(ctx, c.in.err)
		case err != nil:
			return nil, failure{Garbage, "malformed head"}
		case resp.ProtoMajor != 1 || resp.StatusCode < 100:
			return nil, failure{Garbage, "malformed status line"}
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			return resp, failure{Outcome: Answered}
		case len(res.Interim) == c.limits.Interim:
			return nil, failure{TooLarge, "too many interim answers"}
		}
		res.Interim = append(res.Interim, resp.StatusCode)
		select {
		case c.interim <- struct{}{}:
		default: // nobody has taken the last one
		}
	}
}

// body reads at most the bound, and one byte more to know whether that was all.
func (c *Conn) body(ctx context.Context, resp *http.Response, res *Result) failure {
	if resp.Body == http.NoBody {
		res.BodyComplete = true
		return failure{Outcome: Answered}
	}
	var buf bytes.Buffer
	if length := resp.ContentLength; length > 0 && length <= c.limits.BodyBytes {
		buf.Grow(int(length) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, c.limits.BodyBytes+1))
	got := buf.Bytes()
	res.BodyTruncated = int64(len(got)) > c.limits.BodyBytes
	res.Body = got[:min(int64(len(got)), c.limits.BodyBytes)]
	switch {
	case res.BodyTruncated:
		return failure{Outcome: Answered}
	case err == nil:
		res.BodyComplete = true
		return failure{Outcome: Answered}
	case c.in.err != nil:
		fail := failureOf(ctx, c.in.err)
		if fail == tooSlow {
			res.BodyTruncated = true
			return failure{Outcome: Answered}
		}
		return fail
	}
	return failure{Garbage, "malformed body framing"}
}

const httpStart = "HTTP/"

func looksLikeHTTP(start []byte) bool {
	return bytes.HasPrefix([]byte(httpStart), start)
}

// describe names what else the peer may speak.
func describe(start []byte) string {
	switch {
	case len(start) > 1 && (start[0] == 0x15 || start[0] == 0x16) && start[1] == 3:
		return "not HTTP, perhaps TLS"
	case len(start) > 3 && start[0] == 0 && start[1] == 0 && start[3] == 4:
		return "not HTTP/1, perhaps HTTP/2"
	}
	return "not HTTP"
}
