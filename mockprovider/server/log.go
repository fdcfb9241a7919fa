package server

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// An Event is something that happened at the producer, as the list shows it.
type Event struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Source  string    `json:"source,omitempty"` // where an id is unique only within one
	Created time.Time `json:"created"`
	Body    []byte    `json:"body"` // as it is delivered; base64 in JSON
}

// Bounds of what is kept, and of one page of the list.
const (
	maxEvents    = 100_000
	maxBytes     = 64 << 20
	maxPageBytes = 4 << 20
)

// errGone: what is asked for is no longer all there.
var errGone = errors.New("gone")

// A log keeps events in the order in which they happened, each with a number
// that never changes. When it is full it forgets the oldest.
type log struct {
	name             string // stands in its cursors, so that another run's are told apart
	maxCount, maxSum int

	mu     sync.Mutex
	kept   []Event
	first  int // number of the oldest that is kept
	number map[string]int
	sum    int       // bytes of the bodies
	lost   time.Time // when the newest that was forgotten happened
}

func newLog(name string) *log {
	return &log{name: name, maxCount: maxEvents, maxSum: maxBytes, number: map[string]int{}}
}

// add appends the event; one whose id is there already has happened before.
// Times never go back in the list: who has read up to a time has read all that
// happened before it.
func (l *log) add(e Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch _, known := l.number[e.ID]; {
	case e.ID == "":
		return errors.New("an event without id cannot be asked for")
	case len(e.Body) > l.maxSum:
		return fmt.Errorf("a body of %d bytes, more than the %d that all events may have", len(e.Body), l.maxSum)
	case known:
		return nil
	}
	e.Created, e.Body = e.Created.UTC(), slices.Clone(e.Body)
	if n := len(l.kept); n > 0 && e.Created.Before(l.kept[n-1].Created) {
		e.Created = l.kept[n-1].Created
	}
	for len(l.kept) > 0 && (len(l.kept) >= l.maxCount || l.sum+len(e.Body) > l.maxSum) {
		l.forget()
	}
	l.number[e.ID] = l.first + len(l.kept)
	l.kept = append(l.kept, e)
	l.sum += len(e.Body)
	return nil
}

func (l *log) forget() {
	oldest := l.kept[0]
	l.kept[0] = Event{} // the array may live on
	l.kept = l.kept[1:]
	l.first++
	l.sum -= len(oldest.Body)
	l.lost = oldest.Created
	delete(l.number, oldest.ID)
}

func (l *log) find(id string) (Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.number[id]
	if !ok {
		return Event{}, false
	}
	return l.kept[n-l.first], true
}

// list returns the events that a query asks for, and the cursor behind the last
// of them where there are more.
func (l *log) list(q query) (events []Event, next string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, err := l.from(q)
	if err != nil {
		return nil, "", err
	}
	events = []Event{} // an empty list is no null
	size := 0
	for i := from; i < len(l.kept); i++ {
		size += len(l.kept[i].Body)
		if len(events) == q.limit || len(events) > 0 && size > maxPageBytes {
			return events, cursor{l.name, l.first + i - 1}.String(), nil
		}
		events = append(events, l.kept[i])
	}
	return events, "", nil
}

// from is the index of the first event that a query asks for.
func (l *log) from(q query) (int, error) {
	from := 0
	if !q.since.IsZero() {
		if !l.lost.IsZero() && !q.since.After(l.lost) {
			return 0, fmt.Errorf("%w: not every event since %s is kept", errGone, q.since.Format(time.RFC3339Nano))
		}
		from, _ = slices.BinarySearchFunc(l.kept, q.since, func(e Event, t time.Time) int { return e.Created.Compare(t) })
	}
	switch after := q.after; {
	case after == nil:
		return from, nil
	case after.log != l.name:
		return 0, fmt.Errorf("%w: the cursor is of another run; begin with since", errGone)
	case after.number < l.first-1:
		return 0, fmt.Errorf("%w: events behind the cursor are no longer kept", errGone)
	case after.number >= l.first+len(l.kept):
		return 0, errors.New("after: no event has got that cursor yet")
	default:
		return max(from, after.number-l.first+1), nil
	}
}
