package specs

import (
	"fmt"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/hookassay/hookassay/reports"
)

// HaveMetObjectives succeeds on a reports.Load whose objectives were all met
// and whose verdict says so: a run that the generator limited, or in which an
// objective could not be observed, has proven nothing.
func HaveMetObjectives() types.GomegaMatcher {
	return matcher[reports.Load]{
		matches: func(l reports.Load) bool {
			met := l.Verdict == reports.Pass && len(l.Objectives) > 0
			for _, o := range l.Objectives {
				met = met && o.Verdict == reports.Pass
			}
			return met
		},
		failure: loadFailure,
	}
}

func loadFailure(l reports.Load, not string) string {
	lines := []string{
		fmt.Sprintf("Expected load %s (%s) %sto have met its objectives; its verdict is %s.", l.Name, l.Plan.Schedule, not, loadVerdict(l)),
	}
	for _, o := range l.Objectives {
		lines = append(lines, indented(objective(o)))
	}
	if len(l.Objectives) == 0 {
		lines = append(lines, indented("it has no objective"))
	}
	if !l.Generator.Valid {
		lines = append(lines, line("The generator was not fit to measure", strings.Join(l.Generator.Reasons, "; ")))
	}
	if c := l.Completeness; len(c.Examples) > 0 {
		lines = append(lines, line("Events that do not add up", strings.Join(c.Examples, ", ")))
	}
	return joined(append(lines, line("Again", l.Rerun)))
}

func loadVerdict(l reports.Load) string {
	if l.Reason == "" {
		return string(l.Verdict)
	}
	return fmt.Sprintf("%s: %s", l.Verdict, l.Reason)
}

func objective(o reports.Objective) string {
	text := fmt.Sprintf("%-12s %s, measured %s", o.Verdict, o.Text, o.Value)
	if o.Value == "" {
		text = fmt.Sprintf("%-12s %s", o.Verdict, o.Text)
	}
	if o.Reason != "" {
		text += " (" + o.Reason + ")"
	}
	return text
}
