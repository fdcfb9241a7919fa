package load

import (
	"context"
	"fmt"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	perIDLimit   = 10_000           // events that a probe is asked about one by one
	probeChunk   = 10_000           // ids in one question
	longestDrain = 30 * time.Second // a backlog that still shrinks is waited for this long
	maxExamples  = 10
)

// A PerIDProbe may say that it is asked once an event. Then a big run asks it
// about a sample only.
type PerIDProbe interface {
	PerID() bool
}

// An auditor compares answers with effects, once the attack is over.
type auditor struct {
	probes   []target.Probe
	timeouts target.Timeouts
	redact   *transcript.Redactor // of errors that quote the receiver
	plan     *Plan
	id       func(event int) string
	acked    bitset
	sent     int // deliveries 0 … sent−1 were sent
	every    int // one event in so many is looked at
	expected []expectation
}

// An expectation is one event and what its effects were at the last look: the
// fewest and the most that any probe saw.
type expectation struct {
	event     int
	forged    bool
	acked     bool
	low, high int
}

func newAuditor(t *target.Target, a *attack, sent int, id func(int) string) *auditor {
	u := &auditor{
		probes: t.Probes, timeouts: t.Timeouts, redact: t.Redactor(), plan: a.plan, id: id,
		acked: a.transport.acked, sent: sent, every: 1,
	}
	for _, p := range t.Probes {
		if each, ok := p.(PerIDProbe); ok && each.PerID() && sent > perIDLimit {
			u.every = (sent + perIDLimit - 1) / perIDLimit
		}
	}
	if len(t.Probes) == 0 {
		return u
	}
	for n := range sent {
		if mix64(^u.plan.dealer.seed, uint64(n))%uint64(u.every) != 0 { // in no step with the mix
			continue
		}
		if c := u.plan.Class(n); c.owed() || c == Forged {
			u.expected = append(u.expected, expectation{event: n, forged: c == Forged, acked: c != Forged && u.acked.has(n)})
		}
	}
	return u
}

// note says what the figures were taken from, if not from all.
func (u *auditor) note() string {
	if u.every == 1 {
		return ""
	}
	return fmt.Sprintf("a sample: %d events, because the probe is asked once an event", len(u.expected))
}

// audit waits until the effects have settled and adds them up. since is when
// the last answer was read.
func (u *auditor) audit(ctx context.Context, since time.Time) reports.Completeness {
	if len(u.probes) == 0 {
		return reports.Completeness{Reason: "the target has no effects probe"}
	}
	settled, err := u.settle(ctx, since)
	if err != nil {
		return reports.Completeness{Reason: u.redact.Text(err.Error())}
	}
	c := u.sum()
	c.Observed, c.SettledMS = true, settled.Milliseconds()
	c.Reason, c.Blind = u.note(), u.blind()
	return c
}

// blind says why a probe cannot count to two, if one cannot: then another event
// may have had several effects of that kind.
func (u *auditor) blind() string {
	for _, p := range u.probes {
		if d := p.Describe(); d.Blind != "" {
			return "the probe " + d.Name + " cannot tell: " + d.Blind
		}
	}
	return ""
}

// settle looks again and again until the counts are stable and nothing awaited
// is missing. What is missing is waited for as long as Timeouts.Effect after
// the last change, and longestDrain at most. It returns the time from the
// last answer to the last change.
func (u *auditor) settle(ctx context.Context, since time.Time) (time.Duration, error) {
	quiet := max(u.timeouts.Quiescence, time.Millisecond)
	start := time.Now()
	changed, total := start, -1
	for {
		asked := time.Now()
		now, missing, err := u.look(ctx)
		if err == nil && now != total {
			changed, total = asked, now
		}
		var (
			still = time.Since(changed)
			spent = time.Since(start)
		)
		switch {
		case ctx.Err() != nil:
			return 0, fmt.Errorf("interrupted before the effects had settled")
		case err == nil && missing == 0 && still >= quiet,
			err == nil && still >= max(quiet, u.timeouts.Effect),
			err == nil && spent >= max(longestDrain, u.timeouts.Effect):
			return max(0, changed.Sub(since)), nil
		case err != nil && spent >= max(quiet, u.timeouts.Effect):
			return 0, err
		}
		// No more than half of the receiver's time goes into being asked. That ctx
		// ended is said above.
		_ = target.Pause(ctx, max(quiet/3, time.Since(asked)))
	}
}

// look asks every probe about every event. It returns the sum of all counts
// and how many acknowledged events have no effect yet.
func (u *auditor) look(ctx context.Context) (total, missing int, err error) {
	for start := 0; start < len(u.expected); start += probeChunk {
		chunk := u.expected[start:min(start+probeChunk, len(u.expected))]
		ids := make([]string, len(chunk))
		for i, e := range chunk {
			ids[i] = u.id(e.event)
		}
		for p, probe := range u.probes {
			counts, err := probe.Counts(ctx, ids)
			if err != nil {
				return 0, 0, err
			}
			for i := range chunk {
				chunk[i].see(counts[ids[i]], p == 0)
				total += counts[ids[i]]
			}
		}
		for _, e := range chunk {
			if e.acked && e.low == 0 {
				missing++
			}
		}
	}
	return total, missing, nil
}

func (e *expectation) see(count int, first bool) {
	if first {
		e.low, e.high = count, count
		return
	}
	e.low, e.high = min(e.low, count), max(e.high, count)
}

// sum adds the last look up.
func (u *auditor) sum() (c reports.Completeness) {
	for _, e := range u.expected {
		wrong := e.high > 1
		if e.high > 1 {
			c.Doubled++
		}
		switch {
		case e.forged:
			if e.high > 0 {
				c.Forged++
				wrong = true
			}
		case e.acked:
			c.Acked++
			if e.low == 0 {
				c.Lost++
				wrong = true
			} else if e.high == 1 {
				c.Once++
			}
		default:
			c.Unacked++
			if e.high > 0 {
				c.UnackedEffect++
			}
		}
		if wrong && len(c.Examples) < maxExamples {
			c.Examples = append(c.Examples, u.id(e.event))
		}
	}
	return c
}
