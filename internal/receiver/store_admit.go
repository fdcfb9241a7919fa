package receiver

import (
	"database/sql"
	"time"
)

// atTheDoor is how many events may wait to be written at once: some transactions'
// worth, so that whoever is turned away is told at once and nobody waits long.
const atTheDoor = 4 * groupSize

// admit takes an event on: its keys and its job are written in one transaction,
// and admitted is returned when that is on disk.
func (s *store) admit(a admission) outcome {
	asking := s.asking.Add(1)
	defer s.asking.Add(-1)
	if a.enqueue != nil && (asking > atTheDoor || s.isFull()) {
		return s.turnAway(a.keys)
	}
	result := admitted
	queued := a.enqueue != nil && !s.drops()
	err := s.write(func(w *writer) error {
		result = admitted
		is, err := s.knows(w.query, a.keys)
		switch {
		case err != nil:
			return err
		case is:
			result = known
			return nil
		case a.enqueue != nil && s.isFull(): // it has filled up meanwhile
			result = full
			return nil
		}
		if err := s.remember(w, a.keys); err != nil || !queued {
			return err
		}
		return addJob(w, a.job)
	})
	if err != nil {
		return down
	}
	if result == admitted && queued {
		s.added()
	}
	return result
}

// isFull reports whether as many jobs wait as may.
func (s *store) isFull() bool {
	return s.waiting.Load() >= queueSize && !s.flaws.has("queue-unbounded")
}

// turnAway refuses what there is no room for. It only reads, beside the committer,
// which has enough to do; what is known already is still called a duplicate.
func (s *store) turnAway(keys []eventKey) outcome {
	is, err := s.knows(s.db.Query, keys)
	switch {
	case err != nil:
		return down
	case is:
		return known
	}
	return full
}

// knows reports whether one of the keys was recorded within the retention. The
// unique key below is what guards against another process.
func (s *store) knows(query func(string, ...any) (*sql.Rows, error), keys []eventKey) (bool, error) {
	for _, k := range keys {
		rows, err := query("SELECT 1 FROM seen WHERE scheme = ? AND source = ? AND id = ? AND at >= ?",
			k.scheme, k.source, k.id, s.oldest())
		if err != nil {
			return false, err
		}
		found := rows.Next()
		if err := rows.Close(); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

func (s *store) remember(w *writer, keys []eventKey) error {
	for _, k := range keys {
		_, err := w.exec("INSERT OR REPLACE INTO seen (scheme, source, id, at) VALUES (?, ?, ?, ?)",
			k.scheme, k.source, k.id, s.now().UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// oldest is the time of the oldest key that counts, in milliseconds since 1970.
func (s *store) oldest() int64 { return s.now().Add(-s.retention).UnixMilli() }

// purge deletes keys that count no more, now and then.
func (s *store) purge() error {
	now := s.now()
	if age := now.Sub(s.purged); age >= 0 && age < s.retention/64 {
		return nil
	}
	if _, err := s.writer.exec("DELETE FROM seen WHERE at < ?", s.oldest()); err != nil {
		return err
	}
	s.purged = now
	return nil
}

func addJob(w *writer, j job) error {
	_, err := w.exec("INSERT INTO job (task, scheme, source, id, object, state, rank, hopeless) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		j.task, j.scheme, j.source, j.id, j.object, j.step.state, j.step.rank, j.hopeless)
	return err
}

// put adds a job whose event is recorded elsewhere.
func (s *store) put(j job) bool {
	if err := s.write(func(w *writer) error { return addJob(w, j) }); err != nil {
		return false
	}
	s.added()
	return true
}

// added wakes a worker for a new job.
func (s *store) added() {
	s.waiting.Add(1)
	select {
	case s.woken <- struct{}{}:
	default: // all of them will look anyway
	}
}

// soon is how long workers wait for what is not due yet, and before they try
// again what could not be written.
const soon = 50 * time.Millisecond
