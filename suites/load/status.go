package load

import (
	"fmt"
	"time"
)

// classes tells what became of each class so far.
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
