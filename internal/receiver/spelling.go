package receiver

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Some flaws need to know how a sender wrote its headers, and net/http only has
// the canonical spelling. So the connection keeps what was read from it.
var asWrittenFlaws = []string{"case-sensitive-headers", "blanks-kept", "underscores-merged"}

type recordingListener struct{ net.Listener }

func (l recordingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &recordingConn{Conn: conn}, nil
}

// recordLimit is more than any head that net/http lets through.
const recordLimit = 64 << 10

type recordingConn struct {
	net.Conn
	mu   sync.Mutex
	read []byte // the latest, since the last head was taken
}

func (c *recordingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = append(c.read, p[:n]...)
	c.read = c.read[max(0, len(c.read)-recordLimit):]
	return n, err
}

// head takes the head of a request out of what was read. The bytes of an
// earlier body may stand before it, so it is looked for by its request line.
func (c *recordingConn) head(req *http.Request) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := bytes.Index(c.read, []byte(req.Method+" "+req.RequestURI+" HTTP/1."))
	if start < 0 {
		return nil
	}
	head, rest, _ := bytes.Cut(c.read[start:], []byte("\r\n\r\n"))
	c.read = rest // pipelined requests, perhaps
	return head
}

type connKey struct{}

func withConn(ctx context.Context, conn net.Conn) context.Context {
	if c, ok := conn.(*recordingConn); ok {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// asSpelt is the request's header as the receiver sees it: a flawed one misses
// the fields that were not sent in lower case, keeps the blanks around values, or
// takes _ for -.
func (r *Receiver) asSpelt(req *http.Request) http.Header {
	c, recorded := req.Context().Value(connKey{}).(*recordingConn)
	if !recorded {
		return req.Header
	}
	header := req.Header.Clone()
	for line := range bytes.Lines(c.head(req)) {
		name, value, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), ":")
		dashed := strings.ReplaceAll(name, "_", "-")
		switch {
		case r.flaws.has("blanks-kept") && value != "":
			header.Set(name, strings.TrimPrefix(value, " "))
			continue
		case r.flaws.has("underscores-merged") && dashed != name:
			header.Set(dashed, strings.TrimSpace(value))
			continue
		case !r.flaws.has("case-sensitive-headers"):
			continue
		}
		if name != strings.ToLower(name) && strings.HasPrefix(strings.ToLower(name), "webhook-") {
			header.Del(name)
		}
	}
	return header
}
