package load

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
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

// A connection is not kept open when it is not used any more: nobody may run out of
// them.
func TestChurnLeavesNothingOpen(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){"http": (*httptest.Server).Start, "http2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			open, most := 0, 0
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				mu.Lock()
				defer mu.Unlock()
				switch s {
				case http.StateNew:
					open++
					most = max(most, open)
				case http.StateClosed:
					open--
				}
			}
			start(srv)
			defer srv.Close()
			tgt := aim(t, srv.URL)
			if srv.TLS != nil {
				tgt.TLS = srv.Client().Transport.(*http.Transport).TLSClientConfig
			}
			s := smoke(t, perSecond(200), time.Second)
			s.Connections, s.InFlight, s.Objectives = scenarios.Churn, 4, nil
			l := play(t, tgt, s)
			mu.Lock()
			defer mu.Unlock()
			// A server notices a close a little later.
			if most > l.Sent/2 || l.Sent == 0 {
				t.Errorf("%d connections were open at once, for %d deliveries, 4 in flight", most, l.Sent)
			}
		})
	}
}
