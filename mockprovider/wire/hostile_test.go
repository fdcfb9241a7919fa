package wire

import (
	"fmt"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

func reset(conn net.Conn) {
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// TestHostilePeers: every way a peer can misbehave has one outcome.
func TestHostilePeers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	short := Limits{Total: 300 * time.Millisecond}
	tests := []struct {
		name   string
		peer   func(net.Conn)
		req    Request
		limits Limits
		want   Result // Outcome, Detail, Status, Interim, Body, BodyTruncated, BodyComplete, EarlyAnswer
	}{
		{name: "well behaved", peer: answering(ok),
			want: Result{Outcome: Answered, Status: 200, Body: []byte("ok"), BodyComplete: true}},
		{name: "endless headers", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			endless(c, "X-Header: "+strings.Repeat("x", 100)+"\r\n")
		}, want: Result{Outcome: TooLarge, Detail: "head over the limit"}},
		{name: "one endless header line", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Header: ")
			endless(c, strings.Repeat("x", 1000))
		}, want: Result{Outcome: TooLarge, Detail: "head over the limit"}},
		{name: "endless status line", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 ")
			endless(c, strings.Repeat("x", 1000))
		}, want: Result{Outcome: TooLarge, Detail: "head over the limit"}},
		{name: "header bomb", peer: answering("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 100_000) + "\r\n"),
			want: Result{Outcome: TooLarge, Detail: "head over the limit"}},
		{name: "endless body", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
			endless(c, "12345678")
		}, limits: Limits{BodyBytes: 10},
			want: Result{Outcome: Answered, Status: 200, Body: []byte("1234567812"), BodyTruncated: true}},
		{name: "endless chunks", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			endless(c, "1\r\nx\r\n")
		}, limits: Limits{BodyBytes: 3},
			want: Result{Outcome: Answered, Status: 200, Body: []byte("xxx"), BodyTruncated: true}},
		{name: "endless chunk extension", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
			endless(c, "xxxxxxxx")
		}, want: Result{Outcome: Garbage, Detail: "malformed body framing", Status: 200}},
		{name: "endless trailers", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
			endless(c, "X: y\r\n")
		}, want: Result{Outcome: Garbage, Detail: "malformed body framing", Status: 200}},
		{name: "chunked garbage", peer: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n"),
			want: Result{Outcome: Garbage, Detail: "malformed body framing", Status: 200, Body: []byte("ok")}},
		{name: "endless 1xx", peer: func(c net.Conn) {
			readHead(c)
			endless(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
		}, limits: Limits{Interim: 3},
			want: Result{Outcome: TooLarge, Detail: "too many interim answers", Interim: []int{103, 103, 103}}},
		{name: "1xx, then final", peer: answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + ok),
			want: Result{Outcome: Answered, Status: 200, Interim: []int{100, 103}, Body: []byte("ok"), BodyComplete: true}},
		{name: "101 is final", peer: answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbinary"),
			want: Result{Outcome: Answered, Status: 101, BodyComplete: true}},
		{name: "garbage", peer: answering("SSH-2.0-OpenSSH_9.9\r\n"),
			want: Result{Outcome: Garbage, Detail: "not HTTP"}},
		{name: "short garbage, then silence", peer: answering("no"),
			want: Result{Outcome: Garbage, Detail: "not HTTP"}},
		{name: "answers TLS", peer: answering("\x15\x03\x01\x00\x02\x02\x16"),
			want: Result{Outcome: Garbage, Detail: "not HTTP, perhaps TLS"}},
		{name: "answers HTTP/2", peer: answering("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04\x00\x10\x00\x00"),
			want: Result{Outcome: Garbage, Detail: "not HTTP/1, perhaps HTTP/2"}},
		{name: "malformed header line", peer: answering("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
			want: Result{Outcome: Garbage, Detail: "malformed head"}},
		{name: "negative length", peer: answering("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
			want: Result{Outcome: Garbage, Detail: "malformed head"}},
		{name: "two lengths", peer: answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok"),
			want: Result{Outcome: Garbage, Detail: "malformed head"}},
		{name: "status below 100", peer: answering("HTTP/1.1 +12 x\r\n\r\n"),
			want: Result{Outcome: Garbage, Detail: "malformed status line"}},
		{name: "claims to be HTTP/2", peer: answering("HTTP/2.0 200 OK\r\n\r\n"),
			want: Result{Outcome: Garbage, Detail: "malformed status line"}},
		{name: "early answer, 20 MB unsent", peer: answering("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig"), req: post(20 << 20),
			want: Result{Outcome: Answered, Status: 413, Body: []byte("big"), BodyComplete: true, EarlyAnswer: true}},
		{name: "early answer and reset, 20 MB unsent", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
		}, req: post(20 << 20),
			want: Result{Outcome: Answered, Status: 413, Body: []byte("big"), BodyComplete: true, EarlyAnswer: true}},
		{name: "reset before the answer", peer: func(c net.Conn) { readHead(c); reset(c) },
			want: Result{Outcome: WasReset, Detail: "reset by the peer"}},
		{name: "reset in the head", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
			time.Sleep(50 * time.Millisecond) // until that has been read
			reset(c)
		}, want: Result{Outcome: WasReset, Detail: "reset by the peer"}},
		{name: "reset in the body", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")
			time.Sleep(50 * time.Millisecond)
			reset(c)
		}, want: Result{Outcome: WasReset, Detail: "reset by the peer", Status: 200, Body: []byte("ok")}},
		{name: "closed without an answer", peer: func(c net.Conn) { readHead(c) },
			want: Result{Outcome: WasClosed, Detail: "closed by the peer"}},
		{name: "closed in the status line", peer: func(c net.Conn) { readHead(c); io.WriteString(c, "HTTP/1.1 20") },
			want: Result{Outcome: WasClosed, Detail: "closed by the peer"}},
		{name: "closed in a header line", peer: func(c net.Conn) { readHead(c); io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1") },
			want: Result{Outcome: WasClosed, Detail: "closed by the peer"}},
		{name: "body shorter than its length", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")
		}, want: Result{Outcome: WasClosed, Detail: "closed by the peer", Status: 200, Body: []byte("ok")}},
		{name: "last chunk missing", peer: func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
		}, want: Result{Outcome: WasClosed, Detail: "closed by the peer", Status: 200, Body: []byte("ok")}},
		{name: "body until close", peer: func(c net.Conn) { readHead(c); io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nok") },
			want: Result{Outcome: Answered, Status: 200, Body: []byte("ok"), BodyComplete: true}},
		{name: "silent", peer: func(c net.Conn) { io.Copy(io.Discard, c) }, limits: short,
			want: Result{Outcome: Timeout, Detail: "deadline passed"}},
		{name: "never reads 20 MB", peer: func(c net.Conn) { c.Read(make([]byte, 1)); time.Sleep(500 * time.Millisecond) }, req: post(20 << 20), limits: short,
			want: Result{Outcome: Timeout, Detail: "deadline passed"}},
		{name: "head drips", peer: func(c net.Conn) { readHead(c); drip(c, "HTTP/1.1 200 OK\r\n"+strings.Repeat("x", 1000)) }, limits: short,
			want: Result{Outcome: Timeout, Detail: "deadline passed"}},
		{name: "body never ends", peer: answering("HTTP/1.1 200 OK\r\n\r\nok"), limits: short,
			want: Result{Outcome: Timeout, Detail: "deadline passed", Status: 200, Body: []byte("ok")}},
		{name: "HEAD has no body", peer: answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), req: Message{Method: "HEAD", Target: "/"}.Request(),
			want: Result{Outcome: Answered, Status: 200, BodyComplete: true}},
		{name: "204 has no body", peer: answering("HTTP/1.1 204 No Content\r\n\r\n"),
			want: Result{Outcome: Answered, Status: 204, BodyComplete: true}},
		{name: "304 has no body", peer: answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"),
			want: Result{Outcome: Answered, Status: 304, BodyComplete: true}},
		{name: "CONNECT has no body", peer: answering("HTTP/1.1 200 OK\r\n\r\n"), req: Message{Method: "CONNECT", Target: "a:1"}.Request(),
			want: Result{Outcome: Answered, Status: 200, BodyComplete: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.req.Writes == nil {
				tt.req = get()
			}
			client := Client{Address: peer(t, tt.peer), Limits: tt.limits}
			begun := time.Now()
			got := client.Do(within(t), tt.req)
			if took := time.Since(begun); took > patience/2 {
				t.Errorf("took %v", took)
			}
			checkResult(t, got, tt.want)
			checkTimes(t, got)
			if got.EarlyAnswer != (got.BytesSent < got.BytesTotal && got.Status != 0) {
				t.Errorf("EarlyAnswer = %v with %d of %d bytes sent", got.EarlyAnswer, got.BytesSent, got.BytesTotal)
			}
		})
	}
}

func drip(conn net.Conn, s string) {
	for i := range len(s) {
		if _, err := io.WriteString(conn, s[i:i+1]); err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// checkResult compares what does not differ between runs.
func checkResult(t *testing.T, got, want Result) {
	t.Helper()
	essence := func(r Result) string {
		return fmt.Sprintf("%s %q status %d interim %v body %.100q truncated %v complete %v early %v",
			r.Outcome, r.Detail, r.Status, r.Interim, r.Body, r.BodyTruncated, r.BodyComplete, r.EarlyAnswer)
	}
	if e, w := essence(got), essence(want); !reflect.DeepEqual(e, w) {
		t.Errorf("\n got %s\nwant %s", e, w)
	}
}

// checkTimes: what happened is in order, and what is complete has a time.
func checkTimes(t *testing.T, r Result) {
	t.Helper()
	if r.Connected.IsZero() || r.Done.IsZero() || r.LocalPort == 0 || r.Remote == "" {
		t.Errorf("connection not described: %v", r)
	}
	if r.Done.Before(r.Connected) || r.Started.Before(r.Connected) && !r.Started.IsZero() || !r.FirstByte.IsZero() && r.Done.Before(r.FirstByte) {
		t.Errorf("out of order: %v", r)
	}
	if (r.BytesSent == r.BytesTotal) == r.Sent.IsZero() && r.BytesTotal > 0 {
		t.Errorf("Sent %v with %d of %d bytes", r.Sent, r.BytesSent, r.BytesTotal)
	}
	if r.Outcome == Answered && r.FirstByte.IsZero() {
		t.Error("answered without a first byte")
	}
}
