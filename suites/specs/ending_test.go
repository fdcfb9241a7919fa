package specs

import (
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// judged is a tree that has been played: one scenario of each verdict.
func judged(verdicts ...reports.Verdict) *tree {
	t := &tree{
		text: "judged", planned: map[string]bool{}, graded: map[string]reports.Scenario{},
		report: reports.Report{
			Schema: reports.Schema, Profile: "core", Rerun: "hookassay run",
			Target: reports.Target{URL: "http://127.0.0.1:1/webhooks"},
		},
	}
	for _, v := range verdicts {
		s := scenarios.Scenario{
			ID: "test." + string(v), Title: "a scenario", Level: scenarios.Must, Risk: scenarios.Safe,
			Location: "mine.yaml:7", Schemes: []string{"github"},
		}
		graded := reports.Scenario{
			ID: s.ID, Title: s.Title, Level: "MUST", Risk: "safe", Verdict: v, Location: s.Location,
			Reason: "because of " + string(v), Fix: "Mend it.", Rerun: "hookassay run --only " + s.ID,
			Findings: []reports.Finding{{Severity: v, Message: "it is " + string(v), Expected: "401", Observed: "answered 200"}},
		}
		t.list = append(t.list, s)
		t.planned[s.ID], t.graded[s.ID] = true, graded
		t.report.Scenarios = append(t.report.Scenarios, graded)
	}
	reports.Conclude(&t.report, []string{"test.*"})
	return t
}

// read runs the specs of a tree that was played.
func read(t *tree) types.Report {
	return runSilently(types.NewDefaultSuiteConfig(), func() {
		ginkgo.Describe(t.text, ginkgo.Ordered, ginkgo.ContinueOnFailure, t.declareSpecs)
	})
}

func TestEveryVerdictHasItsEnding(t *testing.T) {
	want := map[reports.Verdict]types.SpecState{
		reports.Pass: types.SpecStatePassed, reports.Warn: types.SpecStatePassed, reports.Info: types.SpecStatePassed,
		reports.Fail: types.SpecStateFailed, reports.Blocked: types.SpecStateFailed, reports.Error: types.SpecStateFailed,
		reports.NotObserved: types.SpecStateSkipped, reports.NotApplicable: types.SpecStateSkipped,
		reports.Excluded: types.SpecStateSkipped, "unheard-of": types.SpecStateFailed,
	}
	verdicts := append([]reports.Verdict{"unheard-of"}, reports.Verdicts...)
	tree := judged(verdicts...)
	said := read(tree)
	specs := its(said)
	if len(specs) != len(verdicts)+1 {
		t.Fatalf("%d specs", len(specs))
	}
	for i, v := range verdicts {
		if specs[i].State != want[v] {
			t.Errorf("%s: %s, want %s", v, specs[i].State, want[v])
		}
		if reason := "because of " + string(v); specs[i].State != types.SpecStatePassed && !strings.Contains(specs[i].Failure.Message, reason) {
			t.Errorf("%s: %q does not say why", v, specs[i].Failure.Message)
		}
		entries := specs[i].ReportEntries
		if noted := v == reports.Warn || v == reports.Info; noted != (len(entries) == 1) {
			t.Errorf("%s: %d report entries", v, len(entries))
		}
	}
	if err := tree.compare(said); err != nil {
		t.Error(err)
	}
}

func TestTheRunFailsForWhatNoScenarioShows(t *testing.T) {
	for _, test := range []struct {
		verdicts []reports.Verdict
		want     string
	}{
		{[]reports.Verdict{reports.Pass}, ""},
		{[]reports.Verdict{reports.Pass, reports.Fail, reports.Blocked, reports.Error}, ""},
		{[]reports.Verdict{reports.Pass, reports.NotObserved}, "must-observe: 1 whose effects were not observed"},
		{[]reports.Verdict{reports.Excluded}, "nothing-assessed: "},
	} {
		said := read(judged(test.verdicts...))
		whole := its(said)[len(test.verdicts)]
		if whole.LeafNodeText != wholeText || (whole.State == types.SpecStateFailed) != (test.want != "") ||
			!strings.Contains(whole.Failure.Message, test.want) {
			t.Errorf("%v: %s %s %q", test.verdicts, whole.LeafNodeText, whole.State, whole.Failure.Message)
		}
		if len(whole.ReportEntries) != 1 || !strings.Contains(whole.ReportEntries[0].StringRepresentation(), "hookassay run") {
			t.Errorf("%v: entries %v", test.verdicts, whole.ReportEntries)
		}
	}
}

func TestNoteText(t *testing.T) {
	tree := judged(reports.Warn)
	s := tree.graded["test.warn"]
	s.Measurements = []reports.Measurement{{Name: "answer", Value: 1.5, Unit: "s"}}
	const want = `test.warn: warn: because of warn
expected: 401
observed: answered 200
answer: 1.5 s
fix: Mend it.
again: hookassay run --only test.warn`
	if got := noteText(s); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestCompareFindsWhereGinkgoAndTheReportDiffer(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*tree, *types.Report)
		want   string
	}{
		{"they agree", func(*tree, *types.Report) {}, ""},
		{"a failure that passed", func(t *tree, _ *types.Report) {
			t.graded["test.pass"] = reports.Scenario{ID: "test.pass", Verdict: reports.Fail}
		}, `"test.pass a scenario" passed where the report asks for failed`},
		{"a spec that never ran", func(_ *tree, r *types.Report) { r.SpecReports = r.SpecReports[1:] }, "INVALID SPEC STATE"},
		{"a verdict for what was skipped", func(t *tree, _ *types.Report) { delete(t.graded, "test.pass") }, "asks for skipped"},
		{"the run", func(t *tree, _ *types.Report) { reports.Conclude(&t.report, nil) }, wholeText},
		{"no report", func(t *tree, r *types.Report) { t.report = reports.Report{} }, "no report"},
		{"interrupted", func(t *tree, r *types.Report) {
			r.SpecReports, r.SpecialSuiteFailureReasons = nil, []string{"Interrupted by User"}
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := judged(reports.Pass, reports.NotObserved)
			said := read(tree)
			test.change(tree, &said)
			err := tree.compare(said)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// What was planned and has no verdict is the harness's fault, not a skip.
func TestAMissingVerdictFails(t *testing.T) {
	tree := judged(reports.Pass)
	delete(tree.graded, "test.pass")
	if spec := its(read(tree))[0]; spec.State != types.SpecStateFailed || !strings.Contains(spec.Failure.Message, "no verdict") {
		t.Errorf("%s %q", spec.State, spec.Failure.Message)
	}
	tree.planned = nil
	if spec := its(read(tree))[0]; spec.State != types.SpecStateSkipped || spec.Failure.Message != "not in profile core" {
		t.Errorf("%s %q", spec.State, spec.Failure.Message)
	}
}

// Run would empty the suite it stands in.
func TestRunRefusesToRunInsideASuite(t *testing.T) {
	var err error
	runSilently(types.NewDefaultSuiteConfig(), func() {
		ginkgo.It("runs", func(ctx ginkgo.SpecContext) { _, err = Run(ctx, conformance.Config{}) })
	})
	if err == nil || !strings.Contains(err.Error(), "specs.Describe") {
		t.Errorf("error %v", err)
	}
}
