package load

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// plain is the carrier for http: bytes as they are, on a connection of its own.
type plain struct {
	address string
	most    int // requests on one connection; 0: as many as it takes
	sent    int // on this one
	in      *bufio.Reader
	stream  *stream // nil: not connected
	mu      sync.Mutex
	conn    *net.TCPConn // of stream, for interrupt
}

func newPlain(address string, most int) *plain {
	return &plain{address: address, most: most, in: bufio.NewReaderSize(nil, 4<<10)}
}

// exchange implements carrier. A request is sent again only when it provably
// did not leave: the connection was found closed before anything was written.
func (p *plain) exchange(ctx context.Context, request []byte, deadline time.Time) reply {
	if p.stream != nil {
		a, err := p.once(ctx, request, deadline, true)
		if !errors.Is(err, errStale) {
			return reply{a.status, a.retryAfter, failureOf(ctx, err)}
		}
	}
	if err := p.dial(ctx, deadline); err != nil {
		return reply{failure: failureOf(ctx, err)}
	}
	a, err := p.once(ctx, request, deadline, false)
	return reply{a.status, a.retryAfter, failureOf(ctx, err)}
}

func (p *plain) once(ctx context.Context, request []byte, deadline time.Time, reused bool) (answer, error) {
	err := p.stream.conn.SetDeadline(deadline)
	if err == nil {
		err = ctx.Err() // interrupt may have come before the deadline was set
	}
	var a answer
	if err == nil {
		p.stream.begin(request, reused)
		a, err = readAnswer(p.in)
		p.sent++
	}
	if err != nil || !a.keep || p.sent == p.most {
		p.close()
	}
	return a, err
}

func (p *plain) dial(ctx context.Context, deadline time.Time) error {
	dialer := net.Dialer{Deadline: deadline}
	conn, err := dialer.DialContext(ctx, "tcp", p.address)
	if err != nil {
		return err
	}
	tcp := conn.(*net.TCPConn)
	if p.stream, err = newStream(tcp); err != nil {
		tcp.Close()
		return err
	}
	p.in.Reset(p.stream)
	p.sent = 0
	p.mu.Lock()
	p.conn = tcp
	p.mu.Unlock()
	return nil
}

// interrupt implements carrier.
func (p *plain) interrupt() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		_ = p.conn.SetDeadline(time.Unix(1, 0)) // fails only when it is closed, which is as good
	}
}

// close implements carrier.
func (p *plain) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		_ = p.conn.Close() // the answer is read, or given up
	}
	p.conn, p.stream = nil, nil
}
