package load

import (
	"context"
	"errors"
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

// An auditor compares answers with effects, once the attack is over. Of each
// event it remembers two bits.
type auditor struct {
	probes   []target.Probe
	timeouts target.Timeouts
	longest  time.Duration        // a backlog that still shrinks is waited for
	slowest  func() time.Duration // the longest time to an effect that was seen
	redact   *transcript.Redactor // of errors that quote the receiver
	plan     *Plan
	id       func(event int) string
	calls    func(Class) expectation
	expected func(event int) bool // whether events of that type have effects
	acked    bitset
	missing  bitset // awaited events that had no effect at the last look
	sent     int    // deliveries 0 … sent−1 were sent
	every    int    // one event in so many is looked at
}

func newAuditor(t *target.Target, a *attack, sent int, id func(int) string) *auditor {
	u := &auditor{
		probes: t.Probes, timeouts: t.Timeouts, longest: longestDrain, redact: t.Redactor(), plan: a.plan, id: id,
		slowest: a.drain.slowestSeen, calls: expectationOf, expected: func(int) bool { return true },
		acked: a.transport.acked, sent: sent, every: 1,
	}
	for _, p := range t.Probes {
		if each, ok := p.(PerIDProbe); ok && each.PerID() && sent > perIDLimit {
			u.every = (sent + perIDLimit - 1) / perIDLimit
		}
	}
	if len(t.Probes) > 0 {
		u.missing = newBitset(sent)
	}
	return u
}

// note says what the figures were taken from, if not from all.
func (u *auditor) note() string {
	if u.every == 1 || len(u.probes) == 0 {
		return ""
	}
	events := 0
	for n := range u.sent {
		if u.looksAt(n) {
			events++
		}
	}
	return fmt.Sprintf("a sample: %d events, because the probe is asked once an event", events)
}

// looksAt reports whether delivery n brings an event that is looked at.
func (u *auditor) looksAt(n int) bool {
	return mix64(^u.plan.dealer.seed, uint64(n))%uint64(u.every) == 0 && // in no step with the mix
		u.calls(u.plan.Class(n)) != ofAnother
}

// awaited reports whether an event should have an effect.
func (u *auditor) awaited(n int, e expectation) bool {
	return e == once && u.acked.has(n) && u.expected(n)
}

// audit waits until the effects have settled and adds them up. since is when
// the last answer was read.
func (u *auditor) audit(ctx context.Context, since time.Time) reports.Completeness {
	if len(u.probes) == 0 {
		return reports.Completeness{Reason: "the target has no effects probe"}
	}
	s := settling{auditor: u, since: since}
	if err := s.wait(ctx); err != nil {
		return reports.Completeness{Reason: u.redact.Text(err.Error())}
	}
	c := s.sum
	c.Observed, c.Blind, c.Reason = true, u.blind(), joined(u.note(), s.draining())
	c.WatchedMS, c.SettledMS = s.watched.Sub(since).Milliseconds(), s.quiet.Sub(since).Milliseconds()
	if s.drains {
		c.Lost, c.Draining = 0, c.Lost
	}
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

// A survey is one look at every event.
type survey struct {
	sum   reports.Completeness
	whole int // all effects, but of those awaited events that had not all of theirs
}

// lookAtAll asks about every event.
func (u *auditor) lookAtAll(ctx context.Context) (survey, error) {
	var s survey
	err := u.ask(ctx, u.looksAt, func(n int, found effects) {
		e := u.calls(u.plan.Class(n))
		t := tale{expectation: e, acked: u.acked.has(n), awaited: u.awaited(n, e), low: found.low, high: found.high}
		if wrong := t.count(&s.sum); wrong && len(s.sum.Examples) < maxExamples {
			s.sum.Examples = append(s.sum.Examples, u.id(n))
		}
		if t.awaited && t.low == 0 {
			u.missing.set(n)
			return
		}
		u.missing.clear(n)
		s.whole += found.all
	})
	return s, err
}

// lookAtMissing asks about the events whose effect was missing, and returns how
// many have it now, and how many effects those have.
func (u *auditor) lookAtMissing(ctx context.Context) (came, whole int, err error) {
	err = u.ask(ctx, u.missing.has, func(n int, found effects) {
		if found.low > 0 {
			u.missing.clear(n)
			came++
			whole += found.all
		}
	})
	return came, whole, err
}

// effects of one event: the fewest and the most that any probe saw, and those
// of all probes.
type effects struct{ low, high, all int }

// ask asks every probe about the events that are wanted, so many at a time that
// a question does not grow with the run.
func (u *auditor) ask(ctx context.Context, wanted func(n int) bool, see func(n int, found effects)) error {
	var events []int
	for n := range u.sent {
		if wanted(n) {
			events = append(events, n)
		}
		if len(events) < probeChunk && n < u.sent-1 || len(events) == 0 {
			continue
		}
		found, err := u.question(ctx, events)
		if err != nil {
			return err
		}
		for i, event := range events {
			see(event, found[i])
		}
		events = events[:0]
	}
	return nil
}

func (u *auditor) question(ctx context.Context, events []int) ([]effects, error) {
	ids, found := make([]string, len(events)), make([]effects, len(events))
	for i, event := range events {
		ids[i] = u.id(event)
	}
	for p, probe := range u.probes {
		counts, err := probe.Counts(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i, id := range ids {
			n, f := counts[id], &found[i]
			if p == 0 {
				f.low = n
			}
			f.low, f.high, f.all = min(f.low, n), max(f.high, n), f.all+n
		}
	}
	return found, nil
}

// A settling looks again and again until the counts are stable and nothing
// awaited is missing. What is missing is waited for as long as Timeouts.Effect
// after the last change, and auditor.longest at most.
type settling struct {
	*auditor
	since time.Time // the last answer

	survey              // the last one
	begun     bool      // there was one
	start     time.Time // of the first look
	quiet     time.Time // end of the last look that found something changed
	watched   time.Time // until then the counts were as they are, or changed
	came      time.Time // end of the last look that found what had been missing
	failing   time.Time // start of the first of the looks that failed in a row
	remaining int       // awaited events without effect
	drains    bool      // in the end they were still coming
}

var errFell = errors.New("the counts of the effects probe went down: an effect that was seen is not counted any more")

// wait returns when everything has settled, or has been waited for long enough.
func (s *settling) wait(ctx context.Context) error {
	s.start = time.Now()
	s.quiet, s.came = s.start, s.start
	for {
		asked := time.Now()
		done, err := s.look(ctx, asked)
		if err == nil {
			s.failing = time.Time{}
		} else if s.failing.IsZero() {
			s.failing = asked
		}
		switch {
		case ctx.Err() != nil:
			return errors.New("interrupted before the effects had settled")
		case errors.Is(err, errFell):
			return err
		case err != nil && (time.Since(s.failing) >= s.patience() || time.Since(s.start) >= s.limit()):
			return err
		case done:
			return nil
		}
		// No more than half of the receiver's time goes into being asked. That ctx
		// ended is said above.
		_ = target.Pause(ctx, max(s.between(), time.Since(asked)))
	}
}

// slowerStill is by how much a further effect may be slower than the slowest
// that was seen.
const slowerStill = 3

// stable is how long counts stay as they are that have settled: where effects
// take their time, so do second ones.
func (s *settling) stable() time.Duration {
	further := min(slowerStill*s.slowest(), s.timeouts.Effect)
	return max(s.timeouts.Quiescence, further, time.Millisecond)
}

// between is the pause between two looks.
func (s *settling) between() time.Duration { return max(s.timeouts.Quiescence, time.Millisecond) / 3 }

// patience is how long what is missing is waited for after a change.
func (s *settling) patience() time.Duration { return max(s.stable(), s.timeouts.Effect) }

// limit is how long it is waited for in all.
func (s *settling) limit() time.Duration { return max(s.longest, s.timeouts.Effect) }

// look asks about what was missing while that is waited for; about all at first,
// and when nothing has changed for long enough: were others to change meanwhile,
// everything is waited for once more. It reports whether all is over.
func (s *settling) look(ctx context.Context, asked time.Time) (bool, error) {
	spent, still := asked.Sub(s.start), asked.Sub(s.quiet)
	over := spent >= s.limit()
	switch {
	case !s.begun, over, still >= s.patience(), still >= s.stable() && s.remaining == 0:
	case s.remaining == 0:
		return false, nil
	default:
		return false, s.lookForMore(ctx)
	}
	now, err := s.lookAtAll(ctx)
	if err != nil {
		s.begun = false // what is missing is known of some only
		return false, err
	}
	if s.begun && now.whole < s.whole {
		return false, errFell
	}
	same := s.begun && now.whole == s.whole
	if s.begun && now.sum.Lost < s.remaining {
		s.came = time.Now()
	}
	s.watched = asked
	if !same {
		s.quiet = time.Now()
		s.watched = s.quiet
	}
	s.survey, s.remaining, s.begun = now, now.sum.Lost, true
	s.drains = s.remaining > 0 && time.Since(s.came) < s.patience()
	return same || over, nil
}

// lookForMore asks about what was missing.
func (s *settling) lookForMore(ctx context.Context) error {
	came, whole, err := s.lookAtMissing(ctx)
	s.whole += whole // a look that failed in the middle has seen some, too
	s.remaining -= came
	if came > 0 {
		s.quiet, s.came = time.Now(), time.Now()
	}
	return err
}

// draining says that a backlog was left.
func (s *settling) draining() string {
	if !s.drains {
		return ""
	}
	return fmt.Sprintf("still draining: %d of %d events had no effect %s after the last answer",
		s.remaining, s.sum.Acked, time.Since(s.since).Round(time.Second))
}
