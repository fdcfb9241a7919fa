package receiver

import (
	"sync"
	"time"
)

// A memory knows which events were taken on.
type memory interface {
	// admit records the keys of an event and puts its job into the backlog, both
	// or neither, unless one of the keys is recorded already.
	admit(admission) outcome
}

// An admission is an event that asks to be taken on.
type admission struct {
	keys    []eventKey // what it is known by; the event's own comes first
	job     job
	enqueue func() bool // nil: the job is not for the backlog
}

func (a admission) put() bool { return a.enqueue == nil || a.enqueue() }

// An outcome is what became of an attempt to take an event on.
type outcome int

const (
	untried  outcome = iota
	admitted         // recorded and enqueued
	known            // recorded before
	full             // not enqueued, not recorded
	inWork           // recorded, and not done yet
	down             // not recorded, because nothing can be just now
)

func newMemory(flaws flawSet) memory {
	switch {
	case flaws.has("no-dedupe"):
		return amnesia{}
	case flaws.has("dedupe-forgets"):
		return &shortMemory{}
	case flaws.has("dedupe-racy"):
		return &racyMemory{seen: seen{keys: map[eventKey]struct{}{}}}
	}
	return &seen{keys: map[eventKey]struct{}{}}
}

// seen is the correct memory: check, enqueue and record are one step, so that
// of several deliveries at once one is processed, and none is called a
// duplicate of one that was turned away.
type seen struct {
	mu   sync.Mutex
	keys map[eventKey]struct{}
}

func (s *seen) admit(a admission) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.any(a.keys) {
		return known
	}
	if !a.put() {
		return full
	}
	s.add(a.keys)
	return admitted
}

func (s *seen) any(keys []eventKey) bool {
	for _, key := range keys {
		if _, ok := s.keys[key]; ok {
			return true
		}
	}
	return false
}

func (s *seen) add(keys []eventKey) {
	for _, key := range keys {
		s.keys[key] = struct{}{}
	}
}

// enqueueOnly enqueues what is not recorded.
func enqueueOnly(a admission) outcome {
	if !a.put() {
		return full
	}
	return admitted
}

// amnesia is the flaw no-dedupe.
type amnesia struct{}

func (amnesia) admit(a admission) outcome { return enqueueOnly(a) }

// shortMemory is the flaw dedupe-forgets: only the latest key is known.
type shortMemory struct {
	mu     sync.Mutex
	latest eventKey
}

func (s *shortMemory) admit(a admission) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.keys[0] == s.latest {
		return known
	}
	s.latest = a.keys[0]
	return enqueueOnly(a)
}

// racyMemory is the flaw dedupe-racy: check, then act.
type racyMemory struct{ seen }

const raceGap = time.Millisecond

func (m *racyMemory) admit(a admission) outcome {
	m.mu.Lock()
	ok := m.any(a.keys)
	m.mu.Unlock()
	if ok {
		return known
	}
	time.Sleep(raceGap)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(a.keys)
	return enqueueOnly(a)
}

// signatures is the cache of the flaw signature-cached.
type signatures struct {
	mu   sync.Mutex
	good map[string]bool
}

func (s *signatures) has(signature string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.good[signature]
}

func (s *signatures) add(signature string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good == nil {
		s.good = map[string]bool{}
	}
	s.good[signature] = true
}
