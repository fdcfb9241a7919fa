package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func echoServer(t testing.TB) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.RemoteAddr, r.Method, body)
	}))
	t.Cleanup(srv.Close)
	return srv
}

func TestKeepAlive(t *testing.T) {
	srv := echoServer(t)
	client := Client{Address: srv.Listener.Addr().String()}
	conn, res := client.Dial(within(t))
	if conn == nil {
		t.Fatalf("dial: %v", res)
	}
	defer conn.Close()
	for i := range 50 {
		body := fmt.Sprintf("number %d", i)
		msg := Message{Method: "POST", Target: "/", Fields: []Field{{"Host", "x"}}, Body: []byte(body)}
		if i%2 == 1 {
			msg.Chunks = []int{1, 2}
		}
		got := conn.Do(within(t), msg.Request())
		want := fmt.Sprintf("127.0.0.1:%d POST %s", res.LocalPort, body)
		if got.Outcome != Answered || got.EarlyAnswer || string(got.Body) != want || got.LocalPort != res.LocalPort || got.Connected != res.Connected {
			t.Fatalf("%d: %v, body %q, want %q", i, got, got.Body, want)
		}
		checkTimes(t, got)
	}
}

// TestSpent: after these, nothing more is sent on the connection.
func TestSpent(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	halfClose := get()
	halfClose.End = HalfClose
	hangUp := get()
	hangUp.HangUp = 20 * time.Millisecond
	tests := []struct {
		name   string
		peer   func(net.Conn)
		req    Request
		first  Outcome
		detail string
	}{
		{"peer asks to close", answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), get(), Answered, "the peer asked to close"},
		{"HTTP/1.0", answering("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), get(), Answered, "the peer asked to close"},
		{"body until close", func(c net.Conn) { readHead(c); io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n") }, get(), Answered, "the peer asked to close"},
		{"body too large", answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"), get(), Answered, "the answer was not read completely"},
		{"switched", answering("HTTP/1.1 101 x\r\n\r\n"), get(), Answered, "it is no longer HTTP"},
		{"early answer", answering(ok), post(20 << 20), Answered, "the request was not sent completely"},
		{"half-closed", answering(ok), halfClose, Answered, "half-closed"},
		{"garbage", answering("x"), get(), Garbage, "the answer was not read completely"},
		{"hung up", answering(""), hangUp, HungUp, "the answer was not read completely"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := Client{Address: peer(t, tt.peer), Limits: Limits{BodyBytes: 4}}
			conn, res := client.Dial(within(t))
			if conn == nil {
				t.Fatalf("dial: %v", res)
			}
			defer conn.Close()
			if got := conn.Do(within(t), tt.req); got.Outcome != tt.first {
				t.Fatalf("first: %v", got)
			}
			got := conn.Do(within(t), get())
			if got.Outcome != WasClosed || got.Detail != tt.detail || got.BytesSent != 0 || got.BytesTotal == 0 || got.Done.IsZero() {
				t.Errorf("second: %v", got)
			}
		})
	}
}

// TestPipelining: requests in one write, answers one by one.
func TestPipelining(t *testing.T) {
	client := Client{Address: echoServer(t).Listener.Addr().String()}
	conn, res := client.Dial(within(t))
	if conn == nil {
		t.Fatalf("dial: %v", res)
	}
	defer conn.Close()
	var all []byte
	for i := range 5 {
		all = append(all, Message{Method: "POST", Target: "/", Fields: []Field{{"Host", "x"}}, Body: fmt.Append(nil, i)}.Bytes()...)
	}
	req := Request{Method: "POST", Writes: []Write{{Bytes: all}}}
	for i := range 5 {
		got := conn.Do(within(t), req)
		want := fmt.Sprintf("127.0.0.1:%d POST %d", res.LocalPort, i)
		if got.Outcome != Answered || got.EarlyAnswer || string(got.Body) != want {
			t.Fatalf("%d: %v body %q", i, got, got.Body)
		}
		req = Request{Method: "POST"} // from here on only reads
	}
}

// TestStrayAnswer: an answer nobody asked for yet is an early one.
func TestStrayAnswer(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	client := Client{Address: peer(t, answering(ok+ok))}
	conn, res := client.Dial(within(t))
	if conn == nil {
		t.Fatalf("dial: %v", res)
	}
	defer conn.Close()
	if got := conn.Do(within(t), get()); got.Outcome != Answered || got.EarlyAnswer {
		t.Errorf("first: %v", got)
	}
	if got := conn.Do(within(t), get()); got.Outcome != Answered || !got.EarlyAnswer {
		t.Errorf("second: %v", got)
	}
}

// TestCancel: a cancelled context ends reads, writes, pauses and gates at
// once; a deadline of the context counts as one.
func TestCancel(t *testing.T) {
	gated := get()
	gated.Gate = make(chan struct{})
	paused := get()
	paused.Writes[0].Pause = time.Hour
	dripping := get()
	dripping.Writes[0].Pause = time.Hour
	dripping.End = Close
	tests := []struct {
		name string
		peer func(net.Conn)
		req  Request
	}{
		{"reading", answering(""), get()},
		{"reading a body", answering("HTTP/1.1 200 OK\r\n\r\n"), get()},
		{"writing", func(c net.Conn) { time.Sleep(300 * time.Millisecond) }, post(50 << 20)},
		{"pausing", answering(""), paused},
		{"pausing before a close", answering(""), dripping},
		{"at the gate", answering(""), gated},
	}
	ends := []struct {
		name    string
		context func() (context.Context, context.CancelFunc)
		want    Outcome
	}{
		{"cancel", func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(context.Background())
			timer := time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("a reason of the caller's")) })
			return ctx, func() { timer.Stop(); cancel(nil) }
		}, Canceled},
		{"deadline", func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 50*time.Millisecond)
		}, Timeout},
	}
	for _, tt := range tests {
		for _, end := range ends {
			t.Run(tt.name+"/"+end.name, func(t *testing.T) {
				t.Parallel()
				client := Client{Address: peer(t, tt.peer)}
				ctx, cancel := end.context()
				defer cancel()
				begun := time.Now()
				if got := client.Do(ctx, tt.req); got.Outcome != end.want {
					t.Errorf("got %s %q, want %s", got.Outcome, got.Detail, end.want)
				}
				if took := time.Since(begun); took > 5*time.Second {
					t.Errorf("took %v", took)
				}
			})
		}
	}
}

func TestCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	conn, res := (&Client{Address: peer(t, answering(""))}).Dial(ctx)
	if conn == nil {
		t.Fatalf("dial: %v", res)
	}
	defer conn.Close()
	cancel()
	if got := conn.Do(ctx, get()); got.Outcome != Canceled {
		t.Errorf("do: %v", got)
	}
	if got := (&Client{Address: "127.0.0.1:1"}).Do(ctx, get()); got.Outcome != Canceled || got.BytesTotal == 0 {
		t.Errorf("dial: %v", got)
	}
}

func TestCloseFromElsewhere(t *testing.T) {
	conn, res := (&Client{Address: peer(t, answering(""))}).Dial(within(t))
	if conn == nil {
		t.Fatalf("dial: %v", res)
	}
	time.AfterFunc(50*time.Millisecond, func() { conn.Close() })
	if got := conn.Do(within(t), get()); got.Outcome != Canceled || got.Detail != "closed by the caller" {
		t.Errorf("got %v", got)
	}
}

// TestHangUp: giving up closes the connection; an answer in time is kept.
func TestHangUp(t *testing.T) {
	gone := make(chan error, 1)
	client := Client{Address: peer(t, func(conn net.Conn) {
		_, err := io.Copy(io.Discard, conn)
		gone <- err
	})}
	req := get()
	req.HangUp = 50 * time.Millisecond
	got := client.Do(within(t), req)
	if got.Outcome != HungUp || got.Sent.IsZero() || got.Done.Sub(got.Sent) < req.HangUp {
		t.Errorf("got %v", got)
	}
	if err := <-gone; err != nil {
		t.Errorf("peer saw %v", err)
	}

	req.HangUp = patience
	client = Client{Address: peer(t, answering("HTTP/1.1 204 No Content\r\n\r\n"))}
	if got := client.Do(within(t), req); got.Outcome != Answered {
		t.Errorf("got %v", got)
	}
}
