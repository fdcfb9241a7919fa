package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A window is what a measuring step found of one side of now. Its distances are
// by the receiver's clock, in whole seconds, as most receivers compare them.
type window struct {
	measure           scenarios.Measure
	declared          time.Duration
	accepted, refused time.Duration // the largest accepted, the smallest refused
	any, limited      bool          // whether there is one of either
	last              numbered      // the delivery of the largest accepted
	skew              time.Duration // of the receiver's clock, where it matters
}

// measured grades a measuring step.
func (g *grading) measured(i int, m scenarios.Measure) {
	outcome, _ := scenarios.FindOutcome("accepted")
	w := window{measure: m, declared: g.judge.run.Past, skew: skew(g.steps[i])}
	if m.Window == "future" {
		w.declared = g.judge.run.Future
	}
	for _, x := range g.steps[i] {
		switch accepted, told := g.took(x); {
		case x.Broken != "":
			g.harness("broken", x.Broken)
			return
		case target.NotNow(x.Answer.Status):
			g.mark(i, x, reports.Blocked, "unclear", outcome, fmt.Sprintf("answered %d, which says \"not now\" and nothing of the delivery", x.Answer.Status))
			return
		case unanswered(x):
			g.graded(i, x, scenarios.GradeFail, "answer", outcome, "a delivery dated "+x.Label+" was "+answered(x))
			return
		case !told:
			g.mark(i, x, reports.NotObserved, "silent", outcome, "the receiver answers 2xx to what it refuses, and no probe tells what it did")
			return
		default:
			w.note(x, accepted)
		}
	}
	g.window(i, w, outcome)
}

// took reports whether the receiver took a delivery, and whether that is known.
func (g *grading) took(x numbered) (accepted, told bool) {
	accepted = x.Answer.Status/100 == 2
	if !accepted || g.judge.run.Rejects != target.RejectsSilently {
		return accepted, true
	}
	n, ok := g.seen(x.EventID)
	return n > 0, ok
}

// note counts a delivery. The second may have turned while it was on its way:
// what was accepted was at least as near, what was refused at most as far.
func (w *window) note(x numbered, accepted bool) {
	if x.Claimed == nil {
		return // no delivery of a measure
	}
	near, far := w.distance(x, x.SentAt), w.distance(x, x.answeredAt())
	if near > far {
		near, far = far, near
	}
	switch {
	case accepted && (!w.any || near > w.accepted):
		w.accepted, w.any, w.last = near, true, x
	case !accepted && (!w.limited || far < w.refused):
		w.refused, w.limited = far, true
	}
}

// distance is how far from the receiver's clock the delivery was dated.
func (w *window) distance(x numbered, at time.Time) time.Duration {
	now := at.Add(w.skew).Truncate(time.Second)
	if w.measure.Window == "future" {
		return x.Claimed.Truncate(time.Second).Sub(now)
	}
	return now.Sub(x.Claimed.Truncate(time.Second))
}

func (x numbered) answeredAt() time.Time {
	return x.SentAt.Add(time.Duration(x.Times.Answer * float64(time.Millisecond)))
}

// window holds what was found against what is asked for.
func (g *grading) window(i int, w window, o scenarios.Outcome) {
	widest := max(time.Duration(w.measure.Wide), w.declared+around)
	switch {
	case !w.any: // a limit, if a narrow one
	case !w.limited:
		g.graded(i, w.last, scenarios.GradeFail, "unlimited", o, fmt.Sprintf("a delivery dated %s was accepted, and no limit was found", w.last.Label))
	case w.accepted >= w.refused:
		g.graded(i, w.last, scenarios.GradeNote, "no-window", o, fmt.Sprintf("a delivery dated %s was accepted, and one of %s was refused: that is no window", w.last.Label, short(w.refused)))
	case w.accepted > widest:
		g.graded(i, w.last, scenarios.GradeNote, "wide", o, fmt.Sprintf("a delivery dated %s was accepted, more than %s", w.last.Label, short(widest)))
	}
	g.told = w.String()
	names := w.names()
	if w.any {
		g.measure(names[0], w.accepted.Seconds(), "s")
	}
	if w.limited {
		g.measure(names[1], w.refused.Seconds(), "s")
	}
}

func (w window) names() [2]string {
	if w.measure.Window == "future" {
		return [2]string{"farthest ahead accepted", "nearest ahead refused"}
	}
	return [2]string{"oldest accepted", "youngest refused"}
}

// String says the window in one sentence.
func (w window) String() string {
	side := "old"
	if w.measure.Window == "future" {
		side = "ahead of the clock"
	}
	text := fmt.Sprintf("accepted up to %s %s, as far as was tried", short(w.accepted), side)
	switch {
	case !w.any:
		text = fmt.Sprintf("refused from %s %s on", short(w.refused), side)
	case w.limited:
		text = fmt.Sprintf("accepted up to %s %s, refused from %s on", short(w.accepted), side, short(w.refused))
	}
	switch exact := w.any && w.refused-w.accepted == time.Second; {
	case exact && w.accepted == w.declared:
		text += "; the tolerance itself is within"
	case exact && w.refused == w.declared:
		text += "; the tolerance itself is not within"
	}
	if w.skew != 0 {
		text += fmt.Sprintf(", by the receiver's clock, which is %s from ours", short(w.skew))
	}
	return text
}

// skew is the receiver's clock minus ours, as far as the Date of its answers
// tells (RFC 9110 section 6.6.1), in whole seconds; zero where they may agree.
func skew(list []numbered) time.Duration {
	const unsure = time.Second // a date may be kept for a moment
	least, most := -time.Duration(1<<62), time.Duration(1<<62)
	for _, x := range list {
		date, ok := dateOf(x)
		if !ok {
			continue
		}
		least = max(least, date.Sub(x.done())-unsure)
		most = min(most, date.Add(time.Second).Sub(x.SentAt)+unsure)
	}
	if least > most || least <= 0 && most >= 0 || most == 1<<62 {
		return 0
	}
	return (least + (most-least)/2).Round(time.Second)
}

func dateOf(x numbered) (time.Time, bool) {
	i := slices.IndexFunc(x.Answer.Headers, func(h [2]string) bool { return http.CanonicalHeaderKey(h[0]) == "Date" })
	if i < 0 {
		return time.Time{}, false
	}
	date, err := http.ParseTime(x.Answer.Headers[i][1])
	return date, err == nil
}
