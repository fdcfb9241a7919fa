package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"time"
)

// Conn is one connection for several requests, one after the other. It is not
// for concurrent use; only Close may be called at any time.
type Conn struct {
	raw    net.Conn // TCP: deadlines, half-close, reset
	stream net.Conn // what is written and read: raw, or TLS over it
	in     *meter
	buf    *bufio.Reader
	limits Limits
	base   Result // what every Result of this connection begins with
	spent  string // why it cannot be used again; empty if it can

	interim chan struct{} // tells the sender that an interim answer has come
}

func newConn(raw, stream net.Conn, limits Limits, base Result) *Conn {
	in := &meter{src: stream}
	return &Conn{
		raw: raw, stream: stream, in: in, buf: bufio.NewReader(in), limits: limits, base: base,
		interim: make(chan struct{}, 1),
	}
}

// Close ends the connection. It waits for nobody longer than a moment.
func (c *Conn) Close() error {
	if secure, ok := c.stream.(*tls.Conn); ok {
		c.raw.SetWriteDeadline(time.Now().Add(closeNotifyGrace))
		secure.CloseWrite() // without it the peer logs a truncated stream
	}
	return c.raw.Close()
}

const closeNotifyGrace = 200 * time.Millisecond

// Do sends one request and reads its answer. A connection can be used again
// when the request was sent and its answer read completely, and neither side
// asked to close; afterwards Do says WasClosed without sending anything.
func (c *Conn) Do(ctx context.Context, req Request) Result {
	res := c.base
	res.BytesTotal = req.size()
	if c.spent != "" {
		return res.ended(failure{WasClosed, c.spent})
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	deadline := time.Now().Add(c.limits.Total)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	ctx, stop := context.WithDeadline(ctx, deadline)
	defer stop()
	c.raw.SetDeadline(deadline)
	release := context.AfterFunc(ctx, c.interrupt)

	s := newSender(ctx, c, req, cancel)
	if req.End == Close || req.End == Reset {
		res = c.sendOnly(s, res)
	} else {
		res = c.sendAndReceive(s, res)
	}
	if !release() && c.spent == "" {
		c.spent = "interrupted" // the interruption may strike the next request
	}
	switch {
	case c.spent == "":
	case res.Outcome == Answered:
		c.Close()
	default:
		c.raw.Close()
	}
	return res
}

// interrupt makes reads and writes under way fail at once.
func (c *Conn) interrupt() { c.raw.SetDeadline(past) }

var past = time.Unix(1, 0)

func (c *Conn) sendOnly(s *sender, res Result) Result {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		io.Copy(io.Discard, c.raw) // closing with unread input would reset, and lose what is under way
	}()
	s.run()
	c.raw.Close()
	<-drained
	s.report(&res)
	c.spent = "closed after sending"
	if s.err != nil {
		return res.ended(failureOf(s.ctx, s.err))
	}
	if s.req.End == Reset {
		return res.ended(failure{HungUp, "reset after sending"})
	}
	return res.ended(failure{HungUp, "closed after sending"})
}

func (c *Conn) sendAndReceive(s *sender, res Result) Result {
	c.in.begin(c.limits.HeaderBytes)
	c.in.src = c.stream
	if s.req.ReadRate > 0 {
		c.in.src = c.readSlowly(s.ctx, s.req.ReadRate)
	}
	select {
	case <-c.interim: // of an earlier answer
	default:
	}
	go s.run()
	fail, again := c.receive(s.ctx, s.req.Method, &res)
	res.Done = time.Now()
	s.finish(fail.Outcome == Answered)
	s.report(&res)

	if fail.Outcome == WasClosed && isReset(s.err) {
		fail = failure{WasReset, "reset by the peer"} // the kernel tells only one of writer and reader
	}
	switch {
	case fail.Outcome != Answered:
		c.spent = "the answer was not read completely"
	case s.err != nil:
		c.spent = "the request was not sent completely"
	case s.req.End == HalfClose:
		c.spent = "half-closed"
	default:
		c.spent = again
	}
	return res.ended(fail)
}

// ended fills in how it ended.
func (r Result) ended(f failure) Result {
	r.Outcome, r.Detail = f.Outcome, f.Detail
	if r.Done.IsZero() {
		r.Done = time.Now()
	}
	return r
}
