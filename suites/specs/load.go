package specs

import (
	"context"
	"fmt"
	"slices"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
)

// A loadPart is one load scenario in the tree: a container with an It an
// objective, and one for the run itself.
type loadPart struct {
	scenario scenarios.LoadScenario
	result   *reports.Load // nil: not played
}

// validText is the text of the It that speaks for the load run, not for an
// objective.
const validText = "the run is valid"

func (l *loadPart) container() string { return "load " + l.scenario.Name }

// declare adds the container.
func (l *loadPart) declare() {
	at := placed(l.scenario.Location)
	ginkgo.Describe(l.container(), ginkgo.Ordered, at, func() {
		for i, o := range l.scenario.Objectives {
			ginkgo.It(o.String(), func() { l.settle(i) }, l.labels(o.About()), at)
		}
		ginkgo.It(validText, l.settleRun, l.labels("generator"), at)
	})
}

// labels of an It; about is a class, the generator, or "".
func (l *loadPart) labels(about string) ginkgo.Labels {
	labels := ginkgo.Label("load", l.scenario.Name, "risk-"+string(scenarios.Disruptive))
	if about != "" {
		labels = append(labels, about)
	}
	return labels
}

// settle ends an objective's spec as its verdict says.
func (l *loadPart) settle(i int) {
	if l.result == nil {
		ginkgo.Skip(unchosenLoad)
	}
	o, ok := l.objective(i)
	if !ok {
		ginkgo.Fail("hookassay: the load was played and has no verdict on " + l.scenario.Objectives[i].String())
	}
	ginkgo.AddReportEntry(o.Text, objective(o), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	switch endings[o.Verdict] {
	case passes, notes:
	case skips:
		ginkgo.Skip(string(o.Verdict) + ": " + o.Reason)
	default:
		ginkgo.Fail(joined([]string{fmt.Sprintf("%s: %s: %s", l.scenario.Location, l.container(), objective(o)), line("again", l.result.Rerun)}))
	}
}

// objective is what became of the scenario's objective; the result may have put
// those that ask for nothing elsewhere.
func (l *loadPart) objective(i int) (reports.Objective, bool) {
	text := l.scenario.Objectives[i].String()
	k := slices.IndexFunc(l.result.Objectives, func(o reports.Objective) bool { return o.Text == text })
	if k < 0 {
		return reports.Objective{}, false
	}
	return l.result.Objectives[k], true
}

const unchosenLoad = "the load is not among what was chosen"

// settleRun ends the run's own spec. What an objective has missed, its own spec
// tells.
func (l *loadPart) settleRun() {
	if l.result == nil {
		ginkgo.Skip(unchosenLoad)
	}
	ginkgo.AddReportEntry(string(l.result.Verdict), l.sum(), ginkgo.ReportEntryVisibilityFailureOrVerbose)
	switch l.runEnding() {
	case passes:
	case skips:
		ginkgo.Skip(loadVerdict(*l.result))
	default:
		ginkgo.Fail(fmt.Sprintf("%s: %s", l.scenario.Location, loadFailure(*l.result, "")))
	}
}

// runEnding is how the run's own spec ends: with the verdict, but for a miss
// that an objective shows.
func (l *loadPart) runEnding() ending {
	if !l.result.Generator.Valid {
		return fails
	}
	if l.result.Verdict != reports.Fail {
		return endings[l.result.Verdict]
	}
	for i := range l.scenario.Objectives { // and no other, such as a rule that ended the run
		if o, ok := l.objective(i); !ok || endings[o.Verdict] == fails {
			return passes
		}
	}
	return fails
}

// sum says in a line what was sent.
func (l *loadPart) sum() string {
	r := l.result
	return fmt.Sprintf("%s: %s; %d sent, %d unsent; p99 lag %g ms, CPU %g %%", r.Plan.Schedule, loadVerdict(*r), r.Sent, r.Unsent, r.Lag.P99, r.Generator.CPUPercent)
}

// expectLoads tells how each spec of the loads must have ended, by its key.
func (t *tree) expectLoads(expect func(key string, want types.SpecState)) {
	for _, l := range t.loads {
		for i, o := range l.scenario.Objectives {
			want := types.SpecStateSkipped
			if l.result != nil {
				judged, _ := l.objective(i) // without a verdict it fails
				want = endings[judged.Verdict].state()
			}
			expect(l.container()+" "+o.String(), want)
		}
		want := types.SpecStateSkipped
		if l.result != nil {
			want = l.runEnding().state()
		}
		expect(l.container()+" "+validText, want)
	}
}

// chosenLoads are the loads of which Ginkgo will run a spec: the load is then
// played whole.
func (t *tree) chosenLoads(first types.SpecReport, filters []filter) (chosen []*loadPart) {
	for _, l := range t.loads {
		at := placed(l.scenario.Location)
		keeps := func(text, about string) bool {
			c := t.candidate(first, l.container()+" "+text, l.labels(about), at)
			return c.kept(filters)
		}
		kept := keeps(validText, "generator")
		for _, o := range l.scenario.Objectives {
			kept = kept || keeps(o.String(), o.About())
		}
		if kept {
			chosen = append(chosen, l)
		}
	}
	return chosen
}

// runs makes what is played of parts of the tree.
func (t *tree) runs(session *conformance.Session, config conformance.Config, parts []*loadPart) []load.Config {
	var all []load.Config
	for _, l := range parts {
		cfg := t.like
		cfg.Target, cfg.Scenario = session.Target(), l.scenario
		cfg.Seed, cfg.Nonce, cfg.IDs = config.Seed, session.Nonce(), config.IDs
		all = append(all, cfg)
	}
	return all
}

// checkLoads finds what cannot be played before anything is sent.
func (t *tree) checkLoads(session *conformance.Session, config conformance.Config) error {
	before := session.Planned()
	for _, cfg := range t.runs(session, config, t.loads) {
		if err := cfg.After(before).Check(); err != nil {
			return err
		}
		before += int(cfg.Scenario.Schedule.Mass())
	}
	return nil
}

// follow plays the loads behind the scenarios, and has them recorded. A receiver
// that accepts no genuine delivery is not put under load.
func (t *tree) follow(ctx context.Context, session *conformance.Session, parts []*loadPart) error {
	if len(parts) == 0 {
		return nil
	}
	ahead, err := session.Report()
	if err != nil || conformance.Unready(ahead) != "" {
		return err
	}
	runs := t.runs(session, t.config, parts)
	for i := range runs {
		runs[i].EventType = session.EventType()
		runs[i].Works, runs[i].Distrust = session.Works(), session.Distrust()
	}
	played := load.Play(ctx, runs, session.Sent())
	redact := session.Target().OwnRedactor()
	for i := range played.Load {
		if t.again != nil {
			played.Load[i].Rerun = redact.Text(t.again(parts[i].scenario))
		}
	}
	return session.AddLoads(played.Load, played.Checks, played.Requests)
}

// share gives the loads that were played what became of them.
func (t *tree) share(parts []*loadPart) {
	for i := range t.report.Load {
		parts[i].result = &t.report.Load[i]
	}
}
