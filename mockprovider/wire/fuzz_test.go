package wire

import (
	"context"
	"io"
	"net"
	"testing"
	"time"
)

// FuzzAnswer plays arbitrary bytes as the answer: it must end, within the
// bounds, and say something consistent.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		"", "H", "x", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n", "HTTP/1.0 999 \r\n\r\n",
		"HTTP/1.1 200 OK\nContent-Length: 1, 1\n folded\n\nx", "\x15\x03\x01\x00\x02\x02\x16", "\x00\x00\x06\x04",
	} {
		for _, method := range []string{"POST", "HEAD", "CONNECT"} {
			f.Add([]byte(s), method, false)
			f.Add([]byte(s+s), method, true)
		}
	}
	limits := Limits{Total: 10 * time.Second, HeaderBytes: 200, BodyBytes: 50, Interim: 2}.orDefaults()
	f.Fuzz(func(t *testing.T, answer []byte, method string, twice bool) {
		ours, theirs := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			defer theirs.Close()
			io.CopyN(io.Discard, theirs, 3)
			theirs.Write(answer)
			theirs.SetReadDeadline(time.Now().Add(time.Millisecond))
			io.Copy(io.Discard, theirs) // the second request
		}()
		conn := newConn(ours, ours, limits, Result{})
		req := Request{Method: method, Writes: []Write{{Bytes: []byte("abc")}}}
		checkAnswer(t, conn.Do(context.Background(), req), limits)
		if twice {
			checkAnswer(t, conn.Do(context.Background(), req), limits)
		}
		conn.Close()
		<-served
	})
}

func checkAnswer(t *testing.T, r Result, limits Limits) {
	switch r.Outcome {
	case Answered:
		if r.Status < 101 || r.BodyTruncated == r.BodyComplete {
			t.Errorf("answered, but %v", r)
		}
	case WasClosed, Garbage, TooLarge:
		if r.BodyComplete || r.Detail == "" {
			t.Errorf("failed, but %v", r)
		}
	default:
		t.Errorf("outcome %v", r)
	}
	if int64(len(r.Body)) > limits.BodyBytes || len(r.Interim) > limits.Interim || r.Done.IsZero() {
		t.Errorf("out of bounds: %v", r)
	}
	if r.BodyTruncated && int64(len(r.Body)) != limits.BodyBytes {
		t.Errorf("truncated at %d", len(r.Body))
	}
}
