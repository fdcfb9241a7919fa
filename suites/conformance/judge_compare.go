package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// dated holds the answer's Date against our clock. Date has whole seconds, and
// was written at some time between our request and the answer: only what lies
// outside of that is a difference. An answer without one is none
// (RFC 9110 section 6.6.1). Behind a proxy it is the proxy's clock, perhaps.
func (g *grading) dated(most mockprovider.Duration, x numbered) []inspected {
	text, _ := headerOf(x, "Date")
	date, err := http.ParseTime(text)
	if most == 0 || err != nil {
		return nil
	}
	skew := apart(date, x.SentAt, x.done())
	g.measure("clock ahead of ours", skew.Seconds(), "s")
	if skew.Abs() <= time.Duration(most) {
		return nil
	}
	found := inspected{
		grade: scenarios.GradeFail, kind: "skew", expected: fmt.Sprintf("a Date within %s of our clock", most),
		message: fmt.Sprintf("the answer's Date is %s from our clock", skew.Round(time.Second)),
	}
	if g.judge.run.BehindProxy {
		found.severity = reports.Info
	}
	return []inspected{found}
}

// apart is how far a time in whole seconds lies outside of a span; negative
// before it.
func apart(at, from, to time.Time) time.Duration {
	switch from = from.Truncate(time.Second); {
	case at.Before(from):
		return at.Sub(from)
	case at.After(to):
		return at.Sub(to)
	}
	return 0
}

// likeness compares a refusal with that to a label: status, kind and text, without
// what is fresh in each. What is accepted is another matter.
func (g *grading) likeness(label string, x numbered) []inspected {
	if label == "" || unanswered(x) {
		return nil
	}
	_, other := g.lastOf(label)
	if unanswered(other) || acknowledges(x) || acknowledges(other) {
		return nil
	}
	differs := func(what, is, was string) []inspected {
		return []inspected{{
			grade: scenarios.GradeFail, kind: "unlike-" + what, expected: fmt.Sprintf("an answer like that to %q", label),
			message: fmt.Sprintf("the answer's %s is %s, where it was %s for %q", what, is, was, label),
		}}
	}
	if a, b := fmt.Sprint(x.Answer.Status), fmt.Sprint(other.Answer.Status); a != b {
		return differs("status", a, b)
	}
	a, _ := headerOf(x, "Content-Type")
	if b, _ := headerOf(other, "Content-Type"); a != b {
		return differs("Content-Type", a, b)
	}
	if a, b := settled(x), settled(other); a != b {
		at := sameUpTo(a, b)
		return differs("text", excerpt(a, at), excerpt(b, at))
	}
	return nil
}

// fresh is what may be new in every answer: numbers, times, ids.
var fresh = regexp.MustCompile(`[0-9a-fA-F][0-9a-fA-F-]{5,}|\d+`)

// settled is an answer's text without what is fresh in it.
func settled(x numbered) string {
	text := x.Answer.Body
	for _, own := range []string{x.EventID, x.Canary} {
		if own != "" {
			text = strings.ReplaceAll(text, own, "#")
		}
	}
	return fresh.ReplaceAllString(text, "#")
}

// sameUpTo is the length of what two texts have in common at their beginning.
func sameUpTo(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// excerpt is some of a text around a place, for a message.
func excerpt(text string, at int) string {
	const around = 30
	from, to := max(0, at-around), min(len(text), at+around)
	before, behind := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(text) {
		behind = "…"
	}
	return strconv.Quote(before + strings.ToValidUTF8(text[from:to], "") + behind)
}

// paced holds the time to an answer against the slowest to a label.
func (g *grading) paced(p *scenarios.Pace, x numbered) []inspected {
	if p == nil || unanswered(x) {
		return nil
	}
	slowest := 0.0
	for i, step := range g.scenario.Steps {
		if step.Label() != p.Of {
			continue
		}
		for _, other := range g.steps[i] {
			slowest = max(slowest, other.Times.Done)
		}
	}
	bound := max(float64(p.Times)*slowest, time.Duration(p.Least).Seconds()*1000)
	g.measure("time to the answer", x.Times.Done, "ms")
	if x.Times.Done <= bound {
		return nil
	}
	return []inspected{{
		grade: scenarios.GradeFail, kind: "slowed", expected: fmt.Sprintf("an answer within %.0f ms", bound),
		message: fmt.Sprintf("answered after %.0f ms, where %q took at most %.0f ms", x.Times.Done, p.Of, slowest),
	}}
}
