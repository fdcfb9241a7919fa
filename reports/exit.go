package reports

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Conclude sets r's Counts, Verdict, ExitCode and ExitReasons from its
// scenarios, load results and preflight, whose verdicts are taken as final, and
// finds out which failures are known (r.Expectations, r.Baseline).
//
// mustObserve holds patterns of scenario ids ("auth.*", "load.NAME" for load
// results; the syntax is path.Match's) which must not end as not-observed.
//
// The exit code is that of the first reason in this order: a proven failure, an
// incomplete run, a load result limited by the generator, an expectation that is
// stale. Every reason that applied is listed, the deciding one first.
//
// The verdict is on the receiver, whatever its owner knows: with a failure that
// is known the run is not conformant, and exits with 0. A run that exits 5 has
// the verdict incomplete: it proves nothing of the receiver.
func Conclude(r *Report, mustObserve []string) {
	r.MustObserve = mustObserve
	for i := range r.Scenarios {
		r.Scenarios[i].Known = nil
	}
	applyBaseline(r)
	applyExpectations(r)
	r.Counts = Counts{}
	for _, s := range r.Scenarios {
		r.Counts.Add(s.Verdict)
	}
	r.ExitReasons = []ExitReason{}
	for _, rule := range exitRules {
		if message := rule.applies(r, mustObserve); message != "" {
			r.ExitReasons = append(r.ExitReasons, ExitReason{Code: rule.code, Reason: rule.reason, Message: message})
		}
	}
	r.ExitCode, r.Verdict = ExitConformant, r.judged()
	if len(r.ExitReasons) > 0 {
		r.ExitCode = r.ExitReasons[0].Code
	}
}

// judged is the verdict on the receiver.
func (r *Report) judged() RunVerdict {
	if r.Counts.Fail > 0 || missedObjectives(r, nil) != "" {
		return NotConformant
	}
	for _, reason := range r.ExitReasons {
		if reason.Code != ExitStaleExpectation {
			return Incomplete
		}
	}
	return Conformant
}

// An exitRule is one reason not to exit with 0. applies says in one line why it
// does, or returns "".
type exitRule struct {
	code    int
	reason  string
	applies func(r *Report, mustObserve []string) string
}

var exitRules = []exitRule{
	{ExitNotConformant, "fail", failedScenarios},
	{ExitNotConformant, "objective", missedObjectives},
	{ExitIncomplete, "interrupted", interrupted},
	{ExitIncomplete, "error", harnessErrors},
	{ExitIncomplete, "preflight", failedPreflight},
	{ExitIncomplete, "blocked", blockedResults},
	{ExitIncomplete, "budget", outOfBudget},
	{ExitIncomplete, "must-observe", unobserved},
	{ExitIncomplete, "nothing-assessed", nothingAssessed},
	{ExitGeneratorLimited, "generator", generatorLimited},
	{ExitStaleExpectation, "expectation", staleExpectations},
}

func failedScenarios(r *Report, _ []string) string {
	what := "failed"
	if r.Baseline != nil && r.Baseline.FailOn == FailOnNew {
		what = "failed otherwise than in the baseline"
	}
	return named(what, r.scenarioIDs(func(s Scenario) bool { return s.Verdict == Fail && !s.known() }))
}

func missedObjectives(r *Report, _ []string) string {
	return named("missed a load objective", r.loadIDs(Load.missed))
}

func harnessErrors(r *Report, _ []string) string {
	ids := r.scenarioIDs(func(s Scenario) bool { return s.Verdict.broken() && !s.Interrupted })
	ids = append(ids, r.loadIDs(func(l Load) bool { return l.Verdict.broken() })...)
	return named("could not be judged because the harness broke", ids)
}

func failedPreflight(r *Report, _ []string) string {
	var names []string
	for _, c := range r.Preflight {
		if c.unmet() {
			names = append(names, c.Name)
		}
	}
	return named("did not hold in the preflight", names)
}

func blockedResults(r *Report, _ []string) string {
	ids := r.scenarioIDs(func(s Scenario) bool { return s.Verdict == Blocked && r.failing(s.Level) })
	ids = append(ids, r.loadIDs(func(l Load) bool { return l.Verdict == Blocked && !l.generatorLimited() })...)
	return named("blocked at a level that can fail, so nothing was proven", ids)
}

func outOfBudget(r *Report, _ []string) string {
	return named("not played, since the run's budget of requests was used up", r.scenarioIDs(func(s Scenario) bool {
		return s.Verdict == Excluded && s.ExcludedBy == ByBudget && r.failing(s.Level)
	}))
}

func unobserved(r *Report, patterns []string) string {
	ids := r.scenarioIDs(func(s Scenario) bool {
		// A group that has to be observed does not ask for what is optional in it.
		return (s.Verdict == NotObserved || s.Unseen) && matchesAny(patterns, s.ID) && (!s.Ungiven || slices.Contains(patterns, s.ID))
	})
	ids = append(ids, r.loadIDs(func(l Load) bool {
		return l.Verdict == NotObserved && matchesAny(patterns, "load."+l.Name)
	})...)
	message := named("whose effects were not observed, though the profile asks for it", ids)
	if message != "" && len(r.Target.Probes) == 0 {
		message += ". Let hookassay see effects: --effects-http URL, --effects-callback HOST:PORT, or Config.Effects in a Go test"
	}
	return message
}

func interrupted(r *Report, _ []string) string {
	if !r.Interrupted {
		return ""
	}
	return "the run was interrupted before its end"
}

// nothingAssessed leaves a load result that the generator limited to its own
// reason, or that could never decide. Beside something else that came to a
// result, a load that came to none is named: whoever asked for it may not take
// the rest for it.
func nothingAssessed(r *Report, mustObserve []string) string {
	assessed := r.assessed()
	for _, l := range r.Load {
		switch l.Verdict {
		case Pass, Warn, Fail, Info:
			assessed = true
		}
		assessed = assessed || l.generatorLimited()
	}
	met := r.loadIDs(Load.met)
	switch {
	case !assessed && met != nil:
		return "nothing was assessed: " + named("met objectives and came to no result as a whole", met)
	case !assessed:
		return "nothing was assessed: no scenario and no load objective came to a result"
	case r.Interrupted: // which says why
		return ""
	}
	return named("proved nothing under load", r.loadIDs(func(l Load) bool {
		return l.Verdict == NotObserved && !matchesAny(mustObserve, "load."+l.Name)
	}))
}

func generatorLimited(r *Report, _ []string) string {
	return named("limited by the generator, not by the receiver", r.loadIDs(Load.generatorLimited))
}

// failing tells whether a scenario of this level can make the run fail.
func (r *Report) failing(level string) bool {
	switch level {
	case "MUST", "PROV", "BASE":
		return true
	case "SHOULD", "OPS":
		return r.Strict
	}
	return false
}

func (r *Report) scenarioIDs(match func(Scenario) bool) (ids []string) {
	for _, s := range r.Scenarios {
		if match(s) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func (r *Report) loadIDs(match func(Load) bool) (ids []string) {
	for _, l := range r.Load {
		if match(l) {
			ids = append(ids, "load."+l.Name)
		}
	}
	return ids
}

// missed reports a proven miss. When the load result is blocked or an error its
// objectives prove nothing, whatever they say.
func (l Load) missed() bool {
	if l.Verdict == Blocked || l.Verdict.broken() {
		return false
	}
	for _, o := range l.Objectives {
		if o.Verdict == Fail {
			return true
		}
	}
	return l.Verdict == Fail
}

// met reports an objective that was met, whatever became of the others.
func (l Load) met() bool {
	return slices.ContainsFunc(l.Objectives, func(o Objective) bool { return o.Verdict == Pass })
}

func (l Load) generatorLimited() bool { return l.Verdict == Blocked && !l.Generator.Valid }

// unmet reports a precondition that did not hold. It says nothing of the
// receiver's conformance, so even "fail" only makes the run incomplete.
func (c Check) unmet() bool {
	return c.Verdict == Fail || c.Verdict == Blocked || c.Verdict.broken()
}

// broken reports an error of the harness; a verdict nobody knows is one too.
func (v Verdict) broken() bool { return v == Error || v.Rank() < 0 }

// matchesAny takes a malformed pattern for a match: a typing error must not
// turn a run green.
func matchesAny(patterns []string, id string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(p, id); ok || err != nil {
			return true
		}
	}
	return false
}

// named says "3 failed: a, b, c", or "" without ids. At most five are spelled out.
func named(what string, ids []string) string {
	const most = 5
	if len(ids) == 0 {
		return ""
	}
	list, rest := ids, ""
	if len(ids) > most {
		list, rest = ids[:most], fmt.Sprintf(" and %d more", len(ids)-most)
	}
	return fmt.Sprintf("%d %s: %s%s", len(ids), what, strings.Join(list, ", "), rest)
}
