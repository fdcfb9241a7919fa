package receiver

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Flaws of HTTP/1 itself. net/http is right about the grammar, so receivers that
// are wrong about it have a front that mends requests before net/http sees them:
// it reads heads as leniently as those receivers do.

// frontFlaws are those that need the front.
var frontFlaws = []string{
	"host-unchecked", "space-before-colon", "first-length-wins", "length-lenient", "coding-lenient",
	"lenient-chunks", "fold-splits", "line-feed-crash", "extension-refused", "expect-ignored",
}

func (s flawSet) any(names []string) bool { return slices.ContainsFunc(names, s.has) }

type frontListener struct {
	net.Listener
	flaws flawSet
}

func (l frontListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &frontConn{Conn: conn, flaws: l.flaws}, nil
}

// frontLimit bounds what is kept of a request that does not end.
const frontLimit = 2 << 20

// frontConn is read by net/http, one goroutine at a time.
type frontConn struct {
	net.Conn
	flaws flawSet
	in    []byte // read, and not looked at
	out   []byte // for net/http
	left  int    // bytes of a body that are passed on
	held  []byte // a head that waits for its chunks
	raw   bool   // everything is passed on from here
	ended bool   // nothing more is read
}

func (c *frontConn) Read(p []byte) (int, error) {
	for c.out == nil {
		if c.pass() {
			continue
		}
		if c.ended {
			return 0, io.EOF
		}
		piece := make([]byte, 4<<10)
		n, err := c.Conn.Read(piece)
		c.in = append(c.in, piece[:n]...)
		switch {
		case n > 0 && err == nil:
		case errors.Is(err, io.EOF) && len(c.in) > 0:
			c.raw = true // an unfinished rest is net/http's to refuse
		case err != nil:
			return 0, err
		}
	}
	n := copy(p, c.out)
	if c.out = c.out[n:]; len(c.out) == 0 {
		c.out = nil
	}
	return n, nil
}

// pass moves what can be passed on, and reports whether anything could.
func (c *frontConn) pass() bool {
	switch {
	case len(c.in) == 0:
		return false
	case c.raw || len(c.in) > frontLimit:
		c.out, c.in = append(c.held, c.in...), nil
		c.held = nil
		return true
	case c.left > 0:
		n := min(c.left, len(c.in))
		c.out, c.in, c.left = c.in[:n:n], c.in[n:], c.left-n
		return true
	case c.held != nil:
		return c.passChunks()
	}
	return c.passHead()
}

// passHead rewrites a head when it is complete.
func (c *frontConn) passHead() bool {
	end := bytes.Index(c.in, []byte("\r\n\r\n"))
	if bare := bytes.Index(c.in, []byte("\n\n")); bare >= 0 && (end < 0 || bare < end) {
		return c.passBareHead()
	}
	if end < 0 {
		return false
	}
	lines := strings.Split(string(c.in[:end]), "\r\n")
	c.in = c.in[end+4:]
	if strings.HasPrefix(lines[0], "PRI * HTTP/2") {
		c.raw, c.out = true, []byte(strings.Join(lines, "\r\n")+"\r\n\r\n")
		return true
	}
	for _, mend := range mends {
		if c.flaws.has(mend.flaw) {
			lines = mend.lines(lines)
		}
	}
	head := []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
	switch {
	case fieldOf(lines, "Transfer-Encoding") == "":
		c.left, _ = strconv.Atoi(fieldOf(lines, "Content-Length"))
		c.out = head
	case c.flaws.has("lenient-chunks") && fieldOf(lines, "Transfer-Encoding") == "chunked", c.flaws.has("extension-refused"):
		c.held = head
	default:
		c.raw, c.out = true, head // the connection ends behind it anyway
	}
	return true
}

func (c *frontConn) passBareHead() bool {
	if !c.flaws.has("line-feed-crash") {
		c.raw = true
		return true
	}
	// Whether the sender still reads is all the same.
	_, _ = c.Conn.Write(rawAnswer(crashed, "close"))
	c.in, c.ended = nil, true
	return false
}

// passChunks replaces chunks by the body that they hold, once all are there.
func (c *frontConn) passChunks() bool {
	if c.flaws.has("extension-refused") {
		size, _, _ := bytes.Cut(c.in, []byte("\n"))
		c.raw = true
		if bytes.Contains(size, []byte(";")) {
			c.held, c.in = nil, []byte("no request\r\n\r\n") // which net/http refuses
		}
		return true
	}
	body, rest, whole := dechunk(c.in)
	if !whole {
		return false
	}
	head := strings.Split(strings.TrimSuffix(string(c.held), "\r\n\r\n"), "\r\n")
	head = slices.DeleteFunc(head, func(line string) bool { return named(line, "Transfer-Encoding") || named(line, "Content-Length") })
	head = append(head, "Content-Length: "+strconv.Itoa(len(body)), "", "")
	c.out, c.in, c.held = append([]byte(strings.Join(head, "\r\n")), body...), rest, nil
	return true
}

// dechunk reads chunks as C programs do: a size is what strtol makes of it.
func dechunk(in []byte) (body, rest []byte, whole bool) {
	for {
		line, after, found := bytes.Cut(in, []byte("\n"))
		if !found {
			return nil, nil, false
		}
		size := leniently(string(line))
		if size == 0 {
			_, rest, found = bytes.Cut(after, []byte("\n"))
			return body, rest, found
		}
		if len(after) < size {
			return nil, nil, false
		}
		body, in = append(body, after[:size]...), bytes.TrimLeft(after[size:], "\r\n")
	}
}

// leniently reads hexadecimal digits behind a sign and 0x, modulo 2^32.
func leniently(text string) int {
	text = strings.TrimPrefix(strings.TrimLeft(text, "+- "), "0x")
	n := uint32(0)
	for _, r := range strings.ToLower(text) {
		digit := strings.IndexRune("0123456789abcdef", r)
		if digit < 0 {
			break
		}
		n = n<<4 | uint32(digit)
	}
	return int(n)
}

// Write swallows the 100 (Continue) of expect-ignored.
func (c *frontConn) Write(p []byte) (int, error) {
	if c.flaws.has("expect-ignored") && bytes.Equal(p, []byte("HTTP/1.1 100 Continue\r\n\r\n")) {
		return len(p), nil
	}
	return c.Conn.Write(p)
}
