package receiver

import (
	"maps"
	"sync"
	"time"
)

// books tell what was done. Where a method returns an error, they cannot be
// read just now.
type books interface {
	// add does the work of a job whose event is known.
	add(job)
	// counts are the effects of a task by event id.
	counts(task string) (map[string]int, error)
	count(task, id string) (int, error)
	// reached is how far an object has come; rank 0 where it is not known.
	reached(object string) (step, error)
	// restate writes an object's state whatever it is: a flaw.
	restate(job)
	// states are those of all objects.
	states() (map[string]string, error)
	// dead are the events that were given up, with the reason.
	dead() (map[string]string, error)
}

// A ledger is the books in memory.
type ledger struct {
	flaws    flawSet
	mu       sync.Mutex
	effects  map[string]map[string]int // task → id
	objects  map[string]step
	gaveUp   map[string]string
	onEffect func(id string)
	times    int // effects of one processing; more than 1 is the flaw processes-twice
}

func newLedger(flaws flawSet, onEffect func(string)) *ledger {
	l := &ledger{
		flaws:    flaws,
		effects:  map[string]map[string]int{ledgerTask: {}, mailTask: {}},
		objects:  map[string]step{},
		gaveUp:   map[string]string{},
		onEffect: onEffect,
		times:    flaws.times(),
	}
	return l
}

// times is how often an event is processed that was taken on once.
func (s flawSet) times() int {
	if s.has("processes-twice") {
		return 2
	}
	return 1
}

// whyHopeless is the reason that is kept with an event that cannot be processed.
const whyHopeless = "it cannot be booked"

func (l *ledger) add(j job) {
	if j.hopeless {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.gaveUp[j.id] = whyHopeless
		return
	}
	l.move(j)
	for range l.times {
		l.mu.Lock()
		l.effects[ledgerTask][j.id]++
		l.effects[mailTask][j.id]++
		l.mu.Unlock()
		if l.onEffect != nil {
			l.onEffect(j.id)
		}
	}
}

// move brings the job's object into its next state.
func (l *ledger) move(j job) {
	if j.object == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	from := l.objects[j.object]
	if l.flaws.has("state-racy") {
		l.mu.Unlock()
		time.Sleep(crashGap)
		l.mu.Lock()
	}
	if l.flaws.moves(from, j.step) {
		l.objects[j.object] = j.step
	}
}

// moves reports whether a step counts for an object that has come so far.
func (s flawSet) moves(from, to step) bool {
	switch {
	case s.has("last-write-wins"):
		return true
	case s.has("update-without-insert") && from.rank == 0:
		return to.rank == 1
	}
	return to.rank > from.rank
}

func (l *ledger) restate(j job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.objects[j.object] = j.step
}

func (l *ledger) count(task, id string) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.effects[task][id], nil
}

func (l *ledger) counts(task string) (map[string]int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.effects[task]), nil
}

func (l *ledger) reached(object string) (step, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.objects[object], nil
}

func (l *ledger) states() (map[string]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string]string{}
	for object, s := range l.objects {
		all[object] = s.state
	}
	return all, nil
}

func (l *ledger) dead() (map[string]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.gaveUp), nil
}
