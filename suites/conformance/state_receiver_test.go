package conformance_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

// keeper is a receiver that keeps the state of invoices. It verifies nothing:
// it is about order alone. Its zero value but for the mutex is correct.
type keeper struct {
	mu     sync.Mutex
	seen   map[string]bool
	states map[string]string
	times  map[string]time.Time
	parked map[string]time.Time // paid before they were created

	// Odd, and correct.
	byTime  bool          // what happened last counts, whatever it is
	later   time.Duration // answers first, and works one event after the other
	parks   bool          // has no state of what was not created
	crowded bool          // tells every other delivery to come again

	// Flaws.
	lastWins       bool // what came last counts
	insists        bool // refuses what was not created
	outOfOrder     int  // the status for what is older than the last
	gap            time.Duration
	onlyNewer      bool // drops what is not newer than the last
	twiceRecorded  bool // writes the state before it looks for a duplicate
	uniqueByObject bool // fails on a second event that says the same
	forgets        bool // has states of nothing

	jobs chan message
	n    int
}

type message struct {
	id   string
	Type string    `json:"type"`
	Time time.Time `json:"timestamp"`
	Data struct {
		ID string `json:"id"`
	} `json:"data"`
}

var rank = map[string]int{"invoice.created": 1, "invoice.paid": 2}
var named = map[string]string{"invoice.created": "open", "invoice.paid": "paid"}

func (k *keeper) serve(t *testing.T) (webhooks, states string) {
	t.Helper()
	k.seen, k.states, k.times, k.parked = map[string]bool{}, map[string]string{}, map[string]time.Time{}, map[string]time.Time{}
	k.jobs = make(chan message, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m := range k.jobs {
			time.Sleep(k.later)
			k.take(m)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks", k.receive)
	mux.HandleFunc("GET /states/{object}", func(w http.ResponseWriter, r *http.Request) {
		k.mu.Lock()
		defer k.mu.Unlock()
		state, ok := k.states[r.PathValue("object")]
		if !ok || k.forgets {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"state": state})
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(func() { srv.Close(); close(k.jobs); <-done })
	return srv.URL + "/webhooks", srv.URL + "/states/{object}"
}

func (k *keeper) receive(w http.ResponseWriter, r *http.Request) {
	m := message{id: r.Header.Get("webhook-id")}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || json.Unmarshal(body, &m) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if k.crowded && k.every(2) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if k.later > 0 {
		k.jobs <- m
		w.WriteHeader(http.StatusAccepted)
		return
	}
	w.WriteHeader(k.take(m))
}

func (k *keeper) every(n int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n++
	return k.n%n == 0
}

// take processes an event and says with what status to answer.
func (k *keeper) take(m message) int {
	if rank[m.Type] == 0 {
		return http.StatusOK
	}
	if k.gap > 0 {
		return k.takeSlowly(m)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	object := m.Data.ID
	if k.twiceRecorded {
		k.states[object] = named[m.Type]
	}
	if k.seen[m.id] {
		return http.StatusOK
	}
	before, known := k.states[object]
	switch {
	case k.insists && !known && rank[m.Type] > 1:
		return http.StatusNotFound
	case k.outOfOrder != 0 && m.Time.Before(k.times[object]):
		return k.outOfOrder
	case k.uniqueByObject && known && before == named[m.Type]:
		return http.StatusInternalServerError
	}
	k.seen[m.id] = true
	k.write(object, m)
	return http.StatusOK
}

// write decides whether the event changes the object.
func (k *keeper) write(object string, m message) {
	before, known := k.states[object]
	switch {
	case k.parks && !known && rank[m.Type] > 1:
		k.parked[object] = m.Time
		return
	case k.onlyNewer && !m.Time.After(k.times[object]):
		return
	case k.byTime && m.Time.Before(k.times[object]):
		return
	case k.byTime && m.Time.Equal(k.times[object]) && before == "paid":
		return
	case !k.lastWins && !k.byTime && !k.onlyNewer && before == "paid":
		return
	}
	k.states[object], k.times[object] = named[m.Type], m.Time
	if _, paid := k.parked[object]; paid {
		k.states[object] = "paid"
	}
}

// takeSlowly reads the state, decides, and writes it, in three steps. The older
// an event is the longer it takes, as happens to some of a number of workers.
func (k *keeper) takeSlowly(m message) int {
	k.mu.Lock()
	before := k.states[m.Data.ID]
	k.mu.Unlock()
	time.Sleep(k.gap / time.Duration(rank[m.Type]))
	k.mu.Lock()
	defer k.mu.Unlock()
	if before != "paid" {
		k.states[m.Data.ID] = named[m.Type]
	}
	return http.StatusOK
}

// stateOf is how the states of a keeper are seen.
func stateOf(t *testing.T, url string) *target.State {
	t.Helper()
	probe, err := target.NewHTTPState(url, "")
	if err != nil {
		t.Fatal(err)
	}
	return &target.State{Object: "/data/id", Probe: probe, After: []target.Stage{{Type: "invoice.created", Is: "open"}, {Type: "invoice.paid", Is: "paid"}}}
}

// keeperTarget is a keeper as a target.
func keeperTarget(t *testing.T, k *keeper) *target.Target {
	t.Helper()
	url, states := k.serve(t)
	tgt, err := target.New(target.Settings{URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret})
	if err != nil {
		t.Fatal(err)
	}
	tgt.State = stateOf(t, states)
	tgt.Timeouts.Effect = time.Second
	return tgt
}
