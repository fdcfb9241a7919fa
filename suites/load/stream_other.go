//go:build !linux

package load

import (
	"errors"
	"net"
)

// errStale is never returned here: whether an idle connection is still open
// cannot be told without platform code, so a delivery on a closed one is
// recorded as closed.
var errStale = errors.New("connection closed while idle")

// A stream writes a request and reads its answer on one TCP connection.
type stream struct {
	conn    *net.TCPConn
	pending []byte
}

func newStream(conn *net.TCPConn) (*stream, error) { return &stream{conn: conn}, nil }

// begin makes the next Read send a request first.
func (s *stream) begin(request []byte, _ bool) { s.pending = request }

func (s *stream) Read(p []byte) (int, error) {
	var writeErr error
	if s.pending != nil {
		_, writeErr = s.conn.Write(s.pending)
		s.pending = nil
	}
	n, err := s.conn.Read(p) // a receiver may have answered and stopped reading
	if n == 0 && writeErr != nil {
		err = writeErr
	}
	return n, err
}
