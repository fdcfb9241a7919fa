package load

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// A transport is what Vegeta hits: for each hit it makes, sends and records the
// delivery whose turn it is. To Vegeta it only says that the hit is over.
type transport struct {
	ctx       context.Context
	plan      *Plan
	pressing  *pressing
	timeout   time.Duration // to a complete answer
	tolerance time.Duration // of the receiver, for old timestamps; 0: the scheme has none
	silent    bool          // what must be refused may be answered 2xx
	wall      time.Time     // when the run's events began to happen
	rec       *recorder
	resend    *resender
	drain     *drain
	acked     bitset    // events with a delivery that was answered 2xx
	declined  bitset    // events that may be refused for good, and were
	deferred  bitset    // deliveries that were to be sent later
	begun     time.Time // set before the first hit
	jobs      chan job  // by the pacer: one for each hit
	lanes     *lanes
}

var _ http.RoundTripper = (*transport)(nil)

// over is every hit's answer to Vegeta, which only reads it.
var over = &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}

var errUnpaced = errors.New("a hit that the pacer did not pace")

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(*http.Request) (*http.Response, error) {
	began := time.Now()
	select {
	case j := <-t.jobs:
		made := t.ctx.Err() == nil // hits that were waiting when the run was stopped are unsent
		if made {
			t.deliver(j, began)
		}
		t.resend.done(j, made)
		return over, nil
	default:
		return nil, errUnpaced
	}
}

// leave takes back what was paced but never hit, once Vegeta has ended.
func (t *transport) leave() {
	for {
		select {
		case j := <-t.jobs:
			t.resend.done(j, false)
		default:
			return
		}
	}
}

// deliver makes an attempt at a delivery and records what came of it.
func (t *transport) deliver(j job, began time.Time) {
	class, event := t.plan.delivery(j.n)
	s := sample{class: class, resent: j.attempt > 1, early: (class == Duplicate || class == Retry) && !t.acked.has(event)}
	l := t.lanes.take()
	l.out = l.press.AppendRequest(l.out[:0], t.stamp(j, class, event, began))

	t.rec.begin(s.resent)
	start := time.Now()
	r := l.carrier.exchange(t.ctx, l.out, start.Add(t.timeout))
	done := time.Now()
	t.lanes.give(l)

	s.status, s.failure = r.status, r.failure
	s.lag, s.prep = began.Sub(t.begun)-j.due, start.Sub(began)
	s.service, s.response = done.Sub(start), done.Sub(t.begun)-j.due
	t.take(j, class, event, r, done, &s)
	t.rec.end(s)
}

// take draws the conclusions of an answer: was it right, is the event
// acknowledged now, must it be sent again.
func (t *transport) take(j job, class Class, event int, r reply, done time.Time, s *sample) {
	taken := r.failure == answered && accepted(r.status)
	origin := t.plan.origin(class, event)
	s.right = r.failure == answered && (class.right(r.status, t.silent) || class.copies() && origin.right(r.status, false))
	s.deferred = r.failure == answered && !s.right && t.defers(j, class, event, r)
	if s.deferred && !s.resent {
		t.deferred.set(j.n)
	}
	first := taken && t.acked.set(event)
	since := done.Sub(t.begun)
	switch {
	case first && origin == Genuine && t.pressing.works(Genuine, event):
		t.drain.acked(event, since)
	case class.owed() && !taken && s.right:
		t.declined.set(event) // it gets no smaller when it is sent again
	case class.owed() && !taken && t.ctx.Err() == nil:
		t.resend.ended(j, r.status, r.retryAfter, done, since)
	}
}

// defers reports whether an answer is a receiver's way to say: not now. It may
// say so when it has too much to do, if it says when to come again (RFC 9110
// section 10.2.3; see also outcome racing-duplicate), and of an event that it is
// just working on. An event that is never acknowledged in the end was not
// deferred but refused.
func (t *transport) defers(j job, class Class, event int, r reply) bool {
	raced := class == Racing || class == Genuine && t.plan.raced(j.n)
	switch r.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return r.retryAfter != "" || raced
	case http.StatusConflict, http.StatusTooEarly:
		return raced || class.copies() && !t.acked.has(event)
	}
	return false
}

// staleBy is how much older than it may be a stale delivery is at the least. A
// tolerance that is wider than this is a matter of conformance, not of load.
const staleBy = 24 * time.Hour

// stamp says what the delivery is made of. Attempts are dated by their plan, so
// that a copy can be the same to the byte; one that is far behind its plan is
// dated by the clock, because it must not look old.
func (t *transport) stamp(j job, class Class, event int, now time.Time) mockprovider.Stamp {
	st := mockprovider.Stamp{
		Form: t.pressing.form(t.plan.origin(class, event), event), Event: event, Object: t.pressing.content.object(event),
		Happened: t.wall.Add(t.plan.At(event)),
	}
	switch {
	case j.attempt > 1:
		st.At = now
	case class == Duplicate || class == Racing:
		st.At = t.wall.Add(t.plan.At(event))
	default:
		st.At = t.wall.Add(t.plan.At(j.n))
	}
	if now.Sub(st.At) > t.tolerance/4 {
		st.At = now
	}
	if class == Stale {
		st.At = now.Add(-max(staleBy, 2*t.tolerance))
	}
	return st
}
