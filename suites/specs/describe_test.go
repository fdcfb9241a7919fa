package specs

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// its returns the specs that are Its.
func its(r types.Report) types.SpecReports { return r.SpecReports.WithLeafNodeType(types.NodeTypeIt) }

// playDescribed runs a suite that holds one Describe.
func playDescribed(config func() conformance.Config, change func(*types.SuiteConfig), args ...any) types.Report {
	suite := types.NewDefaultSuiteConfig()
	if change != nil {
		change(&suite)
	}
	return runSilently(suite, func() { Describe(config, args...) })
}

func TestDescribeAsksForTheConfigurationBehindBeforeSuite(t *testing.T) {
	var config conformance.Config
	var report reports.Report
	said := runSilently(types.NewDefaultSuiteConfig(), func() {
		Describe(func() conformance.Config { return config },
			ReportTo(func(r reports.Report) error { report = r; return nil }))
		ginkgo.BeforeSuite(func() {
			config = serve(t)
			config.Only = []string{"auth.*"}
		})
	})
	if !said.SuiteSucceeded {
		t.Errorf("suite failed: %s", complaint(said))
	}
	if report.Counts.Pass == 0 || report.Counts.Fail > 0 {
		t.Errorf("report %+v", report.Counts)
	}
	built, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(its(said)); got != len(built.Scenarios)+1 {
		t.Errorf("%d specs for %d scenarios and the run", got, len(built.Scenarios))
	}
	for _, s := range its(said) {
		if !strings.HasPrefix(s.LeafNodeText, "auth.") && s.LeafNodeText != wholeText &&
			!strings.Contains(s.Failure.Message, "not among the scenarios chosen: auth.*") {
			t.Errorf("%s: %s %q", s.LeafNodeText, s.State, s.Failure.Message)
		}
	}
}

func TestDescribeShowsWhereAndHowAScenarioFailed(t *testing.T) {
	config := serve(t, "never-verifies")
	config.Only = []string{"auth.wrong-key"}
	said := playDescribed(func() conformance.Config { return config }, nil, ginkgo.Label("webhooks"))
	failed := its(said).WithState(types.SpecStateFailed)
	if len(failed) != 1 {
		t.Fatalf("%d specs failed", len(failed))
	}
	spec := failed[0]
	if at := spec.LeafNodeLocation; at.FileName != "scenarios/catalogue/auth.yaml" || at.LineNumber == 0 {
		t.Errorf("location %s", at)
	}
	for _, label := range []string{"webhooks", "auth"} {
		if !slices.Contains(spec.Labels(), label) {
			t.Errorf("labels %v lack %q", spec.Labels(), label)
		}
	}
	for _, want := range []string{spec.LeafNodeLocation.String() + ": auth.wrong-key: fail: ", "expected", "observed", "CONTROL", "FAULT", "fix", "again:     go test -ginkgo.focus='auth.wrong-key '"} {
		if !strings.Contains(spec.Failure.Message, want) {
			t.Errorf("failure lacks %q:\n%s", want, spec.Failure.Message)
		}
	}
	if n := strings.Count(spec.Failure.Message, "CONTROL: "); n != 1 || !strings.Contains(spec.Failure.Message, "FINDING 2 of 2") {
		t.Errorf("two findings on one delivery show it %d times:\n%s", n, spec.Failure.Message)
	}
}

// When nothing can be graded, one spec fails and says why; whichever was chosen.
func TestThePreflightFailsOnce(t *testing.T) {
	config := serve(t)
	config.Secret = "another secret"
	for name, change := range map[string]func(*types.SuiteConfig){
		"all":     nil,
		"focused": func(c *types.SuiteConfig) { c.FocusStrings = []string{`auth\.wrong-key`} },
	} {
		said := playDescribed(func() conformance.Config { return config }, change)
		failed := its(said).WithState(types.SpecStateFailed)
		if len(failed) != 1 || said.SuiteSucceeded {
			t.Fatalf("%s: %d specs failed", name, len(failed))
		}
		if text := failed[0].Failure.Message; !strings.Contains(text, "the preflight: a genuine delivery is answered 401") || strings.Contains(text, "fix") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// Run says so in the report alone.
func TestRunIntoTheWrongSecret(t *testing.T) {
	config := serve(t)
	config.Secret = "another secret"
	report, err := Run(t.Context(), config)
	if err != nil || report.ExitCode != reports.ExitIncomplete || conformance.Unready(report) == "" {
		t.Errorf("exit %d, %v", report.ExitCode, err)
	}
}

// Ginkgo's own choice and what was sent must be the same scenarios.
func TestFiltersLimitWhatIsSent(t *testing.T) {
	config := serve(t)
	for _, test := range []struct {
		name   string
		change func(*types.SuiteConfig)
	}{
		{"label of the group", func(c *types.SuiteConfig) { c.LabelFilter = "ts || raw" }},
		{"labels of level and group", func(c *types.SuiteConfig) { c.LabelFilter = "auth && !BASE" }},
		{"risk", func(c *types.SuiteConfig) { c.LabelFilter = "auth && risk-safe" }},
		{"label of suite and container", func(c *types.SuiteConfig) { c.LabelFilter = "suite-wide && webhooks && leak" }},
		{"suite's label for all but one group", func(c *types.SuiteConfig) { c.LabelFilter = "suite-wide && !auth" }},
		{"focus on an id", func(c *types.SuiteConfig) { c.FocusStrings = []string{`auth\.wrong-key`, `^hookassay billing ctl`} }},
		{"skip", func(c *types.SuiteConfig) { c.SkipStrings = []string{" (http|raw|idem|auth|evt)\\."} }},
		{"file", func(c *types.SuiteConfig) { c.FocusFiles = []string{"catalogue/leak.yaml"} }},
		{"skipped files", func(c *types.SuiteConfig) { c.SkipFiles = []string{"catalogue/[a-i].*"} }},
		{"focus outside the catalogue", func(c *types.SuiteConfig) { c.FocusStrings = []string{"no such thing"} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sent sentBy
			suite := types.NewDefaultSuiteConfig()
			test.change(&suite)
			said := runSilently(suite, func() {
				Describe(func() conformance.Config {
					c := config
					c.IDs = &sent
					return c
				}, Text("billing"), ginkgo.Label("webhooks"))
			}, ginkgo.Label("suite-wide"))
			ran := map[string]bool{}
			for _, s := range its(said).WithState(types.SpecStatePassed) {
				if s.LeafNodeText != wholeText && sendsEvents(t, s) {
					ran[id(s)] = true
				}
			}
			for _, s := range its(said).WithState(types.SpecStateSkipped) {
				if strings.Contains(s.Failure.Message, "does not offer") { // which only its answers have told
					ran[id(s)] = true
				}
			}
			for _, s := range its(said).WithState(types.SpecStateFailureStates) {
				if s.LeafNodeText != wholeText {
					t.Errorf("%s: %s", s.LeafNodeText, s.Failure.Message)
				}
			}
			if test.name != "focus outside the catalogue" && len(ran) == 0 {
				t.Error("nothing ran")
			}
			if missing, extra := difference(ran, sent.set), difference(sent.set, ran); len(missing)+len(extra) > 0 {
				t.Errorf("not sent: %v, sent without need: %v", missing, extra)
			}
		})
	}
}

func id(s types.SpecReport) string {
	id, _, _ := strings.Cut(s.LeafNodeText, " ")
	return id
}

// sendsEvents reports whether a scenario makes an event, so that its ids show
// that it was played.
func sendsEvents(t *testing.T, spec types.SpecReport) bool {
	built, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := built.Find(id(spec))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(s.Steps, func(s scenarios.Step) bool { return s.Send != "" })
}

func difference(a, b map[string]bool) []string {
	var only []string
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if !b[k] {
			only = append(only, k)
		}
	}
	return only
}

func TestDescribeFailsWhatCannotBePlayed(t *testing.T) {
	own := scenarios.Scenario{ID: "mine.one"}
	for _, test := range []struct {
		name   string
		change func(*conformance.Config)
		args   []any
		want   string
	}{
		{"configuration", func(c *conformance.Config) { c.Scheme = "githup" }, nil, `did you mean "github"`},
		{"a scenario without a spec", func(c *conformance.Config) { c.Scenarios = append(c.Scenarios, own) }, nil, "specs.Own"},
		{"the report's taker", nil, []any{ReportTo(func(reports.Report) error { return errors.New("disk full") })}, "disk full"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := serve(t)
			config.Only = []string{"auth.wrong-key"}
			if test.change != nil {
				test.change(&config)
			}
			said := playDescribed(func() conformance.Config { return config }, nil, test.args...)
			if said.SuiteSucceeded || !strings.Contains(complaint(said), test.want) {
				t.Errorf("succeeded %v, said %q, want %q", said.SuiteSucceeded, complaint(said), test.want)
			}
		})
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	said := playDescribed(func() conformance.Config {
		t.Error("the configuration was asked for")
		return conformance.Config{}
	}, func(c *types.SuiteConfig) { c.DryRun = true })
	if len(its(said)) == 0 {
		t.Error("no specs are listed")
	}
}
