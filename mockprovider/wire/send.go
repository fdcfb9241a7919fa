package wire

import (
	"context"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// One write call carries at most this much, so that what was sent is
	// known when the peer stops reading.
	writeSize = 64 << 10
	// The peer may answer before the writer has returned from its last
	// write call; it gets this long to do so.
	lastWriteGrace = 100 * time.Millisecond
)

// sender writes one request. Its plain fields belong to run until done is
// closed.
type sender struct {
	conn   *Conn
	req    Request
	ctx    context.Context // ends pauses and the wait at the gate
	cancel context.CancelCauseFunc

	total      int64
	sent       int64
	started    time.Time
	lastBegun  time.Time // just before the last write call
	finishedAt time.Time
	err        error
	hangUp     *time.Timer

	inLast atomic.Bool // nothing is left to begin
	done   chan struct{}
}

func newSender(ctx context.Context, c *Conn, req Request, cancel context.CancelCauseFunc) *sender {
	s := &sender{conn: c, req: req, ctx: ctx, cancel: cancel, total: req.size(), done: make(chan struct{})}
	s.inLast.Store(s.total == 0)
	return s
}

func (s *sender) run() {
	defer close(s.done)
	if s.err = s.writeAll(); s.err == nil {
		s.end()
	}
}

func (s *sender) writeAll() error {
	for _, w := range s.req.Writes {
		if err := s.pause(w.Pause, nil); err != nil {
			return err
		}
		if err := s.pause(w.Await, s.conn.interim); err != nil {
			return err
		}
		for piece := range slices.Chunk(w.Bytes, writeSize) {
			if err := s.piece(piece); err != nil {
				return err
			}
		}
	}
	return context.Cause(s.ctx)
}

// piece writes b, and before the last byte of all waits for the gate.
func (s *sender) piece(b []byte) error {
	last := s.sent+int64(len(b)) == s.total
	if last && s.req.Gate != nil {
		if err := s.put(b[:len(b)-1]); err != nil {
			return err
		}
		b = b[len(b)-1:]
		select {
		case <-s.req.Gate:
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
	if last {
		s.lastBegun = time.Now()
		s.inLast.Store(true)
	}
	return s.put(b)
}

func (s *sender) put(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if err := context.Cause(s.ctx); err != nil {
		return err
	}
	if s.started.IsZero() {
		s.started = time.Now()
	}
	n, err := s.conn.stream.Write(b)
	s.sent += int64(n)
	if s.sent == s.total {
		s.finishedAt = time.Now()
	}
	return err
}

// pause waits that long, or until something comes.
func (s *sender) pause(d time.Duration, comes <-chan struct{}) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-comes:
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

func (s *sender) end() {
	switch s.req.End {
	case KeepOpen:
		s.armHangUp()
	case HalfClose:
		s.conn.shutSending()
		s.armHangUp()
	case Close:
		s.conn.shutSending()
		s.conn.raw.Close()
	case Reset:
		if tcp, ok := s.conn.raw.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		s.conn.raw.Close()
	}
}

func (s *sender) armHangUp() {
	if s.req.HangUp > 0 {
		s.hangUp = time.AfterFunc(s.req.HangUp, func() { s.cancel(errHungUp) })
	}
}

// shutSending ends the TLS stream, if there is one, and the TCP stream below.
func (c *Conn) shutSending() {
	type closeWriter interface{ CloseWrite() error }
	if c.stream != c.raw {
		c.stream.(closeWriter).CloseWrite()
	}
	if tcp, ok := c.raw.(closeWriter); ok {
		tcp.CloseWrite()
	}
}

// finish stops the writer, whose rest nobody needs once the reader is done,
// and waits for it.
func (s *sender) finish(answered bool) {
	if answered && s.inLast.Load() {
		select {
		case <-s.done:
		case <-time.After(lastWriteGrace):
		}
	}
	select {
	case <-s.done:
	default:
		s.cancel(errAnswered)
		s.conn.raw.SetWriteDeadline(past)
		<-s.done
	}
	if s.hangUp != nil {
		s.hangUp.Stop()
	}
}

func (s *sender) report(res *Result) {
	res.BytesSent = s.sent
	res.Started = s.started
	res.Sent = s.finishedAt
	res.EarlyAnswer = res.Status != 0 && s.total > 0 &&
		(s.lastBegun.IsZero() || s.finishedAt.IsZero() || res.FirstByte.Before(s.lastBegun))
}
