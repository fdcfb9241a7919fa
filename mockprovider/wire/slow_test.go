package wire

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestReadRate: an answer is read at the pace asked for. What is not read in
// time is no fault of the peer; what it does not send in time is.
func TestReadRate(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
	answer := head + strings.Repeat("x", 100)
	for _, tt := range []struct {
		name        string
		rate        int
		peer        func(net.Conn)
		total       time.Duration
		least, most time.Duration
		want        Result
	}{
		{"in pieces", 400, answering(answer), patience, 300 * time.Millisecond, patience / 2,
			Result{Outcome: Answered, Status: 200, Body: []byte(strings.Repeat("x", 100)), BodyComplete: true}},
		{"faster than it comes", 1 << 20, answering(answer), patience, 0, patience / 2,
			Result{Outcome: Answered, Status: 200, Body: []byte(strings.Repeat("x", 100)), BodyComplete: true}},
		{"not to the end of the head", 10, answering(answer), 500 * time.Millisecond, 450 * time.Millisecond, patience / 2,
			Result{Outcome: HungUp, Detail: "read too slowly for the answer, as told"}},
		{"the peer is silent", 1000, func(c net.Conn) { readHead(c); io.Copy(io.Discard, c) }, 300 * time.Millisecond, 250 * time.Millisecond, patience / 2,
			Result{Outcome: Timeout, Detail: "deadline passed"}},
		{"the peer stops", 1000, func(c net.Conn) { readHead(c); io.WriteString(c, head); io.Copy(io.Discard, c) }, 500 * time.Millisecond, 450 * time.Millisecond, patience / 2,
			Result{Outcome: Timeout, Detail: "deadline passed", Status: 200}},
		{"the peer closes", 1000, func(c net.Conn) { readHead(c); io.WriteString(c, head) }, patience, 0, patience / 2,
			Result{Outcome: WasClosed, Detail: "closed by the peer", Status: 200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := Client{Address: peer(t, tt.peer), Limits: Limits{Total: tt.total}}
			req := post(10)
			req.ReadRate = tt.rate
			begun := time.Now()
			got := client.Do(within(t), req)
			if took := time.Since(begun); took < tt.least || took > tt.most {
				t.Errorf("took %v, not %v to %v", took, tt.least, tt.most)
			}
			checkResult(t, got, tt.want)
			checkTimes(t, got)
		})
	}
}

// TestReadRateOfBody: a body that is not read to its end in time is cut short
// by us.
func TestReadRateOfBody(t *testing.T) {
	client := Client{Address: peer(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"+strings.Repeat("x", 5000))), Limits: Limits{Total: time.Second}}
	conn, res := client.Dial(within(t))
	if conn == nil {
		t.Fatal(res)
	}
	defer conn.Close()
	req := get()
	req.ReadRate = 200
	got := conn.Do(within(t), req)
	if got.Outcome != Answered || got.Status != 200 || !got.BodyTruncated || got.BodyComplete || len(got.Body) == 0 || len(got.Body) > 400 {
		t.Errorf("got %v", got)
	}
	if again := conn.Do(within(t), get()); again.Outcome != WasClosed {
		t.Errorf("a connection with an answer unread is used again: %v", again)
	}
}

// TestSlowReaderHoldsThePeerUp: what is not read stays with the peer, whose
// writes wait in the end; and the caller can end it at any time.
func TestSlowReaderHoldsThePeerUp(t *testing.T) {
	const size = 64 << 20
	written := make(chan int64, 1)
	client := Client{Limits: Limits{Total: 500 * time.Millisecond}, Address: peer(t, func(c net.Conn) {
		readHead(c)
		n, _ := io.Copy(c, io.LimitReader(filler{}, size))
		written <- n
	})}
	req := get()
	req.ReadRate = 100
	if got := client.Do(within(t), req); got.Status != 0 || got.Outcome == Answered {
		t.Errorf("got %v", got)
	}
	if n := <-written; n >= size {
		t.Errorf("the peer got rid of all %d bytes", n)
	}
}

// filler is an endless head.
type filler struct{}

func (filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	copy(p, "HTTP/1.1 200 OK\r\nA: ")
	return len(p), nil
}

// TestSlowReaderHangsUp: the waits between the pieces end with the exchange.
func TestSlowReaderHangsUp(t *testing.T) {
	client := Client{Address: peer(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))}
	req := get()
	req.ReadRate, req.HangUp = 1, 50*time.Millisecond
	begun := time.Now()
	if got := client.Do(within(t), req); got.Outcome != HungUp || got.Detail != "gave up waiting, as told" {
		t.Errorf("got %v", got)
	}
	if took := time.Since(begun); took > patience/2 {
		t.Errorf("took %v", took)
	}
}

// TestEndsAfterTheLastByte: the whole request arrives, and then the end of the
// connection, although nobody has answered.
func TestEndsAfterTheLastByte(t *testing.T) {
	for _, end := range []End{Close, Reset} {
		seen := make(chan captured, 1)
		client := Client{Address: peer(t, func(conn net.Conn) {
			b, err := io.ReadAll(conn)
			seen <- captured{b, err}
		})}
		req := post(1000)
		req.End = end
		got := client.Do(within(t), req)
		if got.Outcome != HungUp || got.BytesSent != got.BytesTotal || got.Sent.IsZero() {
			t.Errorf("%v: %v", end, got)
		}
		p := <-seen
		if int64(len(p.bytes)) != got.BytesTotal {
			t.Errorf("%v: %d of %d bytes arrive", end, len(p.bytes), got.BytesTotal)
		}
		if (p.err == nil) != (end == Close) {
			t.Errorf("%v: the peer saw %v", end, p.err)
		}
	}
}
