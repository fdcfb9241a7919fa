package mockprovider

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// A producer that follows the decisions keeps at a receiver that fails in every
// way, with one event and a fresh signature each time, until it is acknowledged.
func TestRetriesUntilAcknowledged(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsec)
	var mu sync.Mutex
	var ids, signatures []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		ids = append(ids, r.Header.Get("webhook-id"))
		signatures = append(signatures, r.Header.Get("webhook-signature"))
		n := len(ids)
		mu.Unlock()
		switch n {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
		case 2: // nothing at all
			panic(http.ErrAbortHandler)
		case 3:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 4:
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer srv.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	client := wire.Client{Address: strings.TrimPrefix(srv.URL, "http://")}
	policy := k.composer.Scheme.RetryPolicy()
	r := Retries{Policy: policy, Seed: 1, Compress: policy.CompressTo(2 * time.Second)}
	event, err := k.maker.Make(EventSpec{Key: "retried", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var why []string
	at, begun := time.Now(), time.Now()
	for number := 1; ; number++ {
		d, err := k.composer.Compose(event, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		res := client.Do(ctx, d.Request)
		next := r.Next(Attempt{Key: "retried", Number: number, Status: res.Status, RetryAfter: res.Header.Get("Retry-After"), At: time.Now()})
		why = append(why, next.Why)
		if !next.Again {
			break
		}
		time.Sleep(next.Wait)
		at = at.Add(time.Second) // of the attempt, as the producer claims
	}
	want := "answered 500; no answer; answered 503, which slows the producer down, Retry-After asks for 1s; answered 302; it was acknowledged"
	if got := strings.Join(why, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if took := time.Since(begun); took < time.Second {
		t.Errorf("it took %v, though the receiver asked for a second", took)
	}
	seen := map[string]bool{}
	for i := range ids {
		seen[signatures[i]] = true
		if ids[i] != event.ID {
			t.Errorf("attempt %d is of %s", i+1, ids[i])
		}
	}
	if len(ids) != 5 || len(seen) != 5 {
		t.Errorf("%d attempts with %d signatures", len(ids), len(seen))
	}
}
