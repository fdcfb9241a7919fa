package receiver

import (
	"net/http"
	"sync"
	"time"
)

// Flaws of what everything else rests on: the clock, and staying alive.
var controlFlaws = []Flaw{
	{"clock-ahead", "has a clock that is a minute ahead", rfc + "rfc9110#section-6.6.1", everyScheme},
	{"slows-after-refusals", "answers the next delivery that it takes later, up to 900 ms, for every one it has refused before", cwe + "400.html", everyScheme},
}

const clockAhead = time.Minute

// ahead is the clock of the flaw clock-ahead.
func ahead(now func() time.Time) func() time.Time {
	return func() time.Time { return now().Add(clockAhead) }
}

// dateBy has the answer dated by the receiver's own clock where it has one:
// net/http would take the machine's.
func (r *Receiver) dateBy(h http.Header) {
	if r.ownClock {
		h.Set("Date", r.now().UTC().Format(http.TimeFormat))
	}
}

// A tarpit is the flaw slows-after-refusals: it holds up whoever comes, not who
// was refused.
type tarpit struct {
	mu      sync.Mutex
	penalty time.Duration
}

const (
	perRefusal  = 150 * time.Millisecond
	mostPenalty = 900 * time.Millisecond
)

// after notes an answer, and returns how long it is held up.
func (t *tarpit) after(a *answer) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a.rejects() {
		t.penalty = min(t.penalty+perRefusal, mostPenalty)
		return 0
	}
	held := t.penalty
	t.penalty = 0
	return held
}
