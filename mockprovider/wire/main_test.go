package wire

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

// quiet is for servers whose clients misbehave on purpose.
var quiet = log.New(io.Discard, "", 0)

// peer listens on loopback and plays behaviour on every connection, which it
// closes afterwards. It is gone, goroutines included, when the test ends.
func peer(t testing.TB, behaviour func(net.Conn)) string {
	t.Helper()
	return peerAt(t, "127.0.0.1:0", behaviour)
}

func peerAt(t testing.TB, address string, behaviour func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("cannot listen on %s: %v", address, err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(patience))
				behaviour(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return listener.Addr().String()
}

// readHead reads up to the end of a request head.
func readHead(conn net.Conn) {
	r := bufio.NewReaderSize(conn, 1)
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == "\r\n" {
			return
		}
	}
}

// answering reads a head, writes answer, and waits until the client is gone.
func answering(answer string) func(net.Conn) {
	return func(conn net.Conn) {
		readHead(conn)
		io.WriteString(conn, answer)
		io.Copy(io.Discard, conn)
	}
}

// endless writes s again and again until the client is gone.
func endless(conn net.Conn, s string) {
	for {
		if _, err := io.WriteString(conn, s); err != nil {
			return
		}
	}
}

func get() Request {
	return Message{Method: "GET", Target: "/", Fields: []Field{{"Host", "test"}}}.Request()
}

func post(size int) Request {
	return Message{Method: "POST", Target: "/", Fields: []Field{{"Host", "test"}}, Body: make([]byte, size)}.Request()
}

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// String keeps test output short.
func (r Result) String() string {
	return fmt.Sprintf("%s %q early %v sent %d/%d %s %d interim %v body %d bytes %.80q truncated %v complete %v remote %s port %d connected %v started %v sent %v first %v done %v",
		r.Outcome, r.Detail, r.EarlyAnswer, r.BytesSent, r.BytesTotal, r.Proto, r.Status, r.Interim, len(r.Body), r.Body, r.BodyTruncated, r.BodyComplete,
		r.Remote, r.LocalPort, stamp(r.Connected), stamp(r.Started), stamp(r.Sent), stamp(r.FirstByte), stamp(r.Done))
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format("05.000000")
}
