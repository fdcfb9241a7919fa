// Package webhooks receives GitHub's webhooks: the small receiver that the
// examples grade. It verifies, acknowledges, and works later.
package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
)

// maxBody is the most that GitHub sends, in bytes: 25 MB.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
const maxBody = 25 << 20

// A Receiver takes deliveries and hands each event to a worker once. What it
// remembers is in memory; yours belongs into the database that holds the work.
type Receiver struct {
	secret []byte
	handle func(id, event string, body []byte)
	work   chan func()
	done   chan struct{}

	mu   sync.Mutex
	seen map[string]bool
}

// New returns a receiver whose worker calls handle for every new event.
func New(secret string, handle func(id, event string, body []byte)) *Receiver {
	r := &Receiver{
		secret: []byte(secret), handle: handle,
		work: make(chan func(), 1024), done: make(chan struct{}), seen: map[string]bool{},
	}
	go func() {
		defer close(r.done)
		for job := range r.work {
			job()
		}
	}()
	return r
}

// Close lets the worker finish. No request may be under way.
func (r *Receiver) Close() {
	close(r.work)
	<-r.done
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "deliveries are sent with POST", http.StatusMethodNotAllowed)
		return
	}
	if len(req.TransferEncoding) > 0 {
		// net/http does not tell whether a Content-Length came with the chunks.
		// Behind both the connection must end (RFC 9112 section 6.1).
		w.Header().Set("Connection", "close")
	}
	if len(req.Header.Values("X-Hub-Signature-256")) != 1 {
		http.Error(w, "one signature is needed", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		refuseBody(w, err)
		return
	}
	if !r.signed(req.Header.Get("X-Hub-Signature-256"), body) {
		http.Error(w, "the signature is wrong", http.StatusUnauthorized)
		return
	}
	id, event := req.Header.Get("X-GitHub-Delivery"), req.Header.Get("X-GitHub-Event")
	if id == "" || event == "" || !json.Valid(body) {
		http.Error(w, "this is no delivery", http.StatusBadRequest)
		return
	}
	if !r.take(id, event, body) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too much work", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

func refuseBody(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
		return
	}
	http.Error(w, "the body could not be read", http.StatusBadRequest)
}

// signed verifies the signature over the bytes as they came.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func (r *Receiver) signed(header string, body []byte) bool {
	text, found := strings.CutPrefix(header, "sha256=")
	given, err := hex.DecodeString(text)
	if !found || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, r.secret)
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// take queues an event unless it was taken before; false means there is no
// room, and that the event may come again.
func (r *Receiver) take(id, event string, body []byte) bool {
	if event != "push" {
		return true // acknowledged, and nothing to do
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[id] {
		return true
	}
	select {
	case r.work <- func() { r.handle(id, event, body) }:
		r.seen[id] = true
		return true
	default:
		return false
	}
}
