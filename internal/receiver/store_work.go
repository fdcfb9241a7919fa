package receiver

import (
	"slices"
	"time"
)

const (
	lease     = 30 * time.Second // how long a claim holds, far longer than work takes
	handful   = 16               // jobs that a worker claims and finishes at once
	attempts  = 5                // after so many a job is given up
	firstWait = 50 * time.Millisecond
)

// work starts the workers.
func (s *store) work(workers int) {
	if s.flaws.has("poison-blocks-queue") || s.flaws.any(slowWorkers) {
		workers = 1
	}
	for range workers {
		s.workers.Go(func() {
			for s.ctx.Err() == nil {
				s.workOnce()
			}
		})
	}
}

func (s *store) workOnce() {
	s.diesOfBacklog()
	var jobs []job
	if s.waiting.Load() > 0 {
		jobs = s.claim()
	}
	if len(jobs) == 0 {
		s.idle()
		return
	}
	s.perform(jobs)
}

func (s *store) idle() {
	timer := time.NewTimer(soon)
	defer timer.Stop()
	select {
	case <-s.woken:
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// claim takes jobs that are due, for as long as the lease runs. The attempt is
// what a claim is known by: who comes late finds another one there.
func (s *store) claim() []job {
	var jobs []job
	err := s.write(func(w *writer) error {
		jobs = nil
		now := s.now()
		rows, err := w.query(`UPDATE job SET attempt = attempt + 1, held = ? WHERE seq IN
			(SELECT seq FROM job WHERE due <= ? AND held <= ? AND seq > ? ORDER BY seq LIMIT ?)
			RETURNING seq, attempt, task, scheme, source, id, object, state, rank, hopeless`,
			now.Add(lease).UnixMilli(), now.UnixMilli(), now.UnixMilli(), s.resumed, s.atOnce())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var j job
			if err := rows.Scan(&j.seq, &j.attempt, &j.task, &j.scheme, &j.source, &j.id,
				&j.object, &j.step.state, &j.step.rank, &j.hopeless); err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		return rows.Err()
	})
	if err != nil {
		return nil
	}
	slices.SortFunc(jobs, func(a, b job) int { return int(a.seq - b.seq) })
	return jobs
}

// oneByOne reports whether a flaw is to show in the work.
func (s *store) oneByOne() bool { return len(s.flaws) > 0 && !s.flaws.any(upFront) }

// atOnce is how many jobs a worker claims. A flaw shows with one at a time.
func (s *store) atOnce() int {
	if s.oneByOne() {
		return 1
	}
	return handful
}

// settle writes what became of claimed jobs in one transaction: for each either
// its effect and that it is done, or that it is to be tried again or given up.
func (s *store) settle(jobs []job) error {
	var done []job
	left := 0
	err := s.write(func(w *writer) error {
		done, left = nil, 0
		for _, j := range jobs {
			mine, more, err := s.settleOne(w, j)
			if err != nil {
				return err
			}
			if mine && !j.hopeless {
				done = append(done, j)
			}
			left += more
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.waiting.Add(int64(left))
	s.tell(done)
	return nil
}

// settleOne reports whether the claim still held, and how many more jobs there
// are then.
func (s *store) settleOne(w *writer, j job) (mine bool, more int, err error) {
	if after, last := s.again(j); j.hopeless && !last {
		n, err := w.exec("UPDATE job SET due = ?, held = 0 WHERE seq = ? AND attempt = ?",
			s.now().Add(after).UnixMilli(), j.seq, j.attempt)
		return n == 1, 0, err
	}
	n, err := w.exec("DELETE FROM job WHERE seq = ? AND attempt = ?", j.seq, j.attempt)
	if err != nil || n == 0 {
		return false, 0, err
	}
	if j.hopeless {
		_, err := w.exec("INSERT INTO dead (id, reason, at) VALUES (?, ?, ?)", j.id, whyHopeless, s.now().UnixMilli())
		return true, -1, err
	}
	more, err = s.act(w, j)
	return true, more - 1, err
}

// act writes the effect of a job, what becomes of its object, and the job of its
// second effect. It returns how many jobs it made.
func (s *store) act(w *writer, j job) (made int, err error) {
	for range s.flaws.times() {
		if err := s.effect(w, j); err != nil {
			return 0, err
		}
	}
	if j.task != ledgerTask {
		return 0, nil
	}
	if err := s.move(w, j); err != nil {
		return 0, err
	}
	if s.flaws.mailsApart() {
		return 0, nil
	}
	j.task = mailTask
	return 1, addJob(w, j)
}

func (s *store) effect(w *writer, j job) error {
	_, err := w.exec("INSERT INTO effect (task, id, at) VALUES (?, ?, ?)", j.task, j.id, s.now().UnixMilli())
	return err
}

// move brings the job's object into its next state, if that is one.
func (s *store) move(w *writer, j job) error {
	if j.object == "" {
		return nil
	}
	_, err := w.exec(s.transition(), j.object, j.step.state, j.step.rank)
	return err
}

// tell calls back for what is on disk now.
func (s *store) tell(done []job) {
	for _, j := range done {
		for range s.flaws.times() {
			if s.onEffect != nil && j.task == ledgerTask {
				s.onEffect(j.id)
			}
		}
	}
}

// add does the work of an event at once, for the flaws that do not queue it.
func (s *store) add(j job) {
	made := 0
	err := s.write(func(w *writer) (err error) {
		made, err = s.act(w, j)
		return err
	})
	if err == nil {
		s.waiting.Add(int64(made))
		s.tell([]job{j})
	}
}
