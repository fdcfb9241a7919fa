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
	resent       *tally // nil: the producer sends nothing again
	unackedCount int    // events that were never acknowledged
	outstanding  int    // … so many at the most had a retry to come when the run ended
	owed         int    // events that were to be acknowledged
	generator    generator
	completeness reports.Completeness
	note         string // on the completeness: what it was taken from
	drain        reports.Drain
	lags         lags
	aborted      *abortion
	unseen       string // why effects were to be seen and are not known; the run does not pass
	silent       bool   // the receiver refuses silently: only effects tell
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
	case o.Metric == scenarios.MetricUnacked:
		excuses = f.unacked(o, &out)
	case o.Metric == scenarios.MetricAmplification:
		excuses = f.amplification(o, &out)
	case o.Metric == scenarios.MetricUnsent:
		decide(&out, o.Holds(float64(f.unsent)), strconv.Itoa(f.unsent))
		excuses = f.generator.excusesUnsent()
		if f.aborted != nil {
			out.Verdict, out.Reason, excuses = reports.NotObserved, "the run was aborted", nil
		}
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
	return f.classes[classOf(class)]
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
		count = t.errors()
	}
	switch {
	case t.sent == 0:
		notSent(o.Class, out)
		return nil
	case f.silent && o.Metric == scenarios.MetricAccepted && (o.Class == scenarios.ClassForged || o.Class == scenarios.ClassStale):
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
	if o.Class == scenarios.ClassStale {
		n = f.completeness.Stale
	}
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

// unacked judges the events that no attempt brought an acknowledgement of. One
// that was to be sent again might have been acknowledged yet.
func (f facts) unacked(o scenarios.Objective, out *reports.Objective) []string {
	if f.owed == 0 {
		notSent(scenarios.ClassGenuine, out)
		return nil
	}
	decide(out, o.Holds(float64(f.unackedCount)), fmt.Sprintf("%d of %d events", f.unackedCount, f.owed))
	proven := max(0, f.unackedCount-f.outstanding)
	switch {
	case f.resent == nil:
		out.Reason = "nothing was sent again"
	case out.Verdict == reports.Fail && o.Holds(float64(proven)):
		out.Verdict, out.Reason = reports.NotObserved, fmt.Sprintf("%d had a retry to come when the run ended", f.outstanding)
	}
	if f.generator.ours == 0 {
		return nil
	}
	return f.generator.starved()
}

// amplification judges how much more the receiver makes the producer send.
func (f facts) amplification(o scenarios.Objective, out *reports.Objective) []string {
	if f.resent == nil {
		out.Verdict, out.Reason = reports.NotObserved, "the scenario has no retries"
		return nil
	}
	decide(out, o.Holds(f.amplified()), fmt.Sprintf("%.2f times", f.amplified()))
	return f.generator.starved()
}

// amplified is the deliveries sent for each planned one that was.
func (f facts) amplified() float64 {
	planned := 0
	for _, t := range f.classes {
		planned += t.sent
	}
	if planned == 0 || f.resent == nil {
		return 1
	}
	return 1 + float64(f.resent.sent)/float64(planned)
}

// abort judges the rule that ended the run. The generator may have brought it
// about as it may a missed objective.
func (f facts) abort() (reports.Objective, []string) {
	a := f.aborted
	out := reports.Objective{Text: "abort: " + a.rule.String(), Class: a.rule.If.Class, Verdict: reports.Fail}
	out.Value = fmt.Sprintf("%.4g %s, after %s", a.value, a.rule.If.Unit, a.after)
	excuses := f.generator.starved()
	if a.rule.If.Latency() {
		value := time.Duration(a.value * float64(time.Millisecond))
		limit := time.Duration(a.rule.If.Limit * float64(time.Millisecond))
		excuses = f.generator.excusesLatency(value, limit, a.rule.If.Clock == scenarios.ClockResponse)
	}
	if a.rule.If.Metric == scenarios.MetricAccepted || len(excuses) == 0 {
		return out, nil
	}
	out.Verdict = reports.Blocked
	out.Reason = "generator-limited: " + strings.Join(excuses, "; ")
	return out, excuses
}
