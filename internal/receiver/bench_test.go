package receiver

import (
	"bytes"
	"net/http"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
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

// BenchmarkKeep takes events on, 64 senders at once, each a new event, and does
// their work: in memory, in a store, and in a store that puts each change into a
// transaction by itself.
func BenchmarkKeep(b *testing.B) {
	for _, kept := range []struct {
		name string
		in   func(*Config)
		most int64
	}{
		{"memory", func(c *Config) { c.Data = "" }, 0},
		{"store", func(*Config) {}, groupSize},
		{"store-one-by-one", func(*Config) {}, 1},
	} {
		b.Run(kept.name, func(b *testing.B) {
			cfg := durable(b, StandardWebhooks)
			cfg.BrokenWhile = ""
			kept.in(&cfg)
			var next, done atomic.Int64
			cfg.OnEffect = func(string) { done.Add(1) }
			r := newReceiver(b, cfg)
			defer r.Close()
			if s, ok := r.backlog.(*store); ok {
				s.most.Store(kept.most)
			}
			b.SetParallelism(64 / runtime.GOMAXPROCS(0))
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					id := strconv.FormatInt(next.Add(1), 10)
					key := eventKey{scheme: StandardWebhooks, id: id}
					a := admission{keys: []eventKey{key}, job: job{eventKey: key, task: ledgerTask}}
					a.enqueue = func() bool { return r.backlog.put(a.job) }
					for r.memory.admit(a) == full {
						time.Sleep(time.Millisecond)
					}
				}
			})
			until(b, "effect of every event", func() bool { return done.Load() == int64(b.N) }, func() any { return done.Load() })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
