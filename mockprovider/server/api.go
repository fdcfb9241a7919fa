// Package server is the producer as a service. So far that is its list of
// events: a receiver that missed deliveries asks it what has happened, as it
// would ask a real provider's API, and catches up.
package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// An API answers for the events that have happened:
//
//	GET  /events?since=RFC3339&after=CURSOR&limit=N → {"events": […], "next": "CURSOR or empty"}
//	GET  /events/{id}                               → {"id", "type", "created", "body"}
//	POST /events/{id}/replay                        → 202, and the event is delivered again
//
// Every request carries the token as a bearer token. Errors are {"error": "…"}.
// Make it with New, or with Listen where it shall have an address of its own.
type API struct {
	token   [sha256.Size]byte
	log     *log
	mux     *http.ServeMux
	asked   atomic.Int64
	limiter *rate.Limiter

	replays sync.WaitGroup
	slots   chan struct{}

	mu      sync.Mutex // of what follows; no replay begins while it is held
	ctx     context.Context
	cancel  context.CancelFunc
	deliver func(context.Context, Event)
}

// Bounds of replays: so many a second, so many at once, each so long.
const (
	replayRate  = 100
	replaySlots = 32
	replayTime  = 30 * time.Second
)

// New returns an API without an address. Name tells its cursors from those of
// another run; letters and digits.
func New(name, token string) *API {
	a := &API{
		token: sha256.Sum256([]byte(token)), log: newLog(name), mux: http.NewServeMux(),
		limiter: rate.NewLimiter(replayRate, replayRate), slots: make(chan struct{}, replaySlots),
		cancel: func() {}, // nothing is under way
	}
	a.mux.HandleFunc("/events", only(http.MethodGet, a.list))
	a.mux.HandleFunc("/events/{id}", only(http.MethodGet, a.one))
	a.mux.HandleFunc("/events/{id}/replay", only(http.MethodPost, a.replay))
	a.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, "there are /events, /events/{id} and /events/{id}/replay")
	})
	return a
}

// Publish lists an event that has happened. One of that id that is listed
// already stays as it is.
func (a *API) Publish(e Event) error { return a.log.add(e) }

// OnReplay sets what delivers an event again, until ctx ends.
func (a *API) OnReplay(deliver func(ctx context.Context, e Event)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.deliver == nil {
		a.ctx, a.cancel = context.WithCancel(context.Background())
	}
	a.deliver = deliver
}

// StopReplays ends those under way and waits for them. Until OnReplay, nothing
// is delivered again.
func (a *API) StopReplays() {
	a.mu.Lock()
	a.deliver = nil
	a.cancel()
	a.mu.Unlock()
	a.replays.Wait()
}

// Asked is how often the list, or an event of it, has been asked for with the
// right token.
func (a *API) Asked() int { return int(a.asked.Load()) }

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	// Hashes are of one length, so that not even that of the token shows.
	sum := sha256.Sum256([]byte(given))
	if !strings.EqualFold(method, "Bearer") || subtle.ConstantTimeCompare(sum[:], a.token[:]) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		fail(w, http.StatusUnauthorized, "send the token as Authorization: Bearer TOKEN")
		return
	}
	a.mux.ServeHTTP(w, r)
}

func (a *API) list(w http.ResponseWriter, r *http.Request) {
	a.asked.Add(1)
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	events, next, err := a.log.list(q)
	switch {
	case errors.Is(err, errGone):
		fail(w, http.StatusGone, err.Error())
	case err != nil:
		fail(w, http.StatusBadRequest, err.Error())
	default:
		answer(w, http.StatusOK, page{events, next})
	}
}

type page struct {
	Events []Event `json:"events"`
	Next   string  `json:"next"`
}

func (a *API) one(w http.ResponseWriter, r *http.Request) {
	a.asked.Add(1)
	if e, ok := a.known(w, r); ok {
		answer(w, http.StatusOK, e)
	}
}

func (a *API) known(w http.ResponseWriter, r *http.Request) (Event, bool) {
	e, ok := a.log.find(r.PathValue("id"))
	if !ok {
		fail(w, http.StatusNotFound, "no event of that id is kept")
	}
	return e, ok
}

func (a *API) replay(w http.ResponseWriter, r *http.Request) {
	e, ok := a.known(w, r)
	if !ok {
		return
	}
	switch err := a.again(e); {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "1")
		fail(w, http.StatusTooManyRequests, err.Error())
	case err != nil:
		fail(w, http.StatusConflict, err.Error())
	default:
		answer(w, http.StatusAccepted, struct {
			ID string `json:"id"`
		}{e.ID})
	}
}

var (
	errBusy = errors.New("too many replays")
	errIdle = errors.New("nothing is delivered at the moment")
)

// again starts a replay.
func (a *API) again(e Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	deliver, ctx := a.deliver, a.ctx
	if deliver == nil {
		return errIdle
	}
	if !a.limiter.Allow() {
		return errBusy
	}
	select {
	case a.slots <- struct{}{}:
	default:
		return errBusy
	}
	a.replays.Go(func() {
		defer func() { <-a.slots }()
		ctx, stop := context.WithTimeout(ctx, replayTime)
		defer stop()
		deliver(ctx, e)
	})
	return nil
}

// only lets one method through; HEAD is GET without the body.
func only(method string, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == method || r.Method == http.MethodHead && method == http.MethodGet {
			handle(w, r)
			return
		}
		w.Header().Set("Allow", method)
		fail(w, http.StatusMethodNotAllowed, "the method here is "+method)
	}
}

func fail(w http.ResponseWriter, status int, text string) {
	answer(w, status, struct {
		Error string `json:"error"`
	}{text})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who has gone misses it
}
