package load

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// A record keeper's clock is set by hand.
type handClock struct{ at time.Duration }

func (c *handClock) now() time.Duration { return c.at }

func TestRecorder(t *testing.T) {
	var c handClock
	r := newRecorder(c.now, nil)
	deliver := func(at time.Duration, took time.Duration, s sample) {
		c.at = at
		r.begin(false)
		c.at = at + took
		s.service, s.response, s.prep = took, took+s.lag, 10*time.Microsecond
		r.end(s)
	}
	deliver(0, 100*time.Millisecond, sample{class: Genuine, status: 202, right: true})
	deliver(200*time.Millisecond, 300*time.Millisecond, sample{class: Genuine, status: 500})
	deliver(900*time.Millisecond, 200*time.Millisecond, sample{class: Forged, status: 200, lag: 50 * time.Millisecond})
	deliver(3200*time.Millisecond, 700*time.Millisecond, sample{class: Duplicate, failure: timedOut, early: true})
	r.finish()

	got := r.status()
	got.Classes = nil
	if !reflect.DeepEqual(got, Status{Elapsed: 3900 * time.Millisecond, Sent: 4, P50: r.classes[Genuine].response.quantile(0.5), P99: r.classes[Genuine].response.quantile(0.99), Errors: 3, ForgedAccepted: 1, Rate: 1, Backlog: -1}) {
		t.Errorf("status %+v", got)
	}
	windows := []reports.Window{
		{Second: 0, Sent: 3, Accepted: 1, Errors: 1, InFlight: 1, Backlog: -1},
		{Second: 1, Accepted: 1, Errors: 1, Backlog: -1},
		{Second: 2, Backlog: -1},
		{Second: 3, Sent: 1, Errors: 1, Backlog: -1},
	}
	if len(r.windows) != len(windows) {
		t.Fatalf("windows %+v", r.windows)
	}
	for i, got := range r.windows {
		if got.P50 > got.P99 || (got.P99 > 0) != (got.Accepted+got.Errors > 0) {
			t.Errorf("window %+v", got)
		}
		got.P50, got.P99 = 0, 0
		if got != windows[i] {
			t.Errorf("window %+v, want %+v", got, windows[i])
		}
	}
	genuine, forged, duplicate := r.classes[Genuine].report(Genuine), r.classes[Forged].report(Forged), classReport(Duplicate, r.classes[Duplicate])
	if genuine.Statuses["202"] != 1 || genuine.Statuses["500"] != 1 || genuine.Right != 1 || genuine.Accepted != 1 || genuine.Service.N != 2 {
		t.Errorf("%+v", genuine)
	}
	if forged.Accepted != 1 || forged.Right != 0 || math.Abs(forged.Response.Max-250) > 1 || math.Abs(forged.Service.Max-200) > 1 {
		t.Errorf("%+v", forged)
	}
	if duplicate.Errors["timeout"] != 1 || !strings.Contains(duplicate.Response.Note, "1 of 1 were sent although their original") {
		t.Errorf("%+v", duplicate)
	}
	if little := r.littleError(); little > 0.001 {
		t.Errorf("Little's law is off by %v", little)
	}
	r.area *= 2
	if little := r.littleError(); math.Abs(little-1) > 0.01 {
		t.Errorf("twice the deliveries in flight is off by %v", little)
	}
}

func TestNothingRecorded(t *testing.T) {
	r := newRecorder(func() time.Duration { return 0 }, nil)
	r.finish()
	if len(r.windows) != 0 || r.littleError() != 0 || r.sent() != 0 || r.lag.count() != 0 {
		t.Errorf("%+v", r)
	}
}

func TestClock(t *testing.T) {
	c := newClock()
	for i := range 1000 {
		c.record(time.Duration(i+1) * time.Millisecond)
	}
	q := c.quantiles()
	for name, pair := range map[string][2]float64{
		"mean": {q.Mean, 500.5}, "p50": {q.P50, 500}, "p90": {q.P90, 900}, "p99": {q.P99, 990}, "p99.9": {q.P999, 999}, "max": {q.Max, 1000},
	} {
		if math.Abs(pair[0]-pair[1]) > pair[1]/500 {
			t.Errorf("%s is %v, not %v", name, pair[0], pair[1])
		}
	}
	if q.N != 1000 || q.Note != "n too small for p99.9: fewer than 10 samples lie beyond" {
		t.Errorf("%+v", q)
	}
	other := newClock()
	other.record(time.Hour)
	other.record(-time.Second)
	if err := c.merge(other); err != nil || c.count() != 1002 || c.clamped != 1 {
		t.Errorf("%v, %d, %d", err, c.count(), c.clamped)
	}
	if note := c.quantiles().Note; !strings.Contains(note, "1 longer than 10m0s count as that") {
		t.Errorf("note %q", note)
	}
}

func TestBitset(t *testing.T) {
	b := newBitset(130)
	b.set(0)
	b.set(64)
	b.set(129)
	for n := range 130 {
		if b.has(n) != (n == 0 || n == 64 || n == 129) {
			t.Errorf("%d", n)
		}
	}
}

// What is sent again is in flight as well.
func TestLittlesLawCountsWhatIsSentAgain(t *testing.T) {
	now := time.Duration(0)
	r := newRecorder(func() time.Duration { return now }, nil)
	for _, resent := range []bool{false, true, true} {
		r.begin(resent)
		now += 100 * time.Millisecond
		r.end(sample{class: Genuine, resent: resent, service: 100 * time.Millisecond, response: 100 * time.Millisecond})
	}
	if little := r.littleError(); little > 0.001 {
		t.Errorf("Little's law is off by %v", little)
	}
}
