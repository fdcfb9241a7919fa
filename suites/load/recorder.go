package load

import (
	"strconv"
	"sync"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// A sample is what became of one delivery. Times are the four clocks'.
type sample struct {
	class    Class
	status   int
	failure  failure
	right    bool
	deferred bool          // the receiver asks for it later
	resent   bool          // a later attempt
	early    bool          // a copy sent before its original was acknowledged
	lag      time.Duration // actual start − intended
	prep     time.Duration // round trip start − actual start
	service  time.Duration // answer read − round trip start
	response time.Duration // answer read − intended
}

// A tally holds the samples of one class.
type tally struct {
	sent, accepted, right, early int
	deferred                     int // of those not right: to be sent later
	refused                      int // of those deferred: never acknowledged in the end
	statuses                     map[int]int
	failures                     map[failure]int
	service, response            *clock
}

func newTally() *tally {
	return &tally{statuses: map[int]int{}, failures: map[failure]int{}, service: newClock(), response: newClock()}
}

// A recorder takes samples in. Its memory does not grow with their number,
// only with the run's seconds. It may be used concurrently.
type recorder struct {
	now     func() time.Duration // since the run's start
	backlog func() int           // acknowledged events without effect; −1: not known

	mu          sync.Mutex
	classes     [classes]*tally // of planned deliveries
	resent      *tally          // of those after them
	lag, prep   *clock
	inFlight    int
	maxInFlight int
	area        time.Duration // in flight × time, for Little's law
	last        time.Duration // when inFlight changed last
	second      *window
	rules       []*rule
	windows     []reports.Window
	rate        int // deliveries sent in the last full second
}

func newRecorder(now func() time.Duration, rules []scenarios.Abort) *recorder {
	r := &recorder{
		now: now, backlog: func() int { return -1 }, resent: newTally(), lag: newClock(), prep: newClock(),
		second: newWindow(0), rules: newRules(rules),
	}
	for c := range r.classes {
		r.classes[c] = newTally()
	}
	return r
}

// begin counts a delivery that is about to be sent.
func (r *recorder) begin(resent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	r.inFlight++
	r.maxInFlight = max(r.maxInFlight, r.inFlight)
	r.second.sent++
	if resent {
		r.second.resent++
	}
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
	if s.resent {
		r.resent.add(s)
	} else {
		r.classes[s.class].add(s)
	}
	r.second.add(s)
	for _, rule := range r.rules {
		rule.add(s)
	}
}

func (t *tally) add(s sample) {
	t.sent++
	t.service.record(s.service)
	t.response.record(s.response)
	if s.early {
		t.early++
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
	if s.deferred {
		t.deferred++
	}
}

// errors are the deliveries that did not get what their class asks for.
func (t *tally) errors() int { return t.sent - t.right - t.deferred + t.refused }

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
	w := r.second.report(r.inFlight)
	w.Backlog = r.backlog()
	r.windows = append(r.windows, w)
	r.rate = w.Sent
	for _, rule := range r.rules {
		rule.close(w.Second)
	}
	r.second = r.second.next()
}

// breached is the rule that says to abort; nil: none.
func (r *recorder) breached() *abortion {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.advance()
	for _, rule := range r.rules {
		if rule.breach != nil {
			return rule.breach
		}
	}
	return nil
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
	s := Status{
		Elapsed: r.last, InFlight: r.inFlight, Rate: float64(r.rate), ForgedAccepted: r.classes[Forged].accepted,
		Resent: r.resent.sent, Backlog: r.backlog(), Classes: r.classStatus,
	}
	for _, t := range append(r.classes[:], r.resent) {
		s.Sent += t.sent
		s.Errors += t.errors()
	}
	s.Sent += r.inFlight
	genuine := r.classes[Genuine].response
	s.P50, s.P99 = genuine.quantile(0.5), genuine.quantile(0.99)
	return s
}

// sent is the number of planned deliveries that ended.
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
		Class: c.String(), Sent: t.sent, Accepted: t.accepted, Right: t.right, Deferred: t.deferred,
		Statuses: map[string]int{}, Errors: map[string]int{},
		Service: t.service.quantiles(), Response: t.response.quantiles(), Distribution: t.response.bins(),
	}
	for status, n := range t.statuses {
		out.Statuses[strconv.Itoa(status)] = n
	}
	for f, n := range t.failures {
		out.Errors[string(f)] = n
	}
	return out
}
