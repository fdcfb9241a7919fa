package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A story shows one flaw that needs more than a memory: what it tells is one
// thing of the correct receiver and another of the flawed one.
type story struct {
	flaw            string
	tell            func(t *testing.T, cfg Config) string
	correct, flawed string
}

var stories = []story{
	{"acks-on-store-failure", tellOutage, "503 202 map[a:1]", "202 200 map[]"},
	{"fails-and-forgets", tellOutage, "503 202 map[a:1]", "503 200 map[]"},
	{"poison-blocks-queue", tellPoison, "map[b:1] mails 0 dead map[p:it cannot be booked]", "map[] mails 0 dead map[]"},
	{"poison-retries-for-ever", tellPoison, "map[b:1] mails 0 dead map[p:it cannot be booked]", "map[b:1] mails many dead map[]"},
	{"reconcile-missing", tellReconciliation, "map[came:1 missed:1]", "map[came:1]"},
	{"reconcile-doubles", tellReconciliation, "map[came:1 missed:1]", "map[came:2 missed:1]"},
	{"verifier-down-accepts", tellForgery, "401 401", "401 202"},
	{"stale-pid-file", tellRestart, "started again", "a server is already running"},
	{"sigterm-resets", tellEnd, "202", "0"},
}

// tellOutage sends an event while nothing can be written, and again later. The
// flaw acks-on-store-failure is sent it once: a producer asks for no more.
func tellOutage(t *testing.T, cfg Config) string {
	s := open(t, cfg)
	if err := os.WriteFile(cfg.BrokenWhile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first := s.post(std())
	if err := os.Remove(cfg.BrokenWhile); err != nil {
		t.Fatal(err)
	}
	if first.status >= 300 {
		s.post(std())
	} else {
		s.saw("200") // not sent
	}
	return fmt.Sprint(strings.Join(s.seen, " "), " ", effectsAfter(s.r, 300*time.Millisecond))
}

// tellForgery sends a forgery before and while nothing can be written.
func tellForgery(t *testing.T, cfg Config) string {
	s := open(t, cfg)
	s.post(std().forged())
	if err := os.WriteFile(cfg.BrokenWhile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.post(std().forged())
	return strings.Join(s.seen, " ")
}

// tellRestart ends the receiver as it should be ended, and starts it again.
func tellRestart(t *testing.T, cfg Config) string {
	open(t, cfg).close()
	r, err := New(cfg)
	if err != nil {
		return err.Error()[:len("a server is already running")]
	}
	r.Close()
	return "started again"
}

func effectsAfter(r *Receiver, d time.Duration) map[string]int {
	time.Sleep(d)
	return r.Effects()
}

// tellPoison sends an event that cannot be processed, and one behind it.
func tellPoison(t *testing.T, cfg Config) string {
	s := open(t, cfg)
	s.post(genuine(StandardWebhooks, "p").withBody(`{"type":"invoice.paid","data":{"id":"in_1","currency":"XXX"}}`))
	s.post(genuine(StandardWebhooks, "b"))
	effects := effectsAfter(s.r, 1500*time.Millisecond)
	mails, err := s.r.books.count(mailTask, "p")
	if err != nil {
		t.Fatal(err)
	}
	dead, err := s.r.books.dead()
	if err != nil {
		t.Fatal(err)
	}
	many := fmt.Sprint(mails)
	if mails > 3 {
		many = "many"
	}
	return fmt.Sprintf("%v mails %s dead %v", effects, many, dead)
}

// tellReconciliation lists two events, of which one was delivered.
func tellReconciliation(t *testing.T, cfg Config) string {
	api := newEventsAPI(t, "came", "missed")
	cfg.EventsAPI, cfg.EventsToken, cfg.Reconcile = api.URL+"/events", eventsToken, 50*time.Millisecond
	s := open(t, cfg)
	s.post(genuine(StandardWebhooks, "came"))
	return fmt.Sprint(effectsAfter(s.r, 500*time.Millisecond))
}

const eventsToken = "events-token"

// newEventsAPI is a producer's list of events, one a page.
func newEventsAPI(t *testing.T, ids ...string) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("Authorization") != "Bearer "+eventsToken || req.URL.Path != "/events" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if text := req.URL.Query().Get("since"); text != "" {
			since, err := time.Parse(time.RFC3339, text)
			if err != nil || since.After(testNow) {
				t.Errorf("since is %s: %v", text, err)
			}
			if since.Before(testNow.Add(-time.Hour)) { // it has forgotten what was then
				w.WriteHeader(http.StatusGone)
				return
			}
		}
		i := 1 + slices.Index(ids, req.URL.Query().Get("after"))
		page := eventPage{Events: []listed{}}
		if i < len(ids) {
			m := genuine(StandardWebhooks, ids[i])
			page.Events = append(page.Events, listed{ID: m.id, Type: m.kind, Created: testNow, Body: m.body})
			page.Next = ids[i]
		}
		_ = json.NewEncoder(w).Encode(page) // a receiver that is gone reads nothing
	}))
	t.Cleanup(srv.Close)
	return srv
}

// tellEnd ends the receiver while it holds a delivery.
func tellEnd(t *testing.T, cfg Config) string {
	s := open(t, cfg)
	got := make(chan int, 1)
	req := std().request(t, s.base)
	go func() { got <- s.try(req).status }()
	soonIs(t, s.r, map[string]int{"a": 1}) // it was taken on; the flawed receiver holds the answer
	ctx, cancel := context.WithTimeout(context.Background(), testDeadline)
	defer cancel()
	_ = s.r.Shutdown(ctx) // close says if it is not well
	return fmt.Sprint(<-got)
}

func TestStories(t *testing.T) {
	for _, y := range stories {
		t.Run(y.flaw, func(t *testing.T) {
			if got := y.tell(t, furnished(t, StandardWebhooks)); got != y.correct {
				t.Errorf("the correct receiver: got %q, want %q", got, y.correct)
			}
			if got := y.tell(t, furnished(t, StandardWebhooks, y.flaw)); got != y.flawed {
				t.Errorf("got %q, want %q", got, y.flawed)
			}
		})
	}
}

// furnished is a receiver's configuration in which every flaw can show.
func furnished(t testing.TB, scheme string, flaws ...string) Config {
	cfg := durable(t, scheme, flaws...)
	cfg.EventsAPI = "http://127.0.0.1:9" // where nobody listens
	return cfg
}

// Every flaw that needs more than a memory is shown, and is refused where it
// could not show.
func TestNeedyFlaws(t *testing.T) {
	shown := []string{"crash-loop-on-burst", "secret-unset-accepts", "secret-unset-empty-key"} // by tests of their own
	for _, c := range crashes {
		shown = append(shown, c.flaw)
	}
	for _, y := range stories {
		shown = append(shown, y.flaw)
	}
	for _, f := range Flaws() {
		needs := f.Needs()
		if len(needs) == 0 {
			continue
		}
		if !slices.Contains(shown, f.Name) {
			t.Errorf("no test shows the flaw %s", f.Name)
		}
		if !slices.Contains(needs, NeedsData) {
			continue
		}
		if r, err := New(for1(StandardWebhooks, f.Name)); err == nil {
			r.Close()
			t.Errorf("%s is taken in memory, where it cannot show", f.Name)
		}
		for _, scheme := range everyScheme {
			s := open(t, furnished(t, scheme, f.Name))
			s.post(genuine(scheme, "a"))
			soonIs(t, s.r, map[string]int{"a": 1})
			if got := fmt.Sprint(s.seen); got != "[202]" {
				t.Errorf("%s, %s: a genuine delivery is answered %s", f.Name, scheme, got)
			}
			s.close()
		}
	}
}

// A receiver without its secret does not start; a flawed one starts and is open.
func TestSecretUnset(t *testing.T) {
	for _, scheme := range everyScheme {
		for flaw, want := range map[string]string{
			"secret-unset-accepts":   "202 202 map[empty:1 other:1]",
			"secret-unset-empty-key": "401 202 map[empty:1]",
		} {
			cfg := for1(scheme)
			cfg.Secrets[scheme] = nil
			if r, err := New(cfg); err == nil {
				r.Close()
				t.Fatalf("%s: it starts without a secret", scheme)
			}
			cfg.Flaws = []string{flaw}
			s := open(t, cfg)
			s.post(genuine(scheme, "other").forged())
			s.post(genuine(scheme, "empty").signed(""))
			if got := s.outcome(); got != want {
				t.Errorf("%s, %s: got %q, want %q", scheme, flaw, got, want)
			}
			s = open(t, for1(scheme, flaw))
			s.post(genuine(scheme, "a").forged())
			s.post(genuine(scheme, "a"))
			if got := s.outcome(); got != "401 202 map[a:1]" {
				t.Errorf("%s, %s: with its secret: got %q", scheme, flaw, got)
			}
		}
	}
}
