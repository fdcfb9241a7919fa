package receiver

import (
	"sync"
	"time"
)

// A backlog holds the jobs that were taken on until a worker does them.
type backlog interface {
	// put adds a job and reports whether it will be done.
	put(job) bool
	// close ends the workers and waits for them. It can be called again.
	close()
}

// A queue is the backlog in memory.
type queue struct {
	mu     sync.Mutex
	closed bool
	jobs   chan job
	drops  bool          // what there is no room for; a flaw
	slow   time.Duration // what each job takes; only of flaws
	ending chan struct{} // closed with jobs: what is left is done without delay
	work   sync.WaitGroup
}

const (
	smallQueue = 8
	slowWork   = 5 * time.Millisecond
)

// newBacklog is the backlog in memory.
func newBacklog(flaws flawSet, workers int, process func(job)) backlog {
	if flaws.has("queue-unbounded") {
		return newEndless(process)
	}
	return newQueue(flaws, workers, process)
}

// newQueue starts the workers; each calls process for every job it takes.
func newQueue(flaws flawSet, workers int, process func(job)) *queue {
	q := &queue{jobs: make(chan job, queueSize), ending: make(chan struct{})}
	switch {
	case flaws.has("drops-when-busy"):
		q.jobs, q.drops, q.slow, workers = make(chan job, smallQueue), true, slowWork, 1
	case flaws.has("acks-then-drops"):
		q.jobs, q.drops, q.slow, workers = make(chan job, realQueue), true, jobTime, 1
	case flaws.any(slowWorkers):
		q.slow, workers = jobTime, 1
	}
	for range workers {
		q.work.Go(func() {
			for j := range q.jobs {
				if q.slow > 0 {
					wait(q.ending, q.slow)
				}
				process(j)
			}
		})
	}
	return q
}

// put enqueues without waiting, and reports whether there was room.
func (q *queue) put(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	select {
	case q.jobs <- j:
		return true
	default:
		return q.drops
	}
}

// close lets the workers finish what is enqueued, and waits for them.
func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.jobs)
		close(q.ending)
	}
	q.mu.Unlock()
	q.work.Wait()
}
