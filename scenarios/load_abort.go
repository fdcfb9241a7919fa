package scenarios

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// An Abort ends a run early when a condition has held in each of the last
// seconds, so that nobody is kept under a load that has shown enough.
type Abort struct {
	If  Objective     // of a class; its time, number or share is that of one second
	For time.Duration // whole seconds
}

// String is the rule as it was written, with single spaces.
func (a Abort) String() string { return fmt.Sprintf("%s for %s", a.If, a.For) }

const maxAbortWindow = time.Hour

var abortForm = regexp.MustCompile(`^(.*?)\s+for\s+(\S+)\s*$`)

// ParseAbort reads "genuine: errors > 50% for 5s". Without a time it is one
// second.
func ParseAbort(text string) (Abort, error) {
	a := Abort{For: time.Second}
	condition := text
	if m := abortForm.FindStringSubmatch(text); m != nil {
		d, err := time.ParseDuration(m[2])
		if err != nil || d < time.Second || d > maxAbortWindow || d%time.Second != 0 {
			return a, fmt.Errorf("abort %q: for is whole seconds, from 1s to %s", text, maxAbortWindow)
		}
		condition, a.For = m[1], d
	}
	o, err := ParseObjective(condition)
	if err != nil {
		return a, fmt.Errorf("abort: %w", err)
	}
	if o.Class == "" || o.Clock == ClockEffectLag {
		return a, fmt.Errorf("abort %q: what can be told while the run goes on is an answer's time, errors or accepted, of a class", text)
	}
	if o.Metric != MetricAccepted && !strings.HasPrefix(o.Op, ">") {
		return a, fmt.Errorf("abort %q: it would end a run in which all is well; write > or >=", text)
	}
	a.If = o
	return a, nil
}

// loadAbort is a rule as a file holds it.
type loadAbort Abort

// UnmarshalYAML reads what ParseAbort does.
func (a *loadAbort) UnmarshalYAML(node ast.Node) error {
	parsed, err := readSentence(node, ParseAbort)
	*a = loadAbort(parsed)
	return err
}
