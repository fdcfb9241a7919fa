package receiver

import (
	"sync"
	"time"
)

// notes are what receivers with flaws remember of objects.
type notes struct {
	mu   sync.Mutex
	last map[string]time.Time // object → when its latest event happened
	said map[string]eventKey  // object and state → the event that said so
}

// tripsOverObject is what flaws make of an event because of its object: an
// answer instead of taking it on, nil where there is nothing to trip over.
func (r *Receiver) tripsOverObject(ev event, j job) *answer {
	switch {
	case j.object == "":
		return nil
	case r.refusesStep(j):
		return conflict
	case r.flaws.has("same-time-dropped"):
		return r.notes.notNewer(ev, j)
	case r.flaws.has("unique-transition"):
		return r.notes.saidBefore(ev, j)
	}
	return nil
}

// notNewer drops an event that is not newer than the latest of its object.
func (n *notes) notNewer(ev event, j job) *answer {
	at, err := parseTime(ev.at)
	if err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if last, known := n.last[j.object]; known && !at.After(last) {
		return duplicate
	}
	if n.last == nil {
		n.last = map[string]time.Time{}
	}
	n.last[j.object] = at
	return nil
}

// saidBefore fails on a second event that says the same of its object.
func (n *notes) saidBefore(ev event, j job) *answer {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := j.object + "\n" + j.step.state
	if by, known := n.said[key]; known && by != ev.eventKey {
		return crashed
	}
	if n.said == nil {
		n.said = map[string]eventKey{}
	}
	n.said[key] = ev.eventKey
	return nil
}

// saysAgain is the flaw duplicate-restates: what a duplicate says of its object
// is written once more.
func (r *Receiver) saysAgain(j job) {
	if j.object != "" && r.flaws.has("duplicate-restates") {
		r.books.restate(j)
	}
}
