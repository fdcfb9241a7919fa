package load

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/hookassay/hookassay/reports"
)

const (
	fewFailures   = 3  // looks that may fail without a word being lost
	failedShare   = 20 // … or one of so many
	fewestSampled = 30 // acknowledgements that a growth is read from
)

// report sums up what was seen, after settle.
func (d *drain) report() reports.Drain {
	d.mu.Lock()
	defer d.mu.Unlock()
	if reason := d.unseen(); reason != "" {
		return reports.Drain{Reason: reason, GrowthReason: reason}
	}
	l := d.lags()
	out := reports.Drain{Observed: true, Sampled: int(l.most.count()), EveryMS: ms(d.resolution()), Backlog: int(math.Round(d.total(d.backlogAt(d.end()))))}
	l.tell(&out)
	out.Lag.Note = joined(out.Lag.Note, d.remarks())
	growth, reason := d.growth()
	out.Growth, out.GrowthCI, out.GrowthReason = hundredths(growth.slope), hundredths(growth.half), reason
	return out
}

func hundredths(v float64) float64 { return math.Round(100*v) / 100 }

// unseen says why nothing can be said of the lag, or "".
func (d *drain) unseen() string {
	l := d.looks
	switch {
	case len(d.probes) == 0:
		return "the target has no effects probe"
	case l.failed > fewFailures && l.failed*failedShare > l.number+l.failed, l.number == 0 && l.failed > 0:
		return fmt.Sprintf("the probe failed at %d of %d looks", l.failed, l.number+l.failed)
	case l.number < 2:
		return fmt.Sprintf("the probe was asked %d times while the load went on and after it: too few to tell", l.number)
	case len(d.done) == 0 && !slices.ContainsFunc(d.waiting, sampled.looked):
		return "no acknowledged event was looked at"
	}
	return ""
}

// looked reports whether an event that waits was seen to.
func (s sampled) looked() bool { return s.missing > s.acked }

// resolution is the mean time between the two looks that an effect came between,
// or between any two where none came; 0: the probes told when.
func (d *drain) resolution() time.Duration {
	if len(d.done) == 0 {
		return d.looks.every()
	}
	var sum, n time.Duration
	for _, s := range d.done {
		if s.missing < s.seen {
			sum, n = sum+s.seen-s.missing, n+1
		}
	}
	return sum / max(1, n)
}

// remarks are what the figures of the lag do not say themselves.
func (d *drain) remarks() (text string) {
	if d.halved > 0 {
		text = fmt.Sprintf("a sample: one of %d acknowledged events", 1<<d.halved)
	}
	if d.looks.failed > 0 {
		text = joined(text, fmt.Sprintf("the probe failed at %d of %d looks", d.looks.failed, d.looks.number+d.looks.failed))
	}
	if took := d.looks.slowest(); took > slowLook {
		text = joined(text, fmt.Sprintf("a look took up to %v ms, in which the receiver had to answer that, too: a callback, or a probe that is asked by id, disturbs it less", ms(took)))
	}
	return text
}

// slowLook is how long a question may take that disturbs nobody.
const slowLook = 250 * time.Millisecond

// slowest is the longest of the looks that are kept.
func (l looks) slowest() (took time.Duration) {
	for _, g := range l.seconds {
		took = max(took, g.took)
	}
	return took
}

// lags are the times from acknowledgement to effect. Each is known to lie
// between two looks.
type lags struct {
	least   *clock        // up to when it was last missing
	most    *clock        // up to when it was seen; without effect, for ever
	came    *clock        // like most, of those that had one
	without int           // had no effect at the last look
	waited  time.Duration // for each of those at least
}

func (d *drain) known() lags {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lags()
}

func (d *drain) lags() lags {
	l := lags{least: newClock(), most: newClock(), came: newClock()}
	for _, s := range d.done {
		l.came.record(s.seen - s.acked)
		l.most.record(s.seen - s.acked)
		l.least.record(s.missing - s.acked)
	}
	for _, s := range d.waiting {
		if !s.looked() {
			continue // it came after the last look
		}
		if waited := s.missing - s.acked; l.without == 0 || waited < l.waited {
			l.waited = waited
		}
		l.without++
		l.least.record(s.missing - s.acked)
		l.most.record(longest)
	}
	return l
}

// tell writes down the bounds of each quantile. One that falls among events
// without an effect has none above.
func (l lags) tell(out *reports.Drain) {
	least, most := l.least.quantiles(), l.most.quantiles()
	least.Note, most.Max, out.Slowest = "", ms(l.most.max()), ms(l.came.max())
	out.Without, out.WaitedMS = l.without, ms(l.waited)
	if l.without > 0 {
		most.Mean = ms(longest)
	}
	for _, q := range []struct {
		name        string
		least, most *float64
	}{{"mean", &least.Mean, &most.Mean}, {"p50", &least.P50, &most.P50}, {"p90", &least.P90, &most.P90},
		{"p99", &least.P99, &most.P99}, {"p99.9", &least.P999, &most.P999}, {"max", &least.Max, &most.Max}} {
		if *q.most >= ms(longest) {
			*q.most, out.Open = *q.least, append(out.Open, q.name)
		}
		if most.CI95[q.name][1] >= ms(longest) {
			delete(most.CI95, q.name)
		}
	}
	if len(most.CI95) == 0 {
		most.CI95 = nil
	}
	out.Lag, out.Least = most, least
}

// end is when the load ended.
func (d *drain) end() time.Duration {
	if d.ended > 0 {
		return d.ended
	}
	var last time.Duration
	for s := range d.everySampled() {
		last = max(last, s.acked)
	}
	return last
}

// backlogAt is how many sampled events were acknowledged and missing at the last
// look up to then.
func (d *drain) backlogAt(then time.Duration) int {
	var at []glance
	for _, look := range d.looks.seconds {
		if look.began <= then {
			at = []glance{look}
		}
	}
	if at == nil {
		return 0
	}
	return d.missingAt(at)[0]
}

// missingAt counts the sampled events that were acknowledged before each of the
// looks, which ascend, and missing at it. Unlike times of effects, which looks
// find late, that has no error that grows with the time between two looks.
func (d *drain) missingAt(looks []glance) []int {
	after := func(t time.Duration) int {
		i, _ := slices.BinarySearchFunc(looks, t, func(g glance, t time.Duration) int { return cmp.Compare(g.began, t+1) })
		return i
	}
	change := make([]int, len(looks)+1)
	for s := range d.everySampled() {
		if from, to := after(s.acked), after(s.missing); from < to {
			change[from]++
			change[to]--
		}
	}
	now, counts := 0, make([]int, len(looks))
	for i := range looks {
		now += change[i]
		counts[i] = now
	}
	return counts
}

func (d *drain) everySampled() iter.Seq[sampled] {
	return func(yield func(sampled) bool) {
		for _, list := range [][]sampled{d.waiting, d.done} {
			for _, s := range list {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// growth is the backlog's slope, in % of the rate of acknowledgements, over the
// load without its first quarter, in which queues fill to what they then keep.
// The second result says why there is none.
func (d *drain) growth() (trend, string) {
	end := d.end()
	var looks []glance
	for _, look := range d.looks.seconds {
		if look.began >= end/4 && look.began <= end {
			looks = append(looks, look)
		}
	}
	if n := len(looks); n < fewestPoints || looks[n-1].began-looks[0].began < (fewestPoints-2)*time.Second {
		return trend{}, fmt.Sprintf("too short to tell: the backlog was seen in %d seconds after the load's first quarter, of at least %d", n, fewestPoints)
	}
	from, to := looks[0].began, looks[len(looks)-1].began
	acked := 0
	for s := range d.everySampled() {
		if s.acked > from && s.acked <= to {
			acked++
		}
	}
	if acked < fewestSampled {
		return trend{}, fmt.Sprintf("too few to tell: %d sampled events were acknowledged after the load's first quarter, of at least %d", acked, fewestSampled)
	}
	rate := float64(acked) / (to - from).Seconds() // of sampled ones, as the counts are
	return d.fit(looks, rate), ""
}

// fit is the trend of the backlog at some looks, in % of a rate of sampled
// events.
func (d *drain) fit(looks []glance, rate float64) trend {
	x, y, took := make([]float64, len(looks)), make([]float64, len(looks)), make([]float64, len(looks))
	for i, n := range d.missingAt(looks) {
		x[i], y[i], took[i] = looks[i].began.Seconds(), float64(n), looks[i].took.Seconds()
	}
	fit := fitTrend(x, y)
	half := max(fit.half, thinned(y, x[len(x)-1]-x[0], math.Ldexp(1, -d.halved)))
	// What takes effect while a question is answered is not found missing: that
	// makes a slope of its own where answers take longer and longer.
	slower := math.Abs(fitTrend(x, took).slope)
	return trend{100 * fit.slope / rate, 100 * (half/rate + slower)}
}

// thinned is how far off a slope of counts may be (95 %) because only a share of
// all events was counted. No missing event among few is not none among all.
func thinned(counts []float64, span, share float64) float64 {
	sum := 0.0
	for _, n := range counts {
		sum += n
	}
	n := float64(len(counts))
	return 1.96 * math.Sqrt(12*(1-share)*(sum/n+1)/n) / span
}
