package specs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/reports"
)

// Scenario finds a scenario in a report, for Expect, which fails on the error:
//
//	Expect(specs.Scenario(report, "auth.wrong-key")).To(specs.HaveVerdict(reports.Pass))
func Scenario(r reports.Report, id string) (reports.Scenario, error) {
	ids := make([]string, len(r.Scenarios))
	for i, s := range r.Scenarios {
		if s.ID == id {
			return s, nil
		}
		ids[i] = s.ID
	}
	return reports.Scenario{}, nearest.Unknown("scenario", id, ids)
}

// HaveVerdict succeeds on a reports.Scenario with one of the verdicts.
func HaveVerdict(wanted ...reports.Verdict) types.GomegaMatcher {
	return matcher[reports.Scenario]{
		matches: func(s reports.Scenario) bool { return slices.Contains(wanted, s.Verdict) },
		failure: func(s reports.Scenario, not string) string {
			return about(s, fmt.Sprintf("%sto have the verdict %s", not, verdicts(wanted)))
		},
	}
}

// HaveFinding succeeds on a reports.Scenario one of whose findings says the
// text in its message, what was expected or what was observed.
func HaveFinding(text string) types.GomegaMatcher {
	return matcher[reports.Scenario]{
		matches: func(s reports.Scenario) bool {
			return slices.ContainsFunc(s.Findings, func(f reports.Finding) bool {
				return strings.Contains(f.Message, text) || strings.Contains(f.Expected, text) || strings.Contains(f.Observed, text)
			})
		},
		failure: func(s reports.Scenario, not string) string {
			return about(s, fmt.Sprintf("%sto have a finding that says %q", not, text))
		},
	}
}

// BeConformant succeeds on a reports.Report whose run is conformant.
func BeConformant() types.GomegaMatcher {
	return matcher[reports.Report]{
		matches: func(r reports.Report) bool { return r.Verdict == reports.Conformant },
		failure: func(r reports.Report, not string) string {
			lines := []string{fmt.Sprintf("Expected %s %sto be conformant; the run is %s.", r.Target.URL, not, r.Verdict)}
			for _, reason := range r.ExitReasons {
				lines = append(lines, "    "+reason.Reason+": "+reason.Message)
			}
			return joined(append(append(lines, unproven(r)...), "All of it again: "+r.Rerun))
		},
	}
}

// most is how many scenarios a failure lists.
const most = 10

// unproven lists the scenarios that keep a run from being conformant.
func unproven(r reports.Report) []string {
	var lines []string
	left := 0
	for _, s := range r.Scenarios {
		switch {
		case endings[s.Verdict] != fails:
		case len(lines) == most:
			left++
		default:
			lines = append(lines, indented(headline(s))+"\n        "+s.Location+"\n        again: "+s.Rerun)
		}
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("    and %d more", left))
	}
	return lines
}

// about words a failure that concerns one scenario.
func about(s reports.Scenario, wanted string) string {
	lines := []string{"Expected scenario", indented(s.ID + " [" + s.Level + "] " + s.Title), wanted, "It is", indented(headline(s))}
	for _, f := range s.Findings {
		lines = append(lines, indented(joined([]string{f.Message, line("expected", f.Expected), line("observed", f.Observed)})))
	}
	return joined(append(lines, line("Fix", s.Fix), line("Again", s.Rerun)))
}

func verdicts(list []reports.Verdict) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = string(v)
	}
	return strings.Join(texts, " or ")
}

func indented(text string) string { return format.IndentString(text, 1) }

// A matcher matches values of one type. not is "" or "not " in failures.
type matcher[T any] struct {
	matches func(T) bool
	failure func(actual T, not string) string
}

// Match implements types.GomegaMatcher.
func (m matcher[T]) Match(actual any) (bool, error) {
	v, ok := actual.(T)
	if !ok {
		return false, fmt.Errorf("expected a %T, got a %T", v, actual)
	}
	return m.matches(v), nil
}

// FailureMessage implements types.GomegaMatcher.
func (m matcher[T]) FailureMessage(actual any) string { return m.failure(actual.(T), "") }

// NegatedFailureMessage implements types.GomegaMatcher.
func (m matcher[T]) NegatedFailureMessage(actual any) string { return m.failure(actual.(T), "not ") }
