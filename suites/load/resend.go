package load

import (
	"cmp"
	"container/heap"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// A job is one attempt at a delivery of the plan.
type job struct {
	n       int           // the delivery's number
	attempt int           // from 1; those after it are resent
	due     time.Duration // intended start, since the run's start
}

// A resender is the producer's side of a delivery that was not acknowledged: it
// is sent again, by the scheme's own schedule, until it is or the schedule is
// out. So a receiver that is slow gets more to do, as it would in production.
// It may be used concurrently.
type resender struct {
	retries  mockprovider.Retries
	attempts int // at most

	mu      sync.Mutex
	waiting jobs
	open    int           // jobs that were handed out and have not ended
	wake    chan struct{} // says that something here changed; holds one
	givenUp int
	dropped int // retries that there was no room for, or no time
}

// maxWaiting bounds the retries that are kept in memory.
const maxWaiting = 1 << 20

// newResender returns nil when the producer sends nothing again.
func newResender(r *scenarios.LoadRetries, policy mockprovider.RetryPolicy, seed int64) *resender {
	if r == nil {
		return nil
	}
	within := time.Duration(r.Within)
	return &resender{
		retries: mockprovider.Retries{
			Policy: policy, Seed: seed, Compress: policy.CompressTo(within),
			Longest: max(within, mockprovider.MaxRetryAfter),
		},
		attempts: cmp.Or(r.Attempts, math.MaxInt),
		wake:     make(chan struct{}, 1),
	}
}

// grace is how long after the planned window retries are still made. A receiver
// that asks for time gets it.
func (r *resender) grace() time.Duration {
	if r == nil {
		return 0
	}
	within := time.Duration(float64(r.retries.Policy.Span()) / max(1, r.retries.Compress))
	return 2*within + r.retries.Longest
}

// next is the retry that is due first.
func (r *resender) next() (job, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.waiting) == 0 {
		return job{}, false
	}
	return r.waiting[0], true
}

// take hands a job out: a planned one, or, for the retry that next told, the
// one that is due first by now.
func (r *resender) take(j job) job {
	if r == nil {
		return j
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if j.attempt > 1 {
		j = heap.Pop(&r.waiting).(job)
	}
	r.open++
	return j
}

// idle reports whether nothing waits and nothing may come.
func (r *resender) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting) == 0 && r.open == 0
}

// outstanding counts the retries that were not made.
func (r *resender) outstanding() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting) + r.dropped
}

// ended takes in what became of an attempt at an event that is to be
// acknowledged. Now is when, since the run's start.
func (r *resender) ended(j job, status int, retryAfter string, at time.Time, now time.Duration) {
	if r == nil {
		return
	}
	d := r.retries.Next(mockprovider.Attempt{
		Key: strconv.Itoa(j.n), Number: j.attempt, Status: status, RetryAfter: retryAfter, At: at,
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !d.Again || j.attempt >= r.attempts:
		r.givenUp++
	case len(r.waiting) >= maxWaiting:
		r.dropped++
	default:
		heap.Push(&r.waiting, job{n: j.n, attempt: j.attempt + 1, due: now + d.Wait})
	}
}

// done closes a job that take handed out, whether it was made or not.
func (r *resender) done(j job, made bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.open--
	if j.attempt > 1 && !made {
		r.dropped++
	}
	r.mu.Unlock()
	select {
	case r.wake <- struct{}{}:
	default: // it is awake
	}
}

// jobs are a heap by due time (container/heap).
type jobs []job

func (j jobs) Len() int           { return len(j) }
func (j jobs) Less(a, b int) bool { return j[a].due < j[b].due }
func (j jobs) Swap(a, b int)      { j[a], j[b] = j[b], j[a] }
func (j *jobs) Push(x any)        { *j = append(*j, x.(job)) }
func (j *jobs) Pop() any {
	last := len(*j) - 1
	popped := (*j)[last]
	*j = (*j)[:last]
	return popped
}
