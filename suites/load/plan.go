package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// A Plan says what is sent when. It is immutable; everything about delivery n
// is a pure function of n and the plan's parameters, in constant time (for a
// copy, logarithmic).
type Plan struct {
	schedule Schedule
	dealer   *dealer
	content  *content
	peak     float64
	digest   string
}

// copyAfter is how much earlier than its copy an original is meant to start, so
// that it is acknowledged by then. A retry is dated anew, and dates are in whole
// seconds: sooner it might be the same to the byte.
const (
	copyAfter  = 500 * time.Millisecond
	retryAfter = time.Second
)

// lookBack bounds the search for an original.
const lookBack = 256

// NewPlan compiles a scenario.
func NewPlan(s scenarios.LoadScenario, seed int64) (*Plan, error) {
	schedule, err := compileSchedule(s.Schedule, seed)
	if err != nil {
		return nil, err
	}
	dealer, err := newDealer(s.Mix, seed)
	if err != nil {
		return nil, err
	}
	p := &Plan{schedule: schedule, dealer: dealer, content: newContent(s, seed), peak: s.Schedule.Peak()}
	p.digest = p.sum(s, seed)
	return p, nil
}

// sum digests the plan's parameters in one canonical form. The run's nonce is
// not part of it: the same plan can be played again.
func (p *Plan) sum(s scenarios.LoadScenario, seed int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "hookassay.plan/v3\nscenario %q\nschedule %s\nseed %d\n", s.Name, p.schedule, seed)
	weights := weightsOf(s.Mix) // in whatever order they were written
	for c, weight := range weights {
		if weight > 0 {
			fmt.Fprintf(&b, "mix %s %d\n", Class(c), weight)
		}
	}
	for _, w := range s.Types {
		fmt.Fprintf(&b, "type %q %d\n", w.Name, w.Weight)
	}
	for _, w := range s.Sizes {
		fmt.Fprintf(&b, "size %d %d\n", w.Bytes, w.Weight)
	}
	if s.Keys != nil {
		fmt.Fprintf(&b, "objects %d %v\n", s.Keys.Objects, s.Keys.Skew)
	}
	if s.Retries != nil {
		fmt.Fprintf(&b, "retries within %s, attempts %d\n", s.Retries.Within, s.Retries.Attempts)
	}
	fmt.Fprintf(&b, "connections %s\nack timeout %s\ncatch up %v\nin flight %d\ncopy after %s, retry after %s\n",
		s.Connections, s.AckTimeout, s.CatchUp, s.InFlight, copyAfter, retryAfter)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of the plan's parameters, in hexadecimal.
func (p *Plan) Digest() string { return p.digest }

// String is the schedule in words.
func (p *Plan) String() string { return p.schedule.String() }

// Len is the number of deliveries.
func (p *Plan) Len() int { return p.schedule.Len() }

// Duration is the planned window.
func (p *Plan) Duration() time.Duration { return p.schedule.Duration() }

// At is the intended start of delivery n since the run's start. It never
// decreases. A racing delivery starts with the one it races.
func (p *Plan) At(n int) time.Duration {
	if n > 0 && p.dealer.class(n) == Racing {
		n--
	}
	return p.schedule.At(n)
}

// Rate is the mean rate, a second.
func (p *Plan) Rate() float64 { return float64(p.Len()) / p.Duration().Seconds() }

// Peak is the highest rate of the schedule, a second.
func (p *Plan) Peak() float64 { return p.peak }

// Class is the class of delivery n.
func (p *Plan) Class(n int) Class {
	c, _ := p.delivery(n)
	return c
}

// Event is the number of the event that delivery n carries: n itself, or that
// of a copy's original.
func (p *Plan) Event(n int) int {
	_, e := p.delivery(n)
	return e
}

// delivery tells class and event. A copy for which there is no original early
// enough is a genuine delivery instead.
func (p *Plan) delivery(n int) (Class, int) {
	c := p.dealer.class(n)
	switch {
	case !c.copies():
		return c, n
	case c == Racing:
		return c, n - 1 // the dealer puts it behind a genuine one
	}
	earlier := copyAfter
	if c == Retry {
		earlier = retryAfter
	}
	latest := before(p.schedule, p.schedule.At(n)-earlier) - 1
	if r := mix64(p.dealer.seed^0x636f7079, uint64(n)); latest > 0 && r%2 == 0 {
		latest = int((r >> 1) % uint64(latest+1)) // half of them of any age: ids must not be forgotten soon
	}
	for k := latest; k >= 0 && k > latest-lookBack; k-- {
		if p.dealer.class(k).owed() {
			return c, k
		}
	}
	return Genuine, n
}

// raced reports whether the genuine delivery n is sent together with a copy.
func (p *Plan) raced(n int) bool { return n+1 < p.Len() && p.dealer.class(n+1) == Racing }

// origin is the class of the delivery that brought the event first.
func (p *Plan) origin(class Class, event int) Class {
	if class.copies() {
		return p.dealer.class(event)
	}
	return class
}
