package receiver

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// durable is the configuration of a receiver with a store in a new directory
// and a clock that runs from testNow.
func durable(t testing.TB, scheme string, flaws ...string) Config {
	cfg := for1(scheme, flaws...)
	dir := t.TempDir()
	cfg.Data, cfg.BrokenWhile = filepath.Join(dir, "data.db"), filepath.Join(dir, "broken")
	start := time.Now()
	cfg.Now = func() time.Time { return testNow.Add(time.Since(start)) }
	return cfg
}

// soonIs waits until a receiver has these effects; a store's come after the answer.
func soonIs(t testing.TB, r *Receiver, want map[string]int) {
	t.Helper()
	until(t, fmt.Sprintf("effects %v", want), func() bool { return maps.Equal(r.Effects(), want) }, func() any { return r.Effects() })
}

// until waits for a condition, and says what there is instead when it does not come.
func until(t testing.TB, what string, is func() bool, instead func() any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testDeadline)
	defer cancel()
	for !is() {
		if !wait(ctx.Done(), 2*time.Millisecond) {
			t.Fatalf("no %s; got %v", what, instead())
		}
	}
}

func TestStoreOutlivesTheReceiver(t *testing.T) {
	for _, scheme := range everyScheme {
		t.Run(scheme, func(t *testing.T) {
			cfg := durable(t, scheme)
			first := open(t, cfg)
			first.post(genuine(scheme, "a"))
			first.post(genuine(scheme, "a"))
			soonIs(t, first.r, map[string]int{"a": 1})
			first.close()
			second := open(t, cfg)
			second.post(genuine(scheme, "a"))
			second.post(genuine(scheme, "b"))
			soonIs(t, second.r, map[string]int{"a": 1, "b": 1})
			mails := func() (map[string]int, error) { return second.r.books.counts(mailTask) }
			until(t, "mails", func() bool { m, _ := mails(); return maps.Equal(m, map[string]int{"a": 1, "b": 1}) },
				func() any { m, _ := mails(); return m })
			second.close()
			if got := fmt.Sprint(first.seen, second.seen); got != "[202 200] [200 202]" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A store that cannot be written is no success, and forgets nothing and keeps
// nothing.
func TestBrokenStore(t *testing.T) {
	cfg := durable(t, StandardWebhooks)
	s := open(t, cfg)
	s.post(std())
	soonIs(t, s.r, map[string]int{"a": 1})
	if err := os.WriteFile(cfg.BrokenWhile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.post(std())
	if a := s.post(genuine(StandardWebhooks, "b")); a.header.Get("Retry-After") == "" {
		t.Error("the sender is not told when to come again")
	}
	if err := os.Remove(cfg.BrokenWhile); err != nil {
		t.Fatal(err)
	}
	s.post(std())
	s.post(genuine(StandardWebhooks, "b"))
	soonIs(t, s.r, map[string]int{"a": 1, "b": 1})
	s.close()
	if got := fmt.Sprint(s.seen); got != "[202 503 503 200 202]" {
		t.Errorf("got %s", got)
	}
}

func TestConcurrentCopiesInAStore(t *testing.T) {
	s := open(t, durable(t, StandardWebhooks))
	var senders sync.WaitGroup
	want := map[string]int{}
	for i := range 40 {
		id := fmt.Sprint(i % 5)
		want[id] = 1
		senders.Go(func() { s.try(genuine(StandardWebhooks, id).request(t, s.base)) })
	}
	senders.Wait()
	soonIs(t, s.r, want)
	s.close()
}
