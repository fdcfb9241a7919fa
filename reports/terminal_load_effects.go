package reports

import (
	"fmt"
	"slices"
	"strings"
)

// completeness says the equation between answers and effects in words. timed
// tells that the report holds figures on how fast answers came.
func (p *page) completeness(c Completeness, timed bool) {
	p.line("")
	if !c.Observed {
		p.field("effects", "not observed: "+c.Reason)
		if timed {
			p.para(plain, "    ", 4, "effects were not looked at: how fast answers came says nothing about whether the work was done")
		}
		return
	}
	p.field("effects", c.processed())
	if c.Draining > 0 {
		p.field("", fmt.Sprintf("%d had no effect yet when there was no more waiting: still draining", c.Draining))
	}
	if c.Blind != "" {
		p.field("", "once may be more often: "+c.Blind)
	}
	p.field("", fmt.Sprintf("%s never acknowledged, %d of them processed all the same", plural(c.Unacked, "event"), c.UnackedEffect))
	p.field("", joinedBy("; ", plural(c.Forged, "forged event")+" processed", c.watched()))
	if c.Stale > 0 {
		p.field("", plural(c.Stale, "stale event")+" processed")
	}
	if len(c.Examples) > 0 {
		p.field("such as", strings.Join(c.Examples, ", "))
	}
}

// processed says how many acknowledged events were to have an effect, and what
// they had.
func (c Completeness) processed() string {
	acked := plural(c.Acked, "event") + " acknowledged"
	if c.AckedIdle > 0 {
		acked = fmt.Sprintf("%s acknowledged, an effect was expected of %d of them", plural(c.Acked+c.AckedIdle, "event"), c.Acked)
	}
	return fmt.Sprintf("%s: %d processed once, %d lost, %d processed more than once", acked, c.Once, c.Lost, c.Doubled)
}

// watched says for how long second effects would have been seen.
func (c Completeness) watched() string {
	if c.WatchedMS == 0 {
		return "" // of a program that did not say
	}
	text := fmt.Sprintf("counts were watched for %s after the last answer, and ", span(float64(c.WatchedMS)))
	if c.SettledMS >= c.WatchedMS {
		return text + "changed until then"
	}
	return text + fmt.Sprintf("did not change in the last %s", span(float64(c.WatchedMS-c.SettledMS)))
}

// drain says whether the work kept up with the acknowledgements. known is why
// effects were not observed, if that has been said.
func (p *page) drain(d Drain, known string) {
	if !d.Observed {
		if d.Reason != "" && d.Reason != known {
			p.field("drain", "not observed: "+d.Reason)
		}
		return
	}
	looks := plural(d.Sampled, "event") + " looked at"
	if d.EveryMS > 0 {
		looks += ", an effect known to within " + span(d.EveryMS) + " in the mean"
	}
	p.field("drain", joinedBy("; ", d.lag(), d.never(), looks, d.Lag.Note))
	if d.GrowthReason != "" {
		p.field("", fmt.Sprintf("whether the backlog grew is not observed: %s; about %d waited when the load ended", d.GrowthReason, d.Backlog))
		return
	}
	p.field("", fmt.Sprintf("%s; about %d waited when the load ended", d.grew(), d.Backlog))
}

// lag says how long effects took: as far as it is known, between which two
// times.
func (d Drain) lag() string {
	if d.Lag.N == 0 || d.Slowest == 0 {
		return "" // none came
	}
	return fmt.Sprintf("effects came %s (p50), %s (p99), at most %s after the acknowledgement",
		d.between("p50", d.Least.P50, d.Lag.P50), d.between("p99", d.Least.P99, d.Lag.P99), span(d.Slowest))
}

// between says one quantile.
func (d Drain) between(name string, least, most float64) string {
	switch low, high := span(least), span(most); {
	case slices.Contains(d.Open, name):
		return "> " + low
	case low == high:
		return high
	default:
		return low + " to " + high
	}
}

// never says what had no effect.
func (d Drain) never() string {
	if d.Without == 0 {
		return ""
	}
	return fmt.Sprintf("%d had none within %s", d.Without, span(d.WaitedMS))
}

// grew says how much of the work was put off. Less than nothing cannot have been
// added, but where that is not certain the most that can is said.
func (d Drain) grew() string {
	most := d.Growth + d.GrowthCI
	switch {
	case most <= 0:
		return "the backlog did not grow"
	case d.Growth <= 0:
		return fmt.Sprintf("the backlog was not seen to grow: at most %.1f %% of the events acknowledged were added to it", most)
	}
	return fmt.Sprintf("of the events acknowledged, %.1f %% (+-%.1f) were added to the backlog", d.Growth, d.GrowthCI)
}

// resent says how much more a receiver made its producer send.
func (p *page) resent(r *Resent) {
	if r == nil {
		return
	}
	text := "nothing had to be sent again"
	if r.Sent > 0 {
		text = fmt.Sprintf("%d, %d accepted: %s requests for each that was planned", r.Sent, r.Accepted, figure(r.Amplification))
		if r.WorstSecond > 0 {
			text += fmt.Sprintf(", %s in the worst second", figure(r.WorstSecond))
		}
	}
	p.field("resent", text)
	if r.GivenUp+r.Outstanding > 0 {
		p.field("", fmt.Sprintf("%s given up, %d with a retry to come when the run ended", plural(r.GivenUp, "event"), r.Outstanding))
	}
}

// joinedBy joins what is not empty.
func joinedBy(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), separator)
}
