package target

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Callback is a listener of ours that the receiver's worker tells of every
// event it has processed: POST {"id": "…"}. Ids of other runs are not counted:
// they are not asked for.
type Callback struct {
	token  string
	listen string
	server *http.Server
	done   chan struct{}
	began  time.Time
	mu     sync.Mutex
	counts map[string]told
	room   int // bytes of ids that may still be kept
}

// told is what was told of one event.
type told struct {
	count int
	first time.Duration // since the listener began
}

// maxCallbackIDs bounds, in bytes, what a hostile caller can make us keep: some
// ten million of our own ids.
const maxCallbackIDs = 512 << 20

// NewCallback listens on address. With a token, callers must send it as
// "Authorization: Bearer TOKEN".
func NewCallback(address, token string) (*Callback, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("effects callback: %w", err)
	}
	c := &Callback{token: token, listen: l.Addr().String(), began: time.Now(), counts: map[string]told{}, room: maxCallbackIDs, done: make(chan struct{})}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		defer close(c.done)
		_ = c.server.Serve(l) // ends with Close
	}()
	return c, nil
}

// Addr is where it listens.
func (c *Callback) Addr() string { return c.listen }

// Close stops listening and waits for the listener to end.
func (c *Callback) Close() error {
	err := c.server.Close()
	<-c.done
	return err
}

// ServeHTTP counts one effect.
func (c *Callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST {\"id\": …}", http.StatusMethodNotAllowed)
		return
	}
	if c.token != "" && subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+c.token)) != 1 {
		http.Error(w, "wrong token", http.StatusUnauthorized)
		return
	}
	var effect struct {
		ID string `json:"id"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&effect); err != nil || effect.ID == "" {
		http.Error(w, "expected {\"id\": \"…\"}", http.StatusBadRequest)
		return
	}
	if err := c.add(effect.ID); err != nil {
		http.Error(w, err.Error(), http.StatusInsufficientStorage)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Callback) add(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	event, known := c.counts[id]
	if !known {
		if len(id) > c.room {
			return errors.New("too many ids")
		}
		c.room -= len(id)
		event.first = time.Since(c.began)
	}
	event.count++
	c.counts[id] = event
	return nil
}

// Describe implements Probe.
func (c *Callback) Describe() Description {
	return Description{Name: "effects", Kind: "callback", Counts: "calls to http://" + c.listen + " with the event's id"}
}

// Counts implements Probe.
func (c *Callback) Counts(_ context.Context, ids []string) (map[string]int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	for _, id := range ids {
		if n := c.counts[id].count; n > 0 {
			out[id] = n
		}
	}
	return out, nil
}

// First is when the first effect of an event was told, if one was.
func (c *Callback) First(id string) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	event, known := c.counts[id]
	return c.began.Add(event.first), known
}
