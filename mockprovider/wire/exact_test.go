package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestMessage pins the bytes of the builder.
func TestMessage(t *testing.T) {
	host := Field{"hOsT", "a"}
	tests := []struct {
		name string
		msg  Message
		want string
	}{
		{"fields keep order and spelling", Message{Method: "GET", Target: "/x?y", Fields: []Field{{"b", "1"}, host, {"B", " 2 "}, {"b", ""}}},
			"GET /x?y HTTP/1.1\r\nb: 1\r\nhOsT: a\r\nB:  2 \r\nb: \r\n\r\n"},
		{"length", Message{Method: "POST", Target: "/", Fields: []Field{host}, Body: []byte("body")},
			"POST / HTTP/1.1\r\nhOsT: a\r\nContent-Length: 4\r\n\r\nbody"},
		{"POST without a body", Message{Method: "POST", Target: "/"}, "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"},
		{"DELETE without a body", Message{Method: "DELETE", Target: "/"}, "DELETE / HTTP/1.1\r\n\r\n"},
		{"other version", Message{Method: "GET", Target: "/", Proto: "HTTP/1.0"}, "GET / HTTP/1.0\r\n\r\n"},
		{"own length", Message{Method: "POST", Target: "/", Fields: []Field{{"content-length", "9"}}, Body: []byte("body")},
			"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nbody"},
		{"own coding", Message{Method: "POST", Target: "/", Fields: []Field{{"transfer-encoding", "xchunked"}}, Body: []byte("0\r\n\r\n")},
			"POST / HTTP/1.1\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n"},
		{"chunks", Message{Method: "POST", Target: "/", Body: []byte("0123456789abcdefghij"), Chunks: []int{3, 0, -1, 16}},
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n012\r\n10\r\n3456789abcdefghi\r\n1\r\nj\r\n0\r\n\r\n"},
		{"chunks beyond the body", Message{Method: "POST", Target: "/", Body: []byte("abc"), Chunks: []int{2, 9, 9}},
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"},
		{"one chunk", Message{Method: "POST", Target: "/", Body: []byte("abc"), Chunks: []int{}},
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"},
		{"no chunk", Message{Method: "POST", Target: "/", Chunks: []int{1}},
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
		{"length beside coding", Message{Method: "POST", Target: "/", Fields: []Field{{"Content-Length", "1"}}, Body: []byte("a"), Chunks: []int{}},
			"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(tt.msg.Bytes()); got != tt.want {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
			head, _, _ := strings.Cut(tt.want, "\r\n\r\n")
			if got := string(tt.msg.Head()); got != head+"\r\n\r\n" {
				t.Errorf("head %q", got)
			}
			if req := tt.msg.Request(); req.Method != tt.msg.Method || len(req.Writes) != 1 || string(req.Writes[0].Bytes) != tt.want {
				t.Errorf("request %v", req)
			}
		})
	}
}

func TestMessageLeavesChunksAlone(t *testing.T) {
	chunks := make([]int, 1, 8)
	chunks[0] = 1
	Message{Body: []byte("abc"), Chunks: chunks}.Bytes()
	if spare := chunks[:2][1]; spare != 0 {
		t.Errorf("the caller's array now holds %d", spare)
	}
}

// capture is a peer that keeps everything it reads, and how that ended, and
// answers after the first byte or after all.
func capture(t *testing.T, early bool) (string, <-chan captured) {
	const answer = "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"
	got := make(chan captured, 1)
	return peer(t, func(conn net.Conn) {
		var buf bytes.Buffer
		if early {
			io.CopyN(&buf, conn, 1)
			io.WriteString(conn, answer)
		}
		_, err := io.Copy(&buf, conn)
		got <- captured{buf.Bytes(), err}
		io.WriteString(conn, answer)
	}), got
}

type captured struct {
	bytes []byte
	err   error // nil: FIN
}

// TestExactBytes: what reaches the peer is what was asked for, however it is
// cut, whatever it contains, and however it ends.
func TestExactBytes(t *testing.T) {
	random := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{1}).Read(random)
	gate := make(chan struct{})
	close(gate)
	tests := []struct {
		name    string
		req     Request
		early   bool // the peer answers after the first byte
		outcome Outcome
		ending  error
	}{
		{"malformed on purpose", Request{Writes: []Write{{Bytes: []byte("GET /\x00 HTTP/9.9\nfoo\rbar: \xff\r\n\r\n")}}, End: HalfClose}, false, Answered, nil},
		{"in pieces", Request{Writes: []Write{{Bytes: []byte("a")}, {}, {Bytes: []byte("bc"), Pause: time.Millisecond}, {Pause: time.Millisecond}}, End: HalfClose}, false, Answered, nil},
		{"large and binary", Request{Writes: []Write{{Bytes: random}, {Bytes: random[:7]}}, End: Close}, false, HungUp, nil},
		{"behind a gate", Request{Writes: []Write{{Bytes: random[:200_000]}}, End: Close, Gate: gate}, false, HungUp, nil},
		{"one byte behind a gate", Request{Writes: []Write{{Bytes: []byte("x")}}, End: Close, Gate: gate}, false, HungUp, nil},
		{"close", Request{Writes: []Write{{Bytes: []byte("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")}}, End: Close}, false, HungUp, nil},
		{"close, an answer unread", Request{Writes: []Write{{Bytes: []byte("half")}, {Pause: 100 * time.Millisecond}}, End: Close}, true, HungUp, nil},
		{"half-close", Request{Writes: []Write{{Bytes: []byte("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")}}, End: HalfClose}, false, Answered, nil},
		{"reset", Request{Writes: []Write{{Bytes: []byte("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")}, {Pause: 50 * time.Millisecond}}, End: Reset}, false, HungUp, syscall.ECONNRESET},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, seen := capture(t, tt.early)
			res := (&Client{Address: address}).Do(within(t), tt.req)
			if res.Outcome != tt.outcome || res.EarlyAnswer {
				t.Errorf("result %v", res)
			}
			checkTimes(t, res)
			var want []byte
			for _, w := range tt.req.Writes {
				want = append(want, w.Bytes...)
			}
			if res.BytesSent != int64(len(want)) || res.BytesTotal != int64(len(want)) {
				t.Errorf("sent %d of %d, want %d", res.BytesSent, res.BytesTotal, len(want))
			}
			got := <-seen
			if !bytes.Equal(got.bytes, want) {
				t.Errorf("peer got %d bytes %.80q, want %d", len(got.bytes), got.bytes, len(want))
			}
			if !errors.Is(got.err, tt.ending) {
				t.Errorf("peer saw %v, want %v", got.err, tt.ending)
			}
		})
	}
}

// TestGate: 8 requests lack one byte until they are released, and are then
// answered.
func TestGate(t *testing.T) {
	const n = 8
	req := post(1000)
	size := req.size()
	arrived := make(chan int, 2*n)
	address := peer(t, func(conn net.Conn) {
		buf := make([]byte, size)
		io.ReadFull(conn, buf[1:])
		arrived <- 1
		io.ReadFull(conn, buf[:1])
		io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	gate := make(chan struct{})
	req.Gate = gate
	client := Client{Address: address}
	results := make([]Result, n)
	var sending sync.WaitGroup
	for i := range results {
		sending.Go(func() { results[i] = client.Do(within(t), req) })
	}
	for range n {
		select {
		case <-arrived:
		case <-time.After(patience):
			t.Fatal("the peer did not get all but the last byte")
		}
	}
	released := time.Now()
	close(gate)
	sending.Wait()
	for _, res := range results {
		if res.Outcome != Answered || res.Status != 204 || res.EarlyAnswer || res.Sent.Before(released) || !res.Started.Before(released) {
			t.Errorf("result %v", res)
		}
	}
}

func TestGateEndsAtTheDeadline(t *testing.T) {
	req := get()
	req.Gate = make(chan struct{})
	client := Client{Address: peer(t, answering("")), Limits: Limits{Total: 100 * time.Millisecond}}
	res := client.Do(within(t), req)
	if res.Outcome != Timeout || res.BytesSent != res.BytesTotal-1 || !res.Sent.IsZero() {
		t.Errorf("result %v", res)
	}
}

// TestPauses uses a clock of its own: pauses are exact, and HangUp counts
// from the last byte.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		conn := newConn(ours, ours, DefaultLimits(), Result{})
		var arrivals []time.Duration
		begun := time.Now()
		go func() {
			buf := make([]byte, 100)
			for {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
				arrivals = append(arrivals, time.Since(begun))
			}
		}()
		res := conn.Do(context.Background(), Request{
			Writes: []Write{{Bytes: []byte("a")}, {Bytes: []byte("b"), Pause: 2 * time.Second}, {Bytes: []byte("c"), Pause: 3 * time.Second}},
			HangUp: 4 * time.Second,
		})
		synctest.Wait()
		if want := []time.Duration{0, 2 * time.Second, 5 * time.Second}; !slices.Equal(arrivals, want) {
			t.Errorf("arrived at %v, want %v", arrivals, want)
		}
		if res.Outcome != HungUp || res.Sent.Sub(begun) != 5*time.Second || res.Done.Sub(begun) != 9*time.Second {
			t.Errorf("result %v", res)
		}
	})
}

// TestPauseEndsWithTheAnswer: who has an answer does not drip on.
func TestPauseEndsWithTheAnswer(t *testing.T) {
	client := Client{Address: peer(t, answering("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"))}
	head := Message{Method: "POST", Target: "/", Fields: []Field{{"Content-Length", "1"}}}.Head()
	begun := time.Now()
	res := client.Do(within(t), Request{Method: "POST", Writes: []Write{{Bytes: head}, {Bytes: []byte("x"), Pause: 10 * time.Second}}})
	if res.Outcome != Answered || res.Status != 408 || !res.EarlyAnswer || res.BytesSent != int64(len(head)) {
		t.Errorf("result %v", res)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
