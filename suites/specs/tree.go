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
)

// A tree is the specs of one run: declared first, played and read later.
type tree struct {
	text       string
	own        []scenarios.Scenario
	use        func(reports.Report) error
	decorators []any
	at         types.CodeLocation // of what is not a scenario
	list       []scenarios.Scenario
	prepare    func() (*conformance.Session, conformance.Config, error)
	outer      context.Context // ends the play too

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
	ginkgo.It(wholeText, t.settleWhole, t.at, ginkgo.Label("run"))
}

// play sends what is selected and has it judged.
func (t *tree) play(spec context.Context) error {
	session, config, err := t.prepare()
	if err != nil {
		return err
	}
	t.config, t.planned = config, map[string]bool{}
	for _, p := range session.Plan().Planned {
		t.planned[p.Scenario.ID] = true
	}
	selected, err := t.selection(ginkgo.CurrentSpecReport())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(spec)
	defer cancel()
	defer context.AfterFunc(t.outer, cancel)()
	if err := session.Play(ctx, func(id string) bool { return selected[id] }); err != nil {
		return err
	}
	if t.report, err = session.Report(); err != nil {
		return err
	}
	t.graded = map[string]reports.Scenario{}
	for _, s := range t.report.Scenarios {
		t.graded[s.ID] = s
	}
	if t.use != nil {
		return t.use(t.report)
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
func location(s scenarios.Scenario) types.CodeLocation {
	i := strings.LastIndexByte(s.Location, ':')
	line, err := strconv.Atoi(s.Location[i+1:])
	if i < 0 || err != nil {
		return types.NewCustomCodeLocation(s.Location)
	}
	return types.CodeLocation{FileName: s.Location[:i], LineNumber: line}
}
