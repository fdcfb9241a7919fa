package wire

import (
	"context"
	"errors"
	"net"
	"time"
)

// errReadSlowly ends an answer whose rest would have been there to read, had we
// not been told to read slowly.
var errReadSlowly = errors.New("read slowly")

var tooSlow = failure{HungUp, "read too slowly for the answer, as told"}

const (
	slowBuffer = 4 << 10 // of the kernel, in bytes: what a slow reader leaves waits at the peer
	slowPieces = 10      // a second
)

// slowly reads so many bytes a second, in small pieces, until ctx ends.
type slowly struct {
	conn net.Conn
	ctx  context.Context
	rate int
}

// readSlowly also keeps the kernel from reading ahead.
func (c *Conn) readSlowly(ctx context.Context, rate int) slowly {
	if tcp, ok := c.raw.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(slowBuffer) // where it fails, the peer is merely less hindered
	}
	return slowly{c.stream, ctx, rate}
}

func (s slowly) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, errReadSlowly
	}
	n, err := s.conn.Read(p[:min(len(p), max(1, s.rate/slowPieces))])
	if err != nil {
		return n, err
	}
	timer := time.NewTimer(time.Duration(n) * time.Second / time.Duration(s.rate))
	defer timer.Stop()
	select {
	case <-timer.C:
		return n, nil
	case <-s.ctx.Done():
		return n, errReadSlowly
	}
}
