package receiver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
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

// Ids are kept for the retention, by the receiver's clock, and then deleted.
func TestRetention(t *testing.T) {
	cfg := durable(t, StandardWebhooks)
	var moved atomic.Int64
	cfg.Now = func() time.Time { return testNow.Add(time.Duration(moved.Load())) }
	r := newReceiver(t, cfg)
	defer r.Close()
	s := r.backlog.(*store)
	key := func(id string) admission { return admission{keys: []eventKey{{scheme: StandardWebhooks, id: id}}} }
	for _, step := range []struct {
		at   time.Duration
		id   string
		want outcome
	}{
		{0, "a", admitted},
		{75*time.Hour + 36*time.Minute, "a", known}, // behind the last retry of Standard Webhooks
		{defaultRetention, "a", known},
		{defaultRetention + time.Second, "a", admitted},
		{2*defaultRetention + time.Minute, "b", admitted},
	} {
		moved.Store(int64(step.at))
		if got := s.admit(key(step.id)); got != step.want {
			t.Errorf("%s after %s: got %d, want %d", step.id, step.at, got, step.want)
		}
	}
	left, err := collect[int64](s.db, "SELECT id, at FROM seen")
	if err != nil || len(left) != 1 {
		t.Errorf("left in the table: %v %v", left, err)
	}
}

// Who comes back after its lease has run out finds the job another's, and
// changes nothing.
func TestClaimThatRanOut(t *testing.T) {
	cfg := durable(t, StandardWebhooks)
	var moved atomic.Int64
	cfg.Now = func() time.Time { return testNow.Add(time.Duration(moved.Load())) }
	s, err := openStore(withDefaults(cfg, nil), nil) // no workers
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	key := eventKey{StandardWebhooks, "", "a"}
	a := admission{keys: []eventKey{key}, job: job{eventKey: key, task: ledgerTask}, enqueue: func() bool { return true }}
	if got := s.admit(a); got != admitted {
		t.Fatalf("not admitted: %d", got)
	}
	late := s.claim()
	if again := s.claim(); len(late) != 1 || len(again) != 0 {
		t.Fatalf("claimed %v and then %v", late, again)
	}
	moved.Store(int64(lease + time.Second))
	other := s.claim()
	for _, jobs := range [][]job{other, late} {
		if err := s.settle(jobs); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.count(ledgerTask, "a"); n != 1 || err != nil {
		t.Errorf("%d effects, %v", n, err)
	}
}

// One change that fails takes nothing away from those that share its transaction.
func TestGroupWithAFailure(t *testing.T) {
	s, err := openStore(withDefaults(durable(t, StandardWebhooks), nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	bad := errors.New("bad")
	var group []change
	for i := range 5 {
		run := func(w *writer) error { return addJob(w, job{task: ledgerTask}) }
		if i == 2 {
			run = func(w *writer) error { return errors.Join(addJob(w, job{task: ledgerTask}), bad) }
		}
		group = append(group, change{run, make(chan error, 1)})
	}
	s.commit(group)
	for i, c := range group {
		if err := <-c.done; errors.Is(err, bad) != (i == 2) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if jobs := s.claim(); len(jobs) != 4 {
		t.Errorf("%d jobs are written, want 4", len(jobs))
	}
}

func TestDataErrors(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Config){
		"not a database":    func(c *Config) { c.Data = text },
		"data /":            func(c *Config) { c.Data = filepath.Join(t.TempDir(), "no", "directory") },
		"for its data":      func(c *Config) { c.BrokenWhile = "broken" },
		"URL of their list": func(c *Config) { c.Data, c.EventsAPI = filepath.Join(t.TempDir(), "db"), "127.0.0.1:80" },
		"does not go with":  func(c *Config) { c.Data, c.Variants = filepath.Join(t.TempDir(), "db"), []string{"late-effects"} },
		"cannot show here":  func(c *Config) { c.Flaws = []string{"job-acked-late"} },
		"cannot be negativ": func(c *Config) { c.Retention = -1 },
	} {
		cfg := for1(StandardWebhooks)
		change(&cfg)
		r, err := New(cfg)
		if err == nil {
			r.Close()
			t.Errorf("no error with %q", want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

// What a receiver with a clock of its own answers is dated by it.
func TestDate(t *testing.T) {
	s := open(t, for1(StandardWebhooks))
	for _, a := range []reply{s.post(std()), s.method(http.MethodGet, "/healthz"), s.method(http.MethodGet, "/nowhere")} {
		if got := a.header.Get("Date"); got != testNow.Format(http.TimeFormat) {
			t.Errorf("%d is dated %s", a.status, got)
		}
	}
}

// A list that is not there, or is nonsense, takes nothing away from deliveries.
func TestReconciliationFails(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"refused":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"redirects": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/"); w.WriteHeader(302) },
		"nonsense":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"events":`)) },
		"no ids":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"events":[{}]}`)) },
	} {
		asked := make(chan bool, 1000)
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			asked <- true
			answer(w, req)
		}))
		cfg := durable(t, StandardWebhooks)
		cfg.EventsAPI, cfg.Reconcile = api.URL, 10*time.Millisecond
		s := open(t, cfg)
		for range 3 { // it asks again
			select {
			case <-asked:
			case <-time.After(testDeadline):
				t.Fatalf("%s: it does not ask", name)
			}
		}
		s.post(std())
		soonIs(t, s.r, map[string]int{"a": 1})
		s.close()
		api.Close()
	}
}
