package receiver

import "time"

// lingering are flaws that show in what waits when the process ends: their work
// takes time.
var lingering = []string{"job-not-resumed", "sigterm-drops-queue", "crash-loop-on-burst", "drops-when-busy"}

// perform does the claimed jobs and settles them.
func (s *store) perform(jobs []job) {
	if s.oneByOne() {
		jobs = s.performFlawed(jobs[0])
	}
	// What was claimed is settled even where the store is down for a while, or
	// it would wait until its lease has run out.
	for len(jobs) > 0 && s.settle(jobs) != nil && wait(s.ctx.Done(), soon) {
	}
	if s.flaws.has("mail-lost") && len(jobs) > 0 && jobs[0].task == ledgerTask && !jobs[0].hopeless {
		time.Sleep(crashGap)
		s.mail(jobs[0])
	}
}

// performFlawed is what flawed receivers do with a job before it is settled. It
// returns what is still to be settled.
func (s *store) performFlawed(j job) []job {
	switch {
	case s.flaws.any(slowWorkers) && j.task == ledgerTask:
		wait(s.ctx.Done(), jobTime)
	case s.flaws.any(lingering):
		time.Sleep(crashGap)
	case s.flaws.has("poison-blocks-queue") && j.hopeless:
		time.Sleep(soon)
	case s.flaws.has("poison-retries-for-ever") && j.hopeless:
		s.mail(j)
	case s.flaws.has("mail-outside-transaction") && j.task == ledgerTask && !j.hopeless:
		s.mail(j)
		time.Sleep(crashGap)
	case s.flaws.has("state-racy") && j.object != "":
		from, err := s.reached(j.object)
		time.Sleep(crashGap)
		if err != nil || !s.flaws.moves(from, j.step) {
			j.object = ""
		}
	case s.flaws.has("job-acked-early") && !j.hopeless:
		s.drop(j)
		time.Sleep(crashGap)
		s.add(j)
		return nil
	case s.flaws.has("job-acked-late") && !j.hopeless:
		s.add(j)
		time.Sleep(crashGap)
		s.drop(j)
		return nil
	}
	return []job{j}
}

// drop takes a job out of the queue, whatever became of it.
func (s *store) drop(j job) {
	err := s.write(func(w *writer) error {
		_, err := w.exec("DELETE FROM job WHERE seq = ?", j.seq)
		return err
	})
	if err == nil {
		s.waiting.Add(-1)
	}
}

// mail does the second effect by itself.
func (s *store) mail(j job) {
	j.task = mailTask
	_ = s.write(func(w *writer) error { return s.effect(w, j) })
}

// mailsApart reports whether the second effect is no job of its own.
func (s flawSet) mailsApart() bool {
	return s.has("mail-lost") || s.has("mail-outside-transaction")
}

// again is when a job that failed is tried again, and whether it ever is given up.
func (s *store) again(j job) (after time.Duration, last bool) {
	switch {
	case s.flaws.has("poison-blocks-queue"):
		return 0, false
	case s.flaws.has("poison-retries-for-ever"):
		return 2 * soon, false
	}
	return firstWait << (j.attempt - 1), j.attempt >= attempts
}

// upsert writes an object's state whatever it is.
const upsert = `INSERT INTO state (object, state, rank) VALUES (?1, ?2, ?3)
	ON CONFLICT (object) DO UPDATE SET state = excluded.state, rank = excluded.rank`

func (s *store) restate(j job) {
	_ = s.write(func(w *writer) error { // a flaw need not succeed
		_, err := w.exec(upsert, j.object, j.step.state, j.step.rank)
		return err
	})
}

// transition is how an object's state is written.
func (s *store) transition() string {
	switch {
	case s.flaws.has("last-write-wins"), s.flaws.has("state-racy"):
		return upsert
	case s.flaws.has("update-without-insert"):
		return `INSERT INTO state (object, state, rank) SELECT ?1, ?2, ?3
			WHERE ?3 = 1 OR EXISTS (SELECT 1 FROM state WHERE object = ?1)
			ON CONFLICT (object) DO UPDATE SET state = excluded.state, rank = excluded.rank
			WHERE excluded.rank > state.rank`
	}
	return upsert + " WHERE excluded.rank > state.rank"
}
