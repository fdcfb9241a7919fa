package receiver

import "sync"

// An endless is the backlog of the flaw queue-unbounded.
type endless struct {
	process func(job)
	mu      sync.Mutex
	more    sync.Cond // of jobs and closed
	jobs    []job
	closed  bool
	closing chan struct{}
	worker  sync.WaitGroup
}

func newEndless(process func(job)) *endless {
	q := &endless{process: process, closing: make(chan struct{})}
	q.more.L = &q.mu
	q.worker.Go(q.run)
	return q
}

func (q *endless) put(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.jobs = append(q.jobs, j)
	q.more.Signal()
	return true
}

// run does the jobs, those left when the queue is closed without delay.
func (q *endless) run() {
	for {
		q.mu.Lock()
		for len(q.jobs) == 0 && !q.closed {
			q.more.Wait()
		}
		if len(q.jobs) == 0 {
			q.mu.Unlock()
			return
		}
		next := q.jobs[0]
		q.jobs = q.jobs[1:]
		q.mu.Unlock()
		wait(q.closing, jobTime)
		q.process(next)
	}
}

func (q *endless) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.closing)
		q.more.Signal()
	}
	q.mu.Unlock()
	q.worker.Wait()
}
