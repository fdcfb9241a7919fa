package specs

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
)

// A tree is the specs of one run: declared first, played and read later.
type tree struct {
	text       string
	own        []scenarios.Scenario
	loads      []*loadPart
	like       load.Config                         // of the loads: what is not the run's
	again      func(scenarios.LoadScenario) string // the command that plays one again; nil: load's own
	use        func(reports.Report) error
	decorators []any
	at         types.CodeLocation // of what is not a scenario
	list       []scenarios.Scenario
	prepare    func() (*conformance.Session, conformance.Config, error)
	alone      func(context.Context) (reports.Report, error) // plays the only load, in place of a session
	outer      context.Context                               // ends the play too

	suite   types.Report // the suite's own text and labels
	config  conformance.Config
	planned map[string]bool
	report  reports.Report
	graded  map[string]reports.Scenario
	broke   error // what kept the play from a report
}

// wholeText is the text of the It that speaks for the run, not for a scenario.
const wholeText = "the run as a whole"

// newTree sorts the arguments into options and decorators.
func newTree(at types.CodeLocation, args []any) (*tree, error) {
	t := &tree{text: "webhook conformance", at: at, outer: context.Background()}
	for _, a := range args {
		if option, ok := a.(Option); ok {
			option(t)
		} else {
			t.decorators = append(t.decorators, a)
		}
	}
	if err := differ(t.loads); err != nil {
		return nil, err
	}
	built, err := scenarios.Load()
	if err != nil {
		return nil, err
	}
	catalogue, err := built.With(t.own)
	if err != nil {
		return nil, err
	}
	t.list = catalogue.Scenarios
	return t, nil
}

// declare adds the specs to the suite.
func (t *tree) declare() bool {
	// Filters look at the suite's text and labels, and only reporting nodes
	// are told those; they run in process 1, where Serial containers run too.
	ginkgo.ReportBeforeSuite(func(r ginkgo.Report) { t.suite = r }, t.at)
	args := append([]any{ginkgo.Ordered, ginkgo.ContinueOnFailure, ginkgo.Serial, t.at}, t.decorators...)
	return ginkgo.Describe(t.text, append(args, func() {
		ginkgo.BeforeAll(func(ctx ginkgo.SpecContext) {
			if t.broke = t.play(ctx); t.broke != nil {
				ginkgo.Fail("hookassay: " + t.broke.Error())
			}
			// One failure; Ginkgo skips whatever follows a BeforeAll that failed.
			if message := conformance.Unready(t.report); message != "" {
				ginkgo.Fail("hookassay: the preflight: " + message)
			}
		}, t.at)
		t.declareSpecs()
	})...)
}

// declareSpecs adds the Its, in the catalogue's order.
func (t *tree) declareSpecs() {
	for _, s := range t.list {
		ginkgo.It(specText(s), func() { t.settle(s) }, labels(s), location(s))
	}
	for _, l := range t.loads {
		l.declare()
	}
	ginkgo.It(wholeText, t.settleWhole, t.at, ginkgo.Label("run"))
}

// differ refuses two loads of one name: nobody could tell their results apart.
func differ(loads []*loadPart) error {
	seen := map[string]bool{}
	for _, l := range loads {
		if seen[l.scenario.Name] {
			return fmt.Errorf("load %s is asked for twice", l.scenario.Name)
		}
		seen[l.scenario.Name] = true
	}
	return nil
}

// play sends what is selected, has it judged, and hands the report over.
func (t *tree) play(spec context.Context) error {
	ctx, cancel := context.WithCancel(spec)
	defer cancel()
	defer context.AfterFunc(t.outer, cancel)()
	play := t.playAll
	if t.alone != nil {
		play = t.playAlone
	}
	if err := play(ctx); err != nil {
		return err
	}
	if t.use != nil {
		return t.use(t.report)
	}
	return nil
}

// playAlone plays the only load of a tree without scenarios.
func (t *tree) playAlone(ctx context.Context) (err error) {
	if t.report, err = t.alone(ctx); err == nil && len(t.report.Load) > 0 {
		t.loads[0].result = &t.report.Load[0]
	}
	return err
}

// playAll plays the scenarios, and the loads behind them.
func (t *tree) playAll(ctx context.Context) error {
	session, config, err := t.prepare()
	if err != nil {
		return err
	}
	t.config, t.planned = config, map[string]bool{}
	for _, p := range session.Plan().Planned {
		t.planned[p.Scenario.ID] = true
	}
	selected, loads, err := t.selection(ginkgo.CurrentSpecReport())
	if err != nil {
		return err
	}
	if err := session.PlayAhead(ctx, func(id string) bool { return selected[id] }); err != nil {
		return err
	}
	if err := t.follow(ctx, session, loads); err != nil {
		return err
	}
	if err := session.Close(ctx); err != nil {
		return err
	}
	if t.report, err = session.Report(); err != nil {
		return err
	}
	t.share(loads)
	t.graded = map[string]reports.Scenario{}
	for _, s := range t.report.Scenarios {
		t.graded[s.ID] = s
	}
	return nil
}

// settle ends a scenario's spec as its verdict says.
func (t *tree) settle(s scenarios.Scenario) {
	graded, ok := t.graded[s.ID]
	switch {
	case !ok && t.planned[s.ID]:
		ginkgo.Fail(fmt.Sprintf("hookassay: %s was to be played and has no verdict: its own selection and Ginkgo's differ", s.ID))
	case !ok:
		ginkgo.Skip(t.absence())
	}
	switch endingOf(graded) {
	case skips:
		ginkgo.Skip(skipText(graded))
	case passes:
	case notes:
		ginkgo.AddReportEntry(string(graded.Verdict), noteText(graded), visibility(graded.Verdict))
	default: // an unknown verdict too
		ginkgo.Fail(failureText(graded))
	}
}

// absence says why a scenario is not part of the run.
func (t *tree) absence() string {
	if len(t.config.Only) > 0 {
		return "not among the scenarios chosen: " + strings.Join(t.config.Only, ", ")
	}
	return "not in profile " + t.report.Profile
}

// settleWhole fails for what no scenario's spec shows.
func (t *tree) settleWhole() {
	ginkgo.AddReportEntry(string(t.report.Verdict), countsText(t.report))
	if text := wholeFailure(t.report); text != "" {
		ginkgo.Fail(text)
	}
}

// specText begins with the id, so that --focus finds it.
func specText(s scenarios.Scenario) string { return s.ID + " " + s.Title }

func labels(s scenarios.Scenario) ginkgo.Labels {
	l := ginkgo.Label(string(s.Level), s.Group(), "risk-"+string(s.Risk))
	return append(l, s.Schemes...)
}

// location is the scenario's line in the catalogue.
func location(s scenarios.Scenario) types.CodeLocation { return placed(s.Location) }

// placed reads "file:line".
func placed(text string) types.CodeLocation {
	i := strings.LastIndexByte(text, ':')
	line, err := strconv.Atoi(text[i+1:])
	if i < 0 || err != nil {
		return types.NewCustomCodeLocation(text)
	}
	return types.CodeLocation{FileName: text[:i], LineNumber: line}
}
