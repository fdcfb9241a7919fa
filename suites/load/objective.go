package load

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// facts are what objectives are judged by.
type facts struct {
	classes      [classes]*tally
	unsent       int
	generator    generator
	completeness reports.Completeness
	note         string // on the completeness: what it was taken from
	drain        reports.Drain
	lags         lags
	silent       bool // the receiver refuses silently: only effects tell
}

// judge evaluates one objective. A miss that the generator may have caused is
// blocked, never failed. The second result says why.
func (f facts) judge(o scenarios.Objective) (reports.Objective, []string) {
	out := reports.Objective{Text: o.String(), Class: o.Class}
	var excuses []string
	switch {
	case o.Clock == scenarios.ClockEffectLag:
		excuses = f.effectLag(o, &out)
	case o.Latency():
		excuses = f.latency(o, &out)
	case o.Class != "":
		excuses = f.share(o, &out)
	case o.Metric == scenarios.MetricUnsent:
		decide(&out, o.Holds(float64(f.unsent)), strconv.Itoa(f.unsent))
		excuses = f.generator.excusesUnsent()
	case o.Metric == scenarios.MetricBacklogGrowth:
		excuses = f.backlogGrowth(o, &out)
	default:
		f.effects(o, &out)
	}
	if out.Verdict != reports.Fail || len(excuses) == 0 {
		return out, nil
	}
	out.Verdict = reports.Blocked
	out.Reason = joined(out.Reason, "generator-limited: "+strings.Join(excuses, "; "))
	return out, excuses
}

func decide(out *reports.Objective, holds bool, value string) {
	out.Value, out.Verdict = value, reports.Fail
	if holds {
		out.Verdict = reports.Pass
	}
}

func (f facts) tally(class string) *tally {
	for c, name := range classNames {
		if name == class {
			return f.classes[c]
		}
	}
	return f.classes[Genuine] // scenarios has checked the name
}

// latency judges a limit on a time. Errors and timeouts count with the time
// they took.
func (f facts) latency(o scenarios.Objective, out *reports.Objective) []string {
	t := f.tally(o.Class)
	c := t.response
	if o.Clock == scenarios.ClockService {
		c = t.service
	}
	if c.count() == 0 {
		notSent(o.Class, out)
		return nil
	}
	value := timeOf(o, c)
	if o.Metric == scenarios.MetricQuantile && few(c.count(), o.Quantile) {
		out.Reason = fewBeyond(c.count())
	}
	decide(out, o.Holds(ms(value)), fmt.Sprintf("%v ms", ms(value)))
	limit := time.Duration(o.Limit * float64(time.Millisecond))
	return f.generator.excusesLatency(value, limit, o.Clock == scenarios.ClockResponse)
}

// timeOf is what an objective limits of a clock.
func timeOf(o scenarios.Objective, c *clock) time.Duration {
	switch o.Metric {
	case scenarios.MetricMean:
		return c.mean()
	case scenarios.MetricMax:
		return c.max()
	}
	return c.quantile(o.Quantile)
}

func fewBeyond(n int64) string {
	return fmt.Sprintf("n too small: of %d samples fewer than 10 lie beyond", n)
}

func notSent(class string, out *reports.Objective) {
	out.Verdict, out.Reason = reports.NotObserved, fmt.Sprintf("no %s delivery was sent", class)
}

// share judges a number of deliveries of a class, or their share in percent.
func (f facts) share(o scenarios.Objective, out *reports.Objective) []string {
	t := f.tally(o.Class)
	count := t.accepted
	if o.Metric == scenarios.MetricErrors {
		count = t.sent - t.right
	}
	switch {
	case t.sent == 0:
		notSent(o.Class, out)
		return nil
	case f.silent && o.Class == scenarios.ClassForged && o.Metric == scenarios.MetricAccepted:
		f.silentlyAccepted(o, out)
		return nil
	}
	value := func(n int) float64 {
		if o.Unit == scenarios.UnitPercent {
			return 100 * float64(n) / float64(t.sent)
		}
		return float64(n)
	}
	decide(out, o.Holds(value(count)), fmt.Sprintf("%d of %d (%.3g %%)", count, t.sent, 100*float64(count)/float64(t.sent)))
	ours := t.ours()
	if o.Metric == scenarios.MetricErrors && ours > 0 && o.Holds(value(count-ours)) {
		return []string{fmt.Sprintf("this machine could not send %d of them (no local port, or too many open files)", ours)}
	}
	return nil
}

// silentlyAccepted judges acceptance by effects, where a 2xx says nothing.
func (f facts) silentlyAccepted(o scenarios.Objective, out *reports.Objective) {
	if !f.completeness.Observed {
		out.Verdict, out.Reason = reports.NotObserved, "the receiver refuses silently, and no probe shows effects"
		return
	}
	n := f.completeness.Forged
	f.counted(o, n, fmt.Sprintf("%d with an effect", n), out)
}

// effects judges the equation between answers and effects.
func (f facts) effects(o scenarios.Objective, out *reports.Objective) {
	c := f.completeness
	switch {
	case !c.Observed:
		out.Verdict, out.Reason = reports.NotObserved, c.Reason
		return
	case o.About() != "" && f.tally(o.About()).sent == 0:
		notSent(o.About(), out)
		return
	case o.Metric == scenarios.MetricLost && c.Acked == 0:
		out.Verdict, out.Reason = reports.NotObserved, "no event was acknowledged, so none could be lost"
		return
	case o.Metric == scenarios.MetricDoubled && c.Doubled == 0 && c.Blind != "":
		out.Verdict, out.Reason = reports.NotObserved, c.Blind
		return
	}
	if o.Metric == scenarios.MetricLost {
		f.lost(o, out)
		return
	}
	count := map[scenarios.Metric]int{
		scenarios.MetricDoubled: c.Doubled, scenarios.MetricForgedEffects: c.Forged, scenarios.MetricStaleEffects: c.Stale,
	}[o.Metric]
	f.counted(o, count, strconv.Itoa(count), out)
}

func joined(first, second string) string {
	switch {
	case first == "":
		return second
	case second == "":
		return first
	}
	return first + "; " + second
}
