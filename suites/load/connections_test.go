package load

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// connectionsOf plays a run of one delivery at a time over connections of a kind,
// and tells how many came on each.
func connectionsOf(t *testing.T, kind scenarios.Connections, start func(*httptest.Server)) (perConnection []int, sent int) {
	t.Helper()
	var (
		mu    sync.Mutex
		seen  = map[string]int{}
		order []string
	)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if seen[r.RemoteAddr] == 0 {
			order = append(order, r.RemoteAddr)
		}
		seen[r.RemoteAddr]++
	}))
	start(srv)
	defer srv.Close()
	s := smoke(t, perSecond(100), 600*time.Millisecond)
	s.Connections, s.InFlight, s.Objectives = kind, 1, nil
	tgt := aim(t, srv.URL)
	if srv.TLS != nil {
		tgt.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig
	}
	l := play(t, tgt, s)
	mu.Lock()
	defer mu.Unlock()
	for _, address := range order {
		perConnection = append(perConnection, seen[address])
	}
	return perConnection, l.Sent
}

func TestConnections(t *testing.T) {
	servers := map[string]func(*httptest.Server){
		"http":  (*httptest.Server).Start,
		"https": (*httptest.Server).StartTLS,
		"http2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	}
	kinds := map[scenarios.Connections]func(sent, i int) int{ // deliveries on connection i
		scenarios.KeepAlive: func(sent, _ int) int { return sent },
		scenarios.Churn:     func(int, int) int { return 1 },
		7:                   func(sent, i int) int { return min(7, sent-7*i) },
	}
	for name, start := range servers {
		for kind, want := range kinds {
			t.Run(name+" "+kind.String(), func(t *testing.T) {
				t.Parallel()
				each, sent := connectionsOf(t, kind, start)
				total := 0
				for i, n := range each {
					total += n
					if n != want(sent, i) {
						t.Errorf("%d deliveries on connection %d of %d, not %d", n, i, len(each), want(sent, i))
					}
				}
				if total != sent || sent == 0 {
					t.Errorf("%d deliveries came, of %d", total, sent)
				}
			})
		}
	}
}

// A connection that is not used any more is closed: nobody may run out of them.
func TestChurnLeavesNothingOpen(t *testing.T) {
	servers := map[string]func(*httptest.Server){
		"http":  (*httptest.Server).Start,
		"https": (*httptest.Server).StartTLS,
		"http2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	}
	for name, start := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const lanes = 4
			var open atomic.Int64
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				switch s {
				case http.StateNew:
					open.Add(1)
				case http.StateClosed:
					open.Add(-1)
				}
			}
			start(srv)
			defer srv.Close()
			tgt := aim(t, srv.URL)
			if srv.TLS != nil {
				tgt.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig
			}
			s := smoke(t, perSecond(200), 500*time.Millisecond)
			s.Connections, s.InFlight, s.Objectives = scenarios.Churn, lanes, nil
			if l := play(t, tgt, s); l.Sent <= 2*lanes {
				t.Fatalf("%d were sent", l.Sent)
			}
			// A server notices a close a little later; a lane's last stream may have
			// no next request after it.
			for deadline := time.Now().Add(10 * time.Second); open.Load() > lanes && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			if n := open.Load(); n > lanes {
				t.Errorf("%d connections are still open", n)
			}
		})
	}
}
