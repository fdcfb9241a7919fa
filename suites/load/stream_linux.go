package load

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// errStale: the receiver closed the connection while it was idle. Nothing of
// the request left this machine.
var errStale = errors.New("connection closed while idle")

// A stream writes a request and reads its answer on one TCP connection with as
// few system calls as possible. The first Read after begin looks whether the
// idle connection is still open, writes the request, waits, and reads: all in
// one visit to the runtime's poller, which is armed before the request is
// written, so that an answer cannot slip through. An ordinary Write and Read
// would try to read first, in vain.
type stream struct {
	conn    *net.TCPConn
	raw     syscall.RawConn
	step    func(fd uintptr) bool // s.turn, bound once
	pending []byte                // of the request, not written yet
	reused  bool
	written bool
	dst     []byte
	n       int
	err     error
}

func newStream(conn *net.TCPConn) (*stream, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &stream{conn: conn, raw: raw}
	s.step = s.turn
	return s, nil
}

// begin makes the next Read send a request first. On a connection that was
// used before, that Read fails with errStale when the peer has closed it.
func (s *stream) begin(request []byte, reused bool) {
	s.pending, s.reused, s.written = request, reused, false
}

func (s *stream) Read(p []byte) (int, error) {
	if s.pending == nil {
		return s.conn.Read(p)
	}
	s.dst, s.n, s.err = p, 0, nil
	if err := s.raw.Read(s.step); err != nil {
		return 0, err
	}
	if s.err != nil || s.written {
		s.pending = nil
		return s.n, s.err
	}
	return s.rest(p)
}

// rest sends what did not fit into the socket's buffer at once.
func (s *stream) rest(p []byte) (int, error) {
	rest := s.pending
	s.pending = nil
	_, writeErr := s.conn.Write(rest)
	n, err := s.conn.Read(p) // a receiver may have answered and stopped reading
	if n == 0 && writeErr != nil {
		err = writeErr
	}
	return n, err
}

// turn is called when the poller is armed, and again whenever there may be
// something to read. True ends the Read.
func (s *stream) turn(fd uintptr) bool {
	if !s.written {
		return s.write(int(fd))
	}
	n, err := readOnce(int(fd), s.dst)
	switch {
	case err == unix.EAGAIN:
		return false
	case err != nil:
		s.err = os.NewSyscallError("read", err)
	case n == 0:
		s.err = io.EOF
	default:
		s.n = n
	}
	return true
}

// write sends the request. False means: sent, now wait for the answer.
func (s *stream) write(fd int) bool {
	if s.reused && readable(fd) {
		s.err = errStale
		return true
	}
	n, err := rawWrite(fd, s.pending)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		n = 0
	case err != nil && s.reused:
		s.err = errStale // the kernel took nothing
		return true
	case err != nil:
		s.err = os.NewSyscallError("write", err)
		return true
	}
	s.pending = s.pending[n:]
	s.written = len(s.pending) == 0
	return !s.written
}

// readable reports whether an idle connection has input: the peer's end of
// it, or an answer to nothing, such as 408. Such a connection is given up, so
// that a byte may be taken from it.
func readable(fd int) bool {
	var one [1]byte
	_, err := rawRead(fd, one[:])
	return err != unix.EAGAIN && err != unix.EINTR
}

func readOnce(fd int, p []byte) (int, error) {
	for {
		n, err := rawRead(fd, p)
		if err != unix.EINTR {
			return n, err
		}
	}
}
