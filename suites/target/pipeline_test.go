package target

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

func threeRequests() (about []transcript.Exchange, all []mockprovider.Delivery) {
	for i := range 3 {
		m := wire.Message{Method: "POST", Target: fmt.Sprintf("/%d", i), Fields: []wire.Field{{Name: "Host", Value: "x"}}}
		about = append(about, transcript.Exchange{Scenario: "http.x", Step: i + 1})
		all = append(all, mockprovider.Delivery{Message: m, Request: m.Request()})
	}
	return about, all
}

// TestPipelined: one connection, all at once, an answer for each as long as the
// receiver gives one.
func TestPipelined(t *testing.T) {
	for _, tt := range []struct {
		name       string
		closeAfter string
		want       string
	}{
		{"all answered", "", "200 201 202 "},
		{"closed behind the second", "/1", "200 201 0closed "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var connections atomic.Int64
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == tt.closeAfter {
					w.Header().Set("Connection", "close")
				}
				w.WriteHeader(200 + int(r.URL.Path[1]-'0'))
			}))
			srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			srv.Start()
			defer srv.Close()
			s := senderTo(t, srv.URL, func(*Target) {})
			about, all := threeRequests()
			got, err := s.SendPipelined(t.Context(), about, all)
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, e := range got {
				text += fmt.Sprintf("%d%s ", e.Answer.Status, strings.TrimPrefix(e.Outcome, "answered"))
			}
			if text != tt.want || connections.Load() != 1 || s.Sent() != 3 {
				t.Errorf("%q over %d connections, %d sent; want %q", text, connections.Load(), s.Sent(), tt.want)
			}
		})
	}
}

func TestPipelinedIntoNothing(t *testing.T) {
	about, all := threeRequests()
	got, err := senderTo(t, "http://127.0.0.1:1/", func(*Target) {}).SendPipelined(t.Context(), about, all)
	if err != nil || len(got) != 3 || got[2].Outcome != "refused" || got[2].Step != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	poor := senderTo(t, "http://127.0.0.1:1/", func(tgt *Target) { tgt.Limits.Requests = 2 })
	if _, err := poor.SendPipelined(t.Context(), about, all); !errors.Is(err, ErrBudget) || poor.Sent() != 0 {
		t.Errorf("beyond the budget: %v, %d sent", err, poor.Sent())
	}
}

// TestPatience: a delivery may say how long its answer is waited for.
func TestPatience(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	s := senderTo(t, srv.URL, func(tgt *Target) { tgt.Timeouts.Answer = time.Minute })
	_, all := threeRequests()
	all[0].Patience = 50 * time.Millisecond
	e, err := s.Send(t.Context(), transcript.Exchange{}, all[0], nil)
	if err != nil || e.Outcome != "timeout" || e.Times.Done < 40 || e.Times.Done > 20000 {
		t.Errorf("%+v, %v", e, err)
	}
}
