package load

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

const (
	mostWaiting    = 2_000  // sampled events that a probe is asked about at once
	mostWaitingOne = 100    // … where it is asked once an event
	mostSampled    = 32_768 // sampled events in all
	lookEvery      = 20 * time.Millisecond
	lookShare      = 9 // a pause is this many times as long as the question before it
)

// A timedProbe may know when it first saw an effect of an event.
type timedProbe interface {
	First(id string) (time.Time, bool)
}

// A drain looks at a sample of the acknowledged events, again and again while
// the load goes on, until the effect of each is seen.
//
// An event is in the sample if its hash, taken as a fraction, is less than a
// share of 1. The share is halved when more events wait than a look is to ask
// about, and never rises; those above it leave. An event that is in would have
// met the same shares with any lower hash, so that counts divided by the share
// are unbiased, as if it had been fixed (https://arxiv.org/abs/1708.04970).
type drain struct {
	probes []target.Probe
	id     func(event int) string // called by one goroutine at a time
	now    func() time.Duration   // since the run's start
	seed   uint64
	limit  atomic.Uint64 // hashes up to it are in the sample
	cancel func()        // ends the watching; nil: nobody watches

	mu      sync.Mutex
	halved  int       // the share is 2^-halved
	most    int       // that may wait
	waiting []sampled // by when they were noted
	done    []sampled
	looks   looks
	behind  float64       // events without effect at the last look, estimated
	slowest time.Duration // from acknowledgement until an effect was seen
	ended   time.Duration // the load; 0: not said
}

// looks are what became of the questions.
type looks struct {
	pace
	failed  int
	seconds []glance // the last one of each second that had one
}

// pace is how often somebody looked.
type pace struct {
	number      int
	first, last time.Duration
}

// every is the mean time between two looks.
func (p pace) every() time.Duration { return (p.last - p.first) / time.Duration(max(1, p.number-1)) }

// A glance is when a look was begun and how long it took.
type glance struct{ began, took time.Duration }

// A sampled event. Times are since the run's start.
type sampled struct {
	event   int
	id      string
	acked   time.Duration
	missing time.Duration // last when its effect was not there; acked: never seen missing
	seen    time.Duration // by when it was there
}

func newDrain(probes []target.Probe, id func(event int) string, seed int64, now func() time.Duration) *drain {
	d := &drain{probes: probes, id: id, now: now, seed: mix64(uint64(seed), 'd'), most: mostWaiting, behind: -1}
	d.limit.Store(math.MaxUint64)
	for _, p := range probes {
		if each, ok := p.(PerIDProbe); ok && each.PerID() {
			d.most = mostWaitingOne
		}
	}
	return d
}

// acked takes note of a genuine event's first 2xx, and of when it was read. It
// may be called by many goroutines.
func (d *drain) acked(event int, at time.Duration) {
	if len(d.probes) == 0 || !d.sampled(event) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sampled(event) { // the share may have been halved meanwhile
		d.waiting = append(d.waiting, sampled{event: event, acked: at, missing: at})
		d.thin()
	}
}

// sampled is in no step with the plan's mix, which is drawn by the event, too.
func (d *drain) sampled(event int) bool { return mix64(d.seed, uint64(event)) <= d.limit.Load() }

// thin halves the share until no more events wait, and are kept, than may be.
func (d *drain) thin() {
	for len(d.waiting) > d.most || len(d.waiting)+len(d.done) > mostSampled {
		d.halved++
		d.limit.Store(math.MaxUint64 >> d.halved)
		leaves := func(s sampled) bool { return !d.sampled(s.event) }
		d.waiting = slices.DeleteFunc(d.waiting, leaves)
		d.done = slices.DeleteFunc(d.done, leaves)
	}
}

// total estimates how many acknowledged events there are for so many sampled.
func (d *drain) total(sampled int) float64 { return math.Ldexp(float64(sampled), d.halved) }

// loaded says that the load has ended now. Without it, it ended with the last
// acknowledgement.
func (d *drain) loaded() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = d.now()
}

// start watches until ctx ends or stop is called.
func (d *drain) start(ctx context.Context) {
	if len(d.probes) == 0 {
		return
	}
	watching, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	d.cancel = func() { cancel(); <-over }
	go func() {
		defer close(over)
		d.watch(watching)
	}()
}

// stop ends the watching, when the effects have settled. It looks once more, so
// that no event is left of which nothing is known.
func (d *drain) stop(ctx context.Context) {
	if d.cancel != nil {
		d.cancel()
		d.look(ctx)
	}
}

// watch looks until ctx ends. The probe must not become the load: it is asked
// for a tenth of the time at most.
func (d *drain) watch(ctx context.Context) {
	for ctx.Err() == nil {
		took := d.look(ctx)
		_ = target.Pause(ctx, max(lookEvery-took, lookShare*took)) // that ctx ended is seen above
	}
}

// look asks about every sampled event that waits, and tells how long that took.
func (d *drain) look(ctx context.Context) time.Duration {
	asked := d.questions()
	began := d.now()
	found, err := d.ask(ctx, asked)
	took := d.now() - began
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err == nil:
		d.note(asked, found, began)
		d.looks.add(began, took)
	case ctx.Err() == nil:
		d.looks.failed++
	}
	return took
}

// questions are the events that wait, with their ids.
func (d *drain) questions() []sampled {
	d.mu.Lock()
	asked := slices.Clone(d.waiting)
	d.mu.Unlock()
	for i := range asked {
		if asked[i].id == "" {
			asked[i].id = d.id(asked[i].event)
		}
	}
	return asked
}

// A sight is what a look found of one event.
type sight struct {
	there, timed   bool
	earliest, seen time.Duration // timed or not: when the effect can have been there first, and by when it was
}

// ask asks every probe. An event has its effect when all have seen it.
func (d *drain) ask(ctx context.Context, asked []sampled) ([]sight, error) {
	found := make([]sight, len(asked))
	if len(asked) == 0 {
		return found, nil
	}
	ids := make([]string, len(asked))
	for i, s := range asked {
		ids[i], found[i] = s.id, sight{there: true, timed: true, earliest: s.missing}
	}
	for _, p := range d.probes {
		counts, err := p.Counts(ctx, ids)
		if err != nil {
			return nil, err
		}
		answered := d.now()
		for i, id := range ids {
			f := &found[i]
			if f.there = f.there && counts[id] > 0; !f.there {
				continue
			}
			at, known := d.first(p, id, answered)
			if known {
				f.earliest = max(f.earliest, at)
			}
			f.timed, f.seen = f.timed && known, max(f.seen, at)
		}
	}
	return found, nil
}

// first is when the probe first saw the event, if it knows, or when it answered.
func (d *drain) first(p target.Probe, id string, answered time.Duration) (time.Duration, bool) {
	if timed, ok := p.(timedProbe); ok {
		if at, ok := timed.First(id); ok {
			return d.now() - time.Since(at), true
		}
	}
	return answered, false
}

// note takes down what a look that began then has found. Some of those asked
// about may have left the sample meanwhile, and others have come to its end.
func (d *drain) note(asked []sampled, found []sight, began time.Duration) {
	left, i, missing := d.waiting[:0], 0, 0
	for _, w := range d.waiting {
		for i < len(asked) && asked[i].event != w.event {
			i++
		}
		switch {
		case i == len(asked):
			left = append(left, w)
		case !found[i].there:
			missing++
			w.id, w.missing = asked[i].id, began
			left = append(left, w)
		default:
			f := found[i]
			w.id, w.missing, w.seen = "", f.earliest, f.seen
			if f.timed {
				w.missing = f.seen
			}
			d.slowest = max(d.slowest, w.seen-w.acked)
			d.done = append(d.done, w)
		}
	}
	clear(d.waiting[len(left):]) // their ids
	d.waiting, d.behind = left, d.total(missing)
}

func (l *looks) add(began, took time.Duration) {
	if l.number == 0 {
		l.first = began
	}
	l.number++
	l.last = began
	if n := len(l.seconds); n > 0 && l.seconds[n-1].began/time.Second == began/time.Second {
		l.seconds = l.seconds[:n-1]
	}
	l.seconds = append(l.seconds, glance{began, took})
}

// backlog is how many acknowledged events had no effect at the last look,
// estimated from the sample; −1: not looked yet, or nobody can.
func (d *drain) backlog() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int(math.Round(d.behind))
}

// slowestSeen is the longest time in which an effect is known to have come.
func (d *drain) slowestSeen() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slowest
}
