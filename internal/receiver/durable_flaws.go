package receiver

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// crashGap is how far apart flawed receivers do what belongs together: wide
	// enough that a process that is killed under load is killed inside it.
	crashGap       = 25 * time.Millisecond
	heldAnswer     = 100 * time.Millisecond // by sigterm-resets, so that somebody waits
	shortRetention = 5 * time.Minute
	columnWidth    = 255 // bytes of an id that id-truncated keeps
	memoryFor      = 24  // jobs that crash-loop-on-burst survives
	lastBreath     = 300 * time.Millisecond
)

// confused is what flawed receivers make of the keys of an event.
func (s flawSet) confused(keys []eventKey, d *delivery) []eventKey {
	if s.has("id-and-body") {
		keys = keys[:1]
		keys[0].id += "\n" + bodyHash(d.body)
	}
	for i := range keys {
		if s.has("id-collation") {
			keys[i].id = strings.ToLower(keys[i].id)
		}
		if s.has("id-truncated") {
			keys[i].id = keys[i].id[:min(len(keys[i].id), columnWidth)]
		}
		if s.has("dedupe-per-connection") {
			keys[i].source += "\n" + d.req.RemoteAddr
		}
	}
	return keys
}

// refusesStep reports whether a flawed receiver refuses an event because of what
// its object has come to: more (refuses-older), or nothing yet (refuses-orphan).
func (r *Receiver) refusesStep(j job) bool {
	if j.object == "" || !r.flaws.has("refuses-older") && !r.flaws.has("refuses-orphan") {
		return false
	}
	to := r.comeTo(j)
	return r.flaws.has("refuses-older") && to.rank > j.step.rank ||
		r.flaws.has("refuses-orphan") && to.rank == 0 && j.step.rank > 1
}

// comeTo waits a little for what was acknowledged before and is still to be done.
func (r *Receiver) comeTo(j job) step {
	for range 4 {
		// What cannot be read just now is not known.
		if to, err := r.books.reached(j.object); err == nil && to.rank > 0 || j.step.rank == 1 || !r.flaws.has("refuses-orphan") {
			return to
		}
		wait(r.ctx.Done(), crashGap)
	}
	return step{}
}

// memory is what a receiver with a store knows events by: the store, or what
// flawed receivers have in front of it.
func (s *store) memory() memory {
	switch {
	case s.flaws.has("no-dedupe"), s.flaws.has("dedupe-forgets"), s.flaws.has("dedupe-racy"), s.flaws.has("dedupe-in-memory"):
		return newMemory(s.flaws)
	case s.flaws.has("fails-and-forgets"):
		return &keepsFailed{seen: seen{keys: map[eventKey]struct{}{}}}
	case s.flaws.has("acks-before-commit"):
		return eager{s}
	case s.flaws.has("inflight-duplicate-acked"):
		return &hasty{memory: s, open: map[eventKey]bool{}}
	case s.flaws.has("dedupe-before-work"):
		return idFirst{s}
	case s.flaws.has("work-before-dedupe"):
		return workFirst{s}
	}
	return s
}

// keepsFailed is the flaw fails-and-forgets.
type keepsFailed struct{ seen }

func (m *keepsFailed) admit(a admission) outcome {
	m.mu.Lock()
	is := m.any(a.keys)
	m.add(a.keys)
	m.mu.Unlock()
	if is {
		return known
	}
	return enqueueOnly(a)
}

// eager is the flaw acks-before-commit.
type eager struct{ s *store }

func (m eager) admit(a admission) outcome {
	m.s.workers.Go(func() {
		time.Sleep(crashGap)
		m.s.admit(a)
	})
	return admitted
}

// hasty is the flaw inflight-duplicate-acked.
type hasty struct {
	memory
	mu   sync.Mutex
	open map[eventKey]bool
}

func (m *hasty) admit(a admission) outcome {
	key := a.keys[0]
	m.mu.Lock()
	if m.open[key] {
		m.mu.Unlock()
		return known
	}
	m.open[key] = true
	m.mu.Unlock()
	time.Sleep(crashGap)
	result := m.memory.admit(a)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, key)
	return result
}

// idFirst is the flaw dedupe-before-work.
type idFirst struct{ s *store }

func (m idFirst) admit(a admission) outcome {
	if result := m.s.admit(admission{keys: a.keys, job: a.job}); result != admitted {
		return result
	}
	time.Sleep(crashGap)
	return enqueueOnly(a)
}

// workFirst is the flaw work-before-dedupe.
type workFirst struct{ s *store }

func (m workFirst) admit(a admission) outcome {
	is := false
	err := m.s.write(func(w *writer) (err error) {
		is, err = m.s.knows(w.query, a.keys)
		return err
	})
	switch {
	case err != nil:
		return down
	case is:
		return known
	}
	m.s.add(a.job)
	time.Sleep(crashGap)
	if m.s.write(func(w *writer) error { return m.s.remember(w, a.keys) }) != nil {
		return down
	}
	return admitted
}

// diesOfBacklog is the flaw crash-loop-on-burst.
func (s *store) diesOfBacklog() {
	if s.flaws.has("crash-loop-on-burst") && s.waiting.Load() > memoryFor {
		time.Sleep(lastBreath) // it is ready for a moment
		fmt.Fprintln(os.Stderr, "out of memory")
		os.Exit(2)
	}
}

// drops reports whether the job of an event that is taken on is lost: the flaw
// drops-when-busy, or acks-then-drops.
func (s *store) drops() bool {
	waiting := s.waiting.Load()
	return s.flaws.has("drops-when-busy") && waiting >= smallQueue || s.flaws.has("acks-then-drops") && waiting >= realQueue
}

// claim is the flaw stale-pid-file: whoever made the file may be gone.
func (s flawSet) claim(data string) error {
	if !s.has("stale-pid-file") {
		return nil
	}
	f, err := os.OpenFile(data+".pid", os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("a server is already running: %w", err)
	}
	return f.Close()
}

// failsOpen is the flaw verifier-down-accepts.
func (r *Receiver) failsOpen() bool {
	s, kept := r.backlog.(*store)
	return kept && r.flaws.has("verifier-down-accepts") && s.isBroken()
}
