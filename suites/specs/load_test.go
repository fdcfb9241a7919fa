package specs

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
)

// brief is a load of a second that no busy machine makes fail.
const brief = `name: brief
title: A second of load
why: It is a test.
schedule: {constant: {rate: 200/s, for: 1s}}
mix: {genuine: 90, duplicate: 5, forged: 5}
objectives:
  - "genuine: p99(response) <= 60s"
  - "duplicate: errors = 0"
  - "forged: accepted = 0"
  - "lost = 0"
  - "doubled = 0"
`

// briefLoad reads brief under another name.
func briefLoad(t *testing.T, name string) scenarios.LoadScenario {
	t.Helper()
	file := filepath.Join(t.TempDir(), "brief.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(brief, "name: brief", "name: "+name, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.LoadScenarioFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ofLoads are the specs in containers of loads, by their text.
func ofLoads(said types.Report) map[string]types.SpecReport {
	all := map[string]types.SpecReport{}
	for _, s := range its(said) {
		if len(s.ContainerHierarchyTexts) == 2 {
			all[s.ContainerHierarchyTexts[1]+" "+s.LeafNodeText] = s
		}
	}
	return all
}

func TestOneTreeWithLoad(t *testing.T) {
	config := serve(t)
	config.Only = []string{"auth.wrong-key"}
	s := briefLoad(t, "nightly")
	var report reports.Report
	said := playDescribed(func() conformance.Config { return config }, nil, Load(s),
		ReportTo(func(r reports.Report) error { report = r; return nil }))
	if !said.SuiteSucceeded {
		t.Fatal(complaint(said))
	}
	if len(report.Load) != 1 || report.Load[0].Verdict != reports.Pass || len(report.Scenarios) != 1 || report.Verdict != reports.Conformant {
		t.Errorf("%s: %d scenarios, loads %+v", report.Verdict, len(report.Scenarios), report.Load)
	}
	if want := "go test -ginkgo.focus='load nightly '"; report.Load[0].Rerun != want {
		t.Errorf("again: %s", report.Load[0].Rerun)
	}
	if sent := report.Load[0].Sent; report.Requests <= sent {
		t.Errorf("%d requests in all, %d of the load", report.Requests, sent)
	}
	specs := ofLoads(said)
	if len(specs) != len(s.Objectives)+1 {
		t.Errorf("%d specs", len(specs))
	}
	forged := specs["load nightly forged: accepted = 0"]
	for _, label := range []string{"load", "nightly", "forged", "risk-disruptive"} {
		if !slices.Contains(forged.Labels(), label) {
			t.Errorf("labels %v lack %q", forged.Labels(), label)
		}
	}
	if at := forged.LeafNodeLocation; !strings.HasSuffix(at.FileName, "brief.yaml") || at.LineNumber != 1 {
		t.Errorf("location %s", at)
	}
	if len(forged.ReportEntries) != 1 || !strings.Contains(forged.ReportEntries[0].StringRepresentation(), "measured 0") {
		t.Errorf("entries %v", forged.ReportEntries)
	}
}

// What fails in one part does not keep the other from being played.
func TestLoadFindsItsOwn(t *testing.T) {
	config := serve(t, "no-dedupe", "never-verifies")
	config.Only = []string{"auth.wrong-key"}
	report, err := Run(t.Context(), config, Load(briefLoad(t, "one"), briefLoad(t, "two")))
	if err != nil {
		t.Fatal(err)
	}
	if report.Verdict != reports.NotConformant || report.ExitCode != reports.ExitNotConformant || len(report.Load) != 2 {
		t.Fatalf("%s, exit %d, %d loads", report.Verdict, report.ExitCode, len(report.Load))
	}
	var reasons []string
	for _, r := range report.ExitReasons {
		reasons = append(reasons, r.Reason)
	}
	if !slices.Contains(reasons, "fail") || !slices.Contains(reasons, "objective") {
		t.Errorf("exit reasons %v", reasons)
	}
	said := playDescribed(func() conformance.Config { return config }, nil, Load(briefLoad(t, "one")))
	specs := ofLoads(said)
	for text, want := range map[string]types.SpecState{
		"load one forged: accepted = 0":          types.SpecStateFailed,
		"load one doubled = 0":                   types.SpecStateFailed,
		"load one lost = 0":                      types.SpecStatePassed,
		"load one genuine: p99(response) <= 60s": types.SpecStatePassed,
		"load one the run is valid":              types.SpecStatePassed,
	} {
		if specs[text].State != want {
			t.Errorf("%s: %s %s", text, specs[text].State, specs[text].Failure.Message)
		}
	}
	if text := specs["load one doubled = 0"].Failure.Message; !strings.Contains(text, "brief.yaml:1: load one: fail") || !strings.Contains(text, "again: go test") {
		t.Errorf("failure %q", text)
	}
}

// Filters limit what is sent, of loads too.
func TestFiltersAndLoad(t *testing.T) {
	config := serve(t)
	one, two := briefLoad(t, "one"), briefLoad(t, "two")
	for _, test := range []struct {
		name   string
		change func(*types.SuiteConfig)
		want   []string // which scenarios and loads send
	}{
		{"a load by its label", func(c *types.SuiteConfig) { c.LabelFilter = "load && one" }, []string{"load.one"}},
		{"an objective's class", func(c *types.SuiteConfig) { c.LabelFilter = "two && forged" }, []string{"load.two"}},
		{"by its text", func(c *types.SuiteConfig) { c.FocusStrings = []string{"load two lost"} }, []string{"load.two"}},
		{"no load", func(c *types.SuiteConfig) { c.LabelFilter = "auth && !load && BASE" }, nil},
		{"no disruption", func(c *types.SuiteConfig) { c.LabelFilter = "!risk-disruptive && auth" }, nil},
		{"a load and a scenario", func(c *types.SuiteConfig) { c.FocusStrings = []string{`auth\.wrong-key`, "load one"} }, []string{"auth.wrong-key", "load.one"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sent lines
			suite := types.NewDefaultSuiteConfig()
			test.change(&suite)
			said := runSilently(suite, func() {
				Describe(func() conformance.Config {
					c := config
					c.IDs = &sent
					return c
				}, Load(one, two), ginkgo.Label("webhooks"))
			})
			for _, s := range its(said).WithState(types.SpecStateFailureStates) {
				if s.LeafNodeText != wholeText {
					t.Errorf("%s: %s", s.LeafNodeText, s.Failure.Message)
				}
			}
			for _, id := range []string{"load.one", "load.two", "auth.wrong-key"} {
				if test.want == nil && id == "auth.wrong-key" {
					continue
				}
				if got := sent.hold(id); got != slices.Contains(test.want, id) {
					t.Errorf("%s sent: %v", id, got)
				}
			}
		})
	}
}

// lines is a Config's IDs that takes many at once, as loads write them.
type lines struct{ strings.Builder }

func (l *lines) hold(scenario string) bool { return strings.Contains(l.String(), `"`+scenario+`"`) }

func TestLoadIsNotPlayedBehindAFailedPreflight(t *testing.T) {
	config := serve(t)
	config.Secret = "another secret"
	report, err := Run(t.Context(), config, Load(briefLoad(t, "one")))
	if err != nil || len(report.Load) != 0 || report.ExitCode != reports.ExitIncomplete {
		t.Errorf("exit %d, loads %+v, %v", report.ExitCode, report.Load, err)
	}
}

func TestLoadIsRefusedBeforeAnythingIsSent(t *testing.T) {
	one := briefLoad(t, "one")
	for _, test := range []struct {
		name    string
		options []Option
		want    string
	}{
		{"twice", []Option{Load(one), Load(one)}, "load one is asked for twice"},
		{"too much", []Option{Load(one), LoadLike(load.Config{Requests: 100}, nil)}, "the target's limit is 100"},
	} {
		var sent lines
		config := serve(t)
		config.IDs = &sent
		_, err := Run(t.Context(), config, test.options...)
		if err == nil || !strings.Contains(err.Error(), test.want) || sent.Len() > 0 {
			t.Errorf("%s: %v; sent %s", test.name, err, sent.String())
		}
		if again := Check(config, test.options...); again == nil || again.Error() != err.Error() {
			t.Errorf("%s: Check says %v", test.name, again)
		}
	}
}

// A run that ends early reports both parts, and Ginkgo agrees.
func TestLoadEndsWithItsContext(t *testing.T) {
	for name, when := range map[string]string{"in the load": "load", "before it": "playing"} {
		t.Run(name, func(t *testing.T) {
			config := serve(t)
			config.Only = []string{"auth.wrong-key"}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			config.Progress = func(p conformance.Progress) {
				if p.Phase == when {
					cancel()
				}
			}
			progress := func(s load.Status) {
				if when == "load" && s.Sent > 20 {
					cancel()
				}
			}
			s, err := briefLoad(t, "long").Override(scenarios.Rate{}, 5*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			report, err := Run(ctx, config, Load(s), LoadLike(load.Config{Progress: progress}, nil))
			if err != nil || !report.Interrupted || report.ExitCode != reports.ExitIncomplete {
				t.Fatalf("interrupted %v, exit %d, %v", report.Interrupted, report.ExitCode, err)
			}
			if time.Since(began) > time.Minute {
				t.Errorf("ended after %s", time.Since(began))
			}
			if len(report.Load) != 1 || report.Load[0].Verdict != reports.NotObserved || !strings.HasPrefix(report.Load[0].Reason, "interrupted") {
				t.Errorf("%+v", report.Load)
			}
		})
	}
}

func TestRunLoadIsTheSameDoor(t *testing.T) {
	config := serve(t, "no-dedupe")
	session, err := conformance.Prepare(config)
	if err != nil {
		t.Fatal(err)
	}
	cfg := load.Config{Target: session.Target(), Scenario: briefLoad(t, "one"), Seed: 7, Nonce: "n"}
	report, err := RunLoad(t.Context(), cfg, "hookassay load one")
	if err != nil || len(report.Load) != 1 || len(report.Scenarios) != 0 || report.Profile != "load one" || report.ExitCode != reports.ExitNotConformant {
		t.Errorf("%+v, %v", report, err)
	}
}

// Each verdict of an objective and of a run has its ending.
func TestEndingsOfLoads(t *testing.T) {
	s := briefLoad(t, "one")
	s.Objectives = s.Objectives[:1]
	for _, test := range []struct {
		name            string
		run, objective  reports.Verdict
		invalid         bool
		valid, required types.SpecState
	}{
		{"met", reports.Pass, reports.Pass, false, types.SpecStatePassed, types.SpecStatePassed},
		{"missed", reports.Fail, reports.Fail, false, types.SpecStatePassed, types.SpecStateFailed},
		{"generator-limited", reports.Blocked, reports.Blocked, true, types.SpecStateFailed, types.SpecStateFailed},
		{"not played", reports.Blocked, reports.NotObserved, false, types.SpecStateFailed, types.SpecStateSkipped},
		{"too short", reports.NotObserved, reports.Pass, false, types.SpecStateSkipped, types.SpecStatePassed},
		{"a probe is missing", reports.Pass, reports.NotObserved, false, types.SpecStatePassed, types.SpecStateSkipped},
		{"failed for no objective", reports.Fail, reports.Pass, false, types.SpecStateFailed, types.SpecStatePassed},
		{"broken", reports.Error, reports.NotObserved, false, types.SpecStateFailed, types.SpecStateSkipped},
		{"unheard-of", "unheard-of", "unheard-of", false, types.SpecStateFailed, types.SpecStateFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := judged(reports.Pass)
			part := &loadPart{scenario: s, result: &reports.Load{
				Name: "one", Verdict: test.run, Reason: "for a reason", Generator: reports.Generator{Valid: !test.invalid, Reasons: []string{"CPU"}},
				Objectives: []reports.Objective{{Text: s.Objectives[0].String(), Verdict: test.objective, Reason: "of its own"}},
			}}
			tree.loads, tree.report.Load = []*loadPart{part}, []reports.Load{*part.result}
			reports.Conclude(&tree.report, nil)
			said := read(tree)
			specs := ofLoads(said)
			valid, objective := specs["load one "+validText], specs["load one "+s.Objectives[0].String()]
			if valid.State != test.valid || objective.State != test.required {
				t.Errorf("the run %s, the objective %s", valid.State, objective.State)
			}
			if said.SuiteSucceeded != (tree.report.ExitCode == reports.ExitConformant) {
				t.Errorf("suite succeeded %v, exit code %d", said.SuiteSucceeded, tree.report.ExitCode)
			}
			if err := tree.compare(said); err != nil {
				t.Error(err)
			}
			tree.loads[0].result.Objectives[0].Verdict = reports.Error
			if err := tree.compare(said); test.required != types.SpecStateFailed && err == nil {
				t.Error("a difference is not found")
			}
		})
	}
}

// A probe that the preflight has caught lying is not believed behind it either.
func TestLoadDoesNotBelieveAProbeThatInvents(t *testing.T) {
	config := serve(t)
	config.Only = []string{"auth.wrong-key"}
	config.Effects = func(string) int { return 1 }
	var report reports.Report
	playDescribed(func() conformance.Config { return config }, nil, Load(briefLoad(t, "nightly")),
		ReportTo(func(r reports.Report) error { report = r; return nil }))
	if len(report.Load) != 1 || report.Load[0].Verdict != reports.NotObserved || !strings.Contains(report.Load[0].Reason, "nobody has sent") {
		t.Errorf("%+v", report.Load)
	}
}
