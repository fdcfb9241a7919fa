package receiver

import (
	"bytes"
	"net/http"
	"strconv"
	"testing"
)

type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header       { return n.header }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}

// BenchmarkServeHTTP serves genuine deliveries of 1 KiB, each a new event.
func BenchmarkServeHTTP(b *testing.B) {
	for _, scheme := range everyScheme {
		b.Run(scheme, func(b *testing.B) {
			r := newReceiver(b, for1(scheme))
			defer r.Close()
			m := genuine(scheme, "")
			m.withBody(`{"type":"invoice.paid","data":{"text":"` + string(bytes.Repeat([]byte("x"), 960)) + `"}}`)
			var requests []*http.Request
			for i := range 512 {
				m.id = strconv.Itoa(i)
				req := m.request(b, "")
				canonical(req)
				requests = append(requests, req)
			}
			w := nowhere{http.Header{}}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				req := requests[i%len(requests)]
				var err error
				if req.Body, err = req.GetBody(); err != nil {
					b.Fatal(err)
				}
				r.ServeHTTP(w, req)
			}
		})
	}
}
