package load

import (
	"strconv"
	"sync"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// A sample is what became of one delivery. Times are the four clocks'.
type sample struct {
	class    Class
	status   int
	failure  failure
	right    bool
	racing   bool          // a duplicate sent before its original was acknowledged
	lag      time.Duration // actual start − intended
	prep     time.Duration // round trip start − actual start
	service  time.Duration // answer read − round trip start
	response time.Duration // answer read − intended
}

// A tally holds the samples of one class.
type tally struct {
	sent, accepted, right, racing int
	statuses                      map[int]int
	failures                      map[failure]int
	service, response             *clock
}

// A recorder takes samples in. Its memory does not grow with their number,
// only with the run's seconds. It may be used concurrently.
type recorder struct {
	now func() time.Duration // since the run's start

	mu          sync.Mutex
	classes     [classes]*tally
	lag, prep   *clock
	inFlight    int
	maxInFlight int
	area        time.Duration // in flight × time, for Little's law
	last        time.Duration // when inFlight changed last
	second      *window
	windows     []reports.Window
}

func newRecorder(now func() time.Duration) *recorder {
	r := &recorder{now: now, lag: newClock(), prep: newClock(), second: newWindow(0)}
	for c := range r.classes {
		r.classes[c] = &tally{
			statuses: map[int]int{}, failures: map[failure]int{},
			service: newClock(), response: newClock(),
		}
	}
	return r
}

// begin counts a delivery that is about to be sent.
func (r *recorder) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	r.inFlight++
	r.maxInFlight = max(r.maxInFlight, r.inFlight)
	r.second.sent++
}

// end takes the sample of a delivery that began. Errors and timeouts are
// samples as well: leaving them out would make a dying receiver look fast.
func (r *recorder) end(s sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	r.inFlight--
	r.lag.record(s.lag)
	r.prep.record(s.prep)
	r.classes[s.class].add(s)
	r.second.add(s)
}

func (t *tally) add(s sample) {
	t.sent++
	t.service.record(s.service)
	t.response.record(s.response)
	if s.racing {
		t.racing++
	}
	if s.failure != answered {
		t.failures[s.failure]++
		return
	}
	t.statuses[s.status]++
	if accepted(s.status) {
		t.accepted++
	}
	if s.right {
		t.right++
	}
}

// advance brings the integral of deliveries in flight, and the windows, up to
// now. It reads a clock of its own: Little's law then compares two measurements
// rather than one with itself.
func (r *recorder) advance() {
	now := max(r.last, r.now())
	r.area += time.Duration(r.inFlight) * (now - r.last)
	r.last = now
	for r.second.number < int(now/time.Second) {
		r.closeWindow()
	}
}

func (r *recorder) closeWindow() {
	r.windows = append(r.windows, r.second.report(r.inFlight))
	r.second = r.second.next()
}

// finish closes the last window.
func (r *recorder) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	if r.second.busy() {
		r.closeWindow()
	}
}

// status is the state of the run so far.
func (r *recorder) status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	s := Status{Elapsed: r.last, InFlight: r.inFlight, ForgedAccepted: r.classes[Forged].accepted, Backlog: -1, Classes: r.classStatus}
	for _, t := range r.classes {
		s.Sent += t.sent
		s.Errors += t.sent - t.right
	}
	s.Sent += r.inFlight
	genuine := r.classes[Genuine].response
	s.P50, s.P99 = genuine.quantile(0.5), genuine.quantile(0.99)
	return s
}

// sent is the number of deliveries that ended.
func (r *recorder) sent() (n int) {
	for _, t := range r.classes {
		n += t.sent
	}
	return n
}

// ours counts the deliveries that this machine could not send.
func (t *tally) ours() (n int) {
	for f, count := range t.failures {
		if f.ours() {
			n += count
		}
	}
	return n
}

// report renders the class.
func (t *tally) report(c Class) reports.LoadClass {
	out := reports.LoadClass{
		Class: c.String(), Sent: t.sent, Accepted: t.accepted, Right: t.right,
		Statuses: map[string]int{}, Errors: map[string]int{},
		Service: t.service.quantiles(), Response: t.response.quantiles(),
	}
	for status, n := range t.statuses {
		out.Statuses[strconv.Itoa(status)] = n
	}
	for f, n := range t.failures {
		out.Errors[string(f)] = n
	}
	return out
}
