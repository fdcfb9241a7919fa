package load

import (
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// A rule watches, second by second, whether the run must be aborted.
type rule struct {
	scenarios.Abort
	class    Class
	sent     int // in the second under way: deliveries that ended
	right    int
	accepted int
	response *clock // nil: the rule is about no time
	held     time.Duration
	breach   *abortion
}

// An abortion is why a run was ended early, and when.
type abortion struct {
	rule  scenarios.Abort
	after time.Duration
	value float64 // in the unit of the rule's condition, in the last of its seconds
}

func newRules(all []scenarios.Abort) []*rule {
	var rules []*rule
	for _, a := range all {
		r := &rule{Abort: a, class: classOf(a.If.Class)}
		if a.If.Latency() {
			r.response = newClock()
		}
		rules = append(rules, r)
	}
	return rules
}

// add takes a sample in. What this machine could not send shows nothing of the
// receiver.
func (r *rule) add(s sample) {
	if s.resent || s.class != r.class || s.failure.ours() {
		return
	}
	r.sent++
	if s.right || s.deferred {
		r.right++
	}
	if s.failure == answered && accepted(s.status) {
		r.accepted++
	}
	if r.response == nil {
		return
	}
	if r.If.Clock == scenarios.ClockService {
		r.response.record(s.service)
	} else {
		r.response.record(s.response)
	}
}

// close ends a second. One in which nothing of the class ended says nothing.
func (r *rule) close(second int) {
	if r.sent > 0 && r.breach == nil {
		value := r.value()
		if r.If.Holds(value) {
			r.held += time.Second
		} else {
			r.held = 0
		}
		if r.held >= r.For {
			r.breach = &abortion{rule: r.Abort, after: time.Duration(second+1) * time.Second, value: value}
		}
	}
	r.sent, r.right, r.accepted = 0, 0, 0
	if r.response != nil {
		r.response.h.Reset()
	}
}

func (r *rule) value() float64 {
	count := r.accepted
	switch {
	case r.If.Latency():
		return ms(timeOf(r.If, r.response))
	case r.If.Metric == scenarios.MetricErrors:
		count = r.sent - r.right
	}
	if r.If.Unit == scenarios.UnitPercent {
		return 100 * float64(count) / float64(r.sent)
	}
	return float64(count)
}

// timeOf is the time that an objective limits.
func timeOf(o scenarios.Objective, c *clock) time.Duration {
	switch o.Metric {
	case scenarios.MetricMean:
		return c.mean()
	case scenarios.MetricMax:
		return c.max()
	}
	return c.quantile(o.Quantile)
}
