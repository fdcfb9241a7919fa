package wire

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"
)

// TestAwait: bytes that await an interim answer go out when it comes, after the
// time given when none does, and not at all behind a final answer.
func TestAwait(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	body := make([]byte, 4)
	for _, tt := range []struct {
		name    string
		peer    func(net.Conn)
		await   time.Duration
		sent    int64 // bytes of the body
		interim []int
	}{
		{"told to continue", func(c net.Conn) {
			readHead(c)
			io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			io.ReadFull(c, make([]byte, len(body)))
			io.WriteString(c, ok)
		}, patience, 4, []int{100}},
		{"told nothing", func(c net.Conn) {
			readHead(c)
			io.ReadFull(c, make([]byte, len(body)))
			io.WriteString(c, ok)
		}, 10 * time.Millisecond, 4, nil},
		{"answered at once", answering(ok), patience, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := Client{Address: peer(t, tt.peer), Limits: Limits{Total: patience}}
			head := Message{Method: "POST", Target: "/", Fields: []Field{{"Host", "x"}, {"Content-Length", "4"}}}.Head()
			got := client.Do(within(t), Request{Method: "POST", Writes: []Write{{Bytes: head}, {Bytes: body, Await: tt.await}}})
			if got.Status != 200 || got.BytesSent != int64(len(head))+tt.sent || !slices.Equal(got.Interim, tt.interim) {
				t.Errorf("got %v", got)
			}
			if got.EarlyAnswer != (tt.sent == 0) {
				t.Errorf("early answer: %v", got.EarlyAnswer)
			}
		})
	}
}

func TestTrailer(t *testing.T) {
	m := Message{Method: "POST", Target: "/", Body: []byte("abc"), Chunks: []int{2}, Trailer: []Field{{"X-A", "1"}, {"x-b", ""}}}
	const want = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-A: 1\r\nx-b: \r\n\r\n"
	if got := string(m.Bytes()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
