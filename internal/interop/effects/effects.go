// Package effects counts what a receiver does, apart from what it answers.
package effects

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// maxID bounds an id that a hook command reports, in bytes. Linux caps one
// command argument at 128 KiB, so no id that got that far is cut.
const maxID = 128 << 10

// Ledger counts processings by event id. Its zero value is ready to use.
//
// It counts every call of Processed and removes no duplicates: whether an event
// is processed twice is what a grader wants to know.
type Ledger struct {
	mu     sync.Mutex
	counts map[string]int
}

// Processed counts one processing of the event id. An event without an id is
// counted under "".
func (l *Ledger) Processed(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[id]++
}

// ServeHTTP answers with one JSON object, {"<id>": <count>, …}; an id that was
// never processed is absent.
func (l *Ledger) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	body, err := l.marshal()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body) // a reader that left needs no answer
}

func (l *Ledger) marshal() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(l.counts)
}

// Record counts one processing of the event whose id is the request's body, for
// receivers that process in another program. It answers 204, or 413 to a body
// over 128 KiB.
func (l *Ledger) Record(w http.ResponseWriter, r *http.Request) {
	id, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxID))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	l.Processed(string(id))
	w.WriteHeader(http.StatusNoContent)
}
