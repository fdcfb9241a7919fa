package receiver

import (
	"sync"
	"time"
)

// A queue holds accepted events until a worker processes them.
type queue struct {
	mu     sync.Mutex
	closed bool
	ids    chan string
	drops  bool // the flaw drops-when-busy
	work   sync.WaitGroup
}

const (
	smallQueue = 8
	slowWork   = 5 * time.Millisecond
)

// newQueue starts the workers; each calls process for every id it takes.
func newQueue(flaws flawSet, workers int, process func(id string)) *queue {
	q := &queue{ids: make(chan string, queueSize)}
	if flaws.has("drops-when-busy") {
		q.ids, q.drops, workers = make(chan string, smallQueue), true, 1
	}
	for range workers {
		q.work.Go(func() {
			for id := range q.ids {
				if q.drops {
					time.Sleep(slowWork)
				}
				process(id)
			}
		})
	}
	return q
}

// put enqueues without waiting, and reports whether there was room.
func (q *queue) put(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	select {
	case q.ids <- id:
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
		close(q.ids)
	}
	q.mu.Unlock()
	q.work.Wait()
}
