package load

import (
	"fmt"
	"math"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// decideBetween judges a value that is only known to lie between two.
func decideBetween(o scenarios.Objective, low, high float64, out *reports.Objective) {
	first, last := o.Holds(low), o.Holds(high)
	inside := o.Op == "=" && low <= o.Limit && o.Limit <= high
	switch {
	case first && last:
		out.Verdict = reports.Pass
	case first || last || inside:
		out.Verdict = reports.NotObserved
	default:
		out.Verdict = reports.Fail
	}
}

// effectLag judges a limit on the time from acknowledgement to effect. What had
// no effect in the end is known to take longer than it was waited for, and no
// more.
func (f facts) effectLag(o scenarios.Objective, out *reports.Objective) []string {
	if !f.drain.Observed {
		out.Verdict, out.Reason = reports.NotObserved, f.drain.Reason
		return nil
	}
	least, most := timeOf(o, f.lags.least), timeOf(o, f.lags.most)
	high := ms(most)
	endless := most >= longest || o.Metric == scenarios.MetricMean && f.lags.without > 0
	if endless {
		high = math.Inf(1)
	}
	switch {
	case endless:
		out.Value = fmt.Sprintf("more than %v ms", ms(least))
	case least == most:
		out.Value = fmt.Sprintf("%v ms", high)
	default:
		out.Value = fmt.Sprintf("%v to %v ms", ms(least), high)
	}
	decideBetween(o, ms(least), high, out)
	switch n := f.lags.most.count(); {
	case out.Verdict == reports.NotObserved && endless:
		out.Reason = fmt.Sprintf("%d of %d events that were looked at had no effect in the end: it took at least %v ms, and nobody knows how long", f.lags.without, n, ms(least))
	case out.Verdict == reports.NotObserved:
		out.Reason = fmt.Sprintf("it was between %v ms and %v ms: the two looks that an effect came between were %v ms apart in the mean", ms(least), high, f.drain.EveryMS)
	case o.Metric == scenarios.MetricQuantile && few(n, o.Quantile):
		out.Reason = fewBeyond(n)
	}
	return f.generator.excusesLatency(least, time.Duration(o.Limit*float64(time.Millisecond)), false)
}

// backlogGrowth judges whether effects keep up with acknowledgements.
func (f facts) backlogGrowth(o scenarios.Objective, out *reports.Objective) []string {
	d := f.drain
	if !d.Observed || d.GrowthReason != "" {
		out.Verdict, out.Reason = reports.NotObserved, d.GrowthReason
		return nil
	}
	out.Value = fmt.Sprintf("%v %% ± %v", d.Growth, d.GrowthCI)
	if d.Growth <= 0 {
		out.Value = fmt.Sprintf("no growth seen (%s)", out.Value)
	}
	decideBetween(o, d.Growth-d.GrowthCI, d.Growth+d.GrowthCI, out)
	if out.Verdict == reports.NotObserved {
		out.Reason = "too short to tell"
	}
	return f.generator.excusesWork()
}

// lost judges what was acknowledged and had no effect. What may still have had
// one, had it been waited for longer, is neither lost nor not.
func (f facts) lost(o scenarios.Objective, out *reports.Objective) {
	c := f.completeness
	out.Value, out.Reason = fmt.Sprint(c.Lost), f.note
	if c.Draining > 0 {
		out.Value, out.Reason = fmt.Sprintf("%d to %d", c.Lost, c.Lost+c.Draining), c.Reason
	}
	decideBetween(o, float64(c.Lost), float64(c.Lost+c.Draining), out)
}

// counted judges a number of wrong effects. More of them may be in a backlog that
// had not drained in the end.
func (f facts) counted(o scenarios.Objective, n int, value string, out *reports.Objective) {
	out.Value, out.Reason = value, f.note
	most := float64(n)
	if f.completeness.Draining > 0 {
		most, out.Reason = math.Inf(1), f.completeness.Reason
	}
	decideBetween(o, float64(n), most, out)
}

// undrained says that it was left open whether anything was lost, which some
// objective asks. A run does not pass then, or "".
func (f facts) undrained(objectives []scenarios.Objective) string {
	for _, o := range objectives {
		if o.Metric == scenarios.MetricLost && f.completeness.Draining > 0 {
			return fmt.Sprintf("%d acknowledged events still waited for their effect in the end", f.completeness.Draining)
		}
	}
	return ""
}
