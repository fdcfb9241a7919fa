package load

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// A transport is what Vegeta hits: for each hit it makes, sends and records
// the delivery of that sequence number. To Vegeta it only says that the hit is
// over.
type transport struct {
	ctx     context.Context
	plan    *Plan
	timeout time.Duration // to a complete answer
	silent  bool          // forged deliveries may be answered 2xx
	wall    time.Time     // when the run's events began to happen
	rec     *recorder
	acked   bitset    // events whose delivery was answered 2xx
	begun   time.Time // set before the first hit
	lanes   *lanes
}

var _ http.RoundTripper = (*transport)(nil)

// over is every hit's answer to Vegeta, which only reads it.
var over = &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	seq := req.Header["X-Vegeta-Seq"]
	if len(seq) != 1 {
		return nil, fmt.Errorf("a hit without a sequence number")
	}
	n, err := strconv.Atoi(seq[0])
	if err != nil || n >= t.plan.Len() {
		return nil, fmt.Errorf("a hit outside the plan: %q", seq[0])
	}
	if t.ctx.Err() == nil { // hits that were waiting when the run was stopped are unsent
		t.deliver(n, began)
	}
	return over, nil
}

// deliver sends delivery n and records what came of it.
func (t *transport) deliver(n int, began time.Time) {
	class, event := t.plan.delivery(n)
	s := sample{class: class, racing: class == Duplicate && !t.acked.has(event)}
	l := t.lanes.take()
	stamp := mockprovider.Stamp{Form: genuineForm, Event: event, Object: -1, Happened: t.wall.Add(t.plan.At(event)), At: began}
	if class == Forged {
		stamp.Form = forgedForm
	}
	l.out = l.press.AppendRequest(l.out[:0], stamp)

	t.rec.begin()
	start := time.Now()
	s.status, s.failure = l.carrier.exchange(t.ctx, l.out, start.Add(t.timeout))
	done := time.Now()

	if s.failure == answered {
		s.right = class.right(s.status, t.silent)
		if accepted(s.status) {
			t.acked.set(event)
		}
	}
	intended := t.begun.Add(t.plan.At(n))
	s.lag, s.prep = began.Sub(intended), start.Sub(began)
	s.service, s.response = done.Sub(start), done.Sub(intended)
	t.rec.end(s)
	t.lanes.give(l)
}

// A lane sends one delivery at a time and keeps what is costly to make.
type lane struct {
	press   *mockprovider.Press
	out     []byte
	carrier carrier
}

// lanes are as many as were ever needed at once. The one used last is taken
// first, so that few connections are kept busy rather than many idle.
type lanes struct {
	open func() *lane

	mu   sync.Mutex
	all  []*lane
	free []*lane
}

func (l *lanes) take() *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last := len(l.free) - 1; last >= 0 {
		taken := l.free[last]
		l.free = l.free[:last]
		return taken
	}
	opened := l.open()
	l.all = append(l.all, opened)
	return opened
}

func (l *lanes) give(one *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = append(l.free, one)
}

// interrupt ends every exchange under way.
func (l *lanes) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.carrier.interrupt()
	}
}

func (l *lanes) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.all {
		one.carrier.close()
	}
}
