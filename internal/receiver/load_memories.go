package receiver

import (
	"sync"
	"time"
)

// strained is the memory of a receiver that has a flaw of load in it.
func (r *Receiver) strained(m memory) memory {
	switch {
	case r.flaws.has("dedupe-linear"):
		return &linear{memory: m, turn: newTurn()}
	case r.flaws.has("retries-double"):
		return &claims{memory: m, books: r.books, since: map[eventKey]time.Time{}}
	case r.flaws.has("works-before-answering"):
		return &workshop{memory: m, turn: newTurn()}
	}
	return m
}

// linear is the flaw dedupe-linear: the time that an admission takes grows with
// the number of those before it.
type linear struct {
	memory
	turn turn
	rows int // under turn
}

func (m *linear) admit(a admission) outcome {
	m.turn.take()
	defer m.turn.pass()
	time.Sleep(time.Duration(m.rows) * rowTime)
	result := m.memory.admit(a)
	if result == admitted {
		m.rows++
	}
	return result
}

// workshop is the flaw works-before-answering. What it takes on is recorded and
// queued as it should be; the sender waits for it, and for everybody before.
type workshop struct {
	memory
	turn turn
}

func (m *workshop) admit(a admission) outcome {
	m.turn.take()
	defer m.turn.pass()
	result := m.memory.admit(a)
	if result == admitted {
		time.Sleep(jobTime)
	}
	return result
}

// claims is the flaw retries-double: an id counts as taken for claimLife, and
// then only if its work is done.
type claims struct {
	memory
	books books
	mu    sync.Mutex
	since map[eventKey]time.Time
}

func (m *claims) admit(a admission) outcome {
	result := m.memory.admit(a)
	if result == known && m.lapsed(a.keys[0]) {
		result = enqueueOnly(a)
	}
	if result == admitted {
		m.mu.Lock()
		m.since[a.keys[0]] = time.Now()
		m.mu.Unlock()
	}
	return result
}

// lapsed reports whether the event of that key is to be taken for a new one.
func (m *claims) lapsed(key eventKey) bool {
	m.mu.Lock()
	since, claimed := m.since[key]
	m.mu.Unlock()
	if !claimed || time.Since(since) < claimLife {
		return false
	}
	n, err := m.books.count(ledgerTask, key.id)
	return err == nil && n == 0
}

// A turn lets one at a time through, in the order in which they come.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take() { t <- struct{}{} }

func (t turn) pass() { <-t }
