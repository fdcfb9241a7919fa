package reports

// A Verdict is what became of one scenario or one objective. Verdicts never
// collapse into each other: a blocked scenario is not a skipped one, and an
// error of the harness is neither.
type Verdict string

const (
	Pass          Verdict = "pass"
	Warn          Verdict = "warn"
	Fail          Verdict = "fail"
	Info          Verdict = "info"
	Blocked       Verdict = "blocked"        // the control failed, so nothing was proven
	NotObserved   Verdict = "not-observed"   // needs a probe or a control the target lacks
	NotApplicable Verdict = "not-applicable" // the scheme has no such feature
	Excluded      Verdict = "excluded"       // by the user, the budget or the risk limit
	Error         Verdict = "error"          // the harness broke
)

// Verdicts lists every verdict, worst first: the order of reports.
var Verdicts = []Verdict{Fail, Error, Blocked, Warn, NotObserved, Info, Excluded, NotApplicable, Pass}

// Rank is the verdict's place in Verdicts; unknown verdicts come first.
func (v Verdict) Rank() int {
	for i, w := range Verdicts {
		if v == w {
			return i
		}
	}
	return -1
}

// A RunVerdict is the verdict on a whole run.
type RunVerdict string

const (
	Conformant    RunVerdict = "conformant"
	NotConformant RunVerdict = "not-conformant"
	Incomplete    RunVerdict = "incomplete"
)

// Exit codes of the program, in the order in which they apply (the first that
// does is the code). See ExitReason.
const (
	ExitConformant       = 0
	ExitNotConformant    = 1
	ExitUsage            = 2
	ExitIncomplete       = 3
	ExitStaleExpectation = 4
	ExitGeneratorLimited = 5
)
