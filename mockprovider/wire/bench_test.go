package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
)

// BenchmarkKeepAlive sends 1 KB to the same server with Conn and with
// net/http's client, on enough connections to keep every processor busy: what
// is compared is processor time, the server's included.
func BenchmarkKeepAlive(b *testing.B) {
	srv := echoServer(b)
	body := bytes.Repeat([]byte("x"), 1024)

	b.Run("wire", func(b *testing.B) {
		client := &Client{Address: srv.Listener.Addr().String()}
		req := Message{Method: "POST", Target: "/", Fields: []Field{{"Host", "x"}}, Body: body}.Request()
		b.ReportAllocs()
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			conn, res := client.Dial(context.Background())
			if conn == nil {
				b.Error(res)
				return
			}
			defer conn.Close()
			for pb.Next() {
				if res := conn.Do(context.Background(), req); res.Outcome != Answered {
					b.Error(res)
					return
				}
			}
		})
	})
	b.Run("net-http", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
		defer client.CloseIdleConnections()
		b.ReportAllocs()
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				resp, err := client.Post(srv.URL, "text/plain", bytes.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	})
}
