package load

import (
	"fmt"
	"time"
)

// Status is how far a run has come.
type Status struct {
	Elapsed, Total time.Duration // of the planned window; Elapsed may exceed it while answers are awaited
	Planned        int           // deliveries in all
	Sent, InFlight int           // of those planned, and of those sent again
	Resent         int           // … of those sent
	Rate           float64       // deliveries sent in the last full second
	P50, P99       time.Duration // response times of genuine deliveries so far
	Errors         int           // deliveries that did not get the answer their class asks for
	ForgedAccepted int
	Backlog        int // acknowledged events without effect, estimated; -1: not observed
	// Classes tells more, as it is when it is called; it may be called from any
	// goroutine while Run goes on.
	Classes func() []ClassStatus
}

// ClassStatus is how far one class of deliveries has come.
type ClassStatus struct {
	Class                 string
	Sent, Accepted, Right int
	Statuses              map[string]int // answers by "1xx" to "5xx"
	Failures              map[string]int // by kind
	// Response counts the response times up to each of StatusBounds, and Sum is
	// the sum of all of them.
	Response []uint64
	Sum      time.Duration
}

// StatusBounds are the bounds of ClassStatus.Response.
var StatusBounds = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// classStatus tells what became of each class so far.
func (r *recorder) classStatus() []ClassStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []ClassStatus
	for c, t := range r.classes {
		if t.sent > 0 {
			all = append(all, t.status(Class(c)))
		}
	}
	return all
}

func (t *tally) status(c Class) ClassStatus {
	out := ClassStatus{
		Class: c.String(), Sent: t.sent, Accepted: t.accepted, Right: t.right,
		Statuses: map[string]int{}, Failures: map[string]int{},
		Sum: time.Duration(float64(t.response.mean()) * float64(t.response.count())),
	}
	for status, n := range t.statuses {
		out.Statuses[fmt.Sprintf("%dxx", status/100)] += n
	}
	for f, n := range t.failures {
		out.Failures[string(f)] = n
	}
	out.Response = t.response.upTo(StatusBounds)
	return out
}
