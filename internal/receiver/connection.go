package receiver

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// endBehindChunks makes a request with chunks the last one on its connection.
// net/http does not tell whether it had a Content-Length too, and behind one that
// had, RFC 9112 section 6.1 demands it.
func (r *Receiver) endBehindChunks(w http.ResponseWriter, req *http.Request) {
	if len(req.TransferEncoding) > 0 && !r.flaws.has("both-lengths-kept") {
		w.Header()["Connection"] = closing
	}
}

// The flaw connection-trusted remembers which connections brought a delivery
// that was authentic.
type trustKey struct{}

func withTrust(ctx context.Context) context.Context {
	return context.WithValue(ctx, trustKey{}, new(atomic.Bool))
}

// trusted reports whether the connection is, and makes it so behind a delivery
// that was authentic.
func (r *Receiver) trusted(req *http.Request, authentic bool) bool {
	trust, _ := req.Context().Value(trustKey{}).(*atomic.Bool)
	if trust == nil || !r.flaws.has("connection-trusted") {
		return false
	}
	if authentic {
		trust.Store(true)
	}
	return trust.Load()
}

// serialListener is the flaw serial: the next connection is taken when the one
// before is closed.
type serialListener struct {
	net.Listener
	turn chan struct{} // holds what only one may have
	done chan struct{} // closed with the listener
	once *sync.Once
}

func newSerialListener(l net.Listener) serialListener {
	return serialListener{l, make(chan struct{}, 1), make(chan struct{}), new(sync.Once)}
}

func (l serialListener) Accept() (net.Conn, error) {
	select {
	case l.turn <- struct{}{}:
	case <-l.done:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.turn
		return nil, err
	}
	return &serialConn{Conn: conn, turn: l.turn}, nil
}

func (l serialListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return l.Listener.Close()
}

type serialConn struct {
	net.Conn
	once sync.Once
	turn chan struct{}
}

func (c *serialConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.turn })
	return err
}
