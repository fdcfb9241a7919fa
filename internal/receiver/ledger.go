package receiver

import (
	"maps"
	"sync"
)

// A ledger counts the processings of every event.
type ledger struct {
	mu       sync.Mutex
	counts   map[string]int
	onEffect func(id string)
	times    int // effects of one processing; more than 1 is the flaw processes-twice
}

func newLedger(flaws flawSet, onEffect func(string)) *ledger {
	l := &ledger{counts: map[string]int{}, onEffect: onEffect, times: 1}
	if flaws.has("processes-twice") {
		l.times = 2
	}
	return l
}

func (l *ledger) add(id string) {
	for range l.times {
		l.mu.Lock()
		l.counts[id]++
		l.mu.Unlock()
		if l.onEffect != nil {
			l.onEffect(id)
		}
	}
}

func (l *ledger) count(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[id]
}

func (l *ledger) all() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}
