package specs

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
)

var update = flag.Bool("update", false, "write testdata")

// golden compares text with testdata/name.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s differs (-update writes it); got:\n%s", path, got)
	}
}

var sampleLoad = reports.Load{
	Name: "smoke", Verdict: reports.Fail, Plan: reports.LoadPlan{Schedule: "constant 200/s for 5s"},
	Objectives: []reports.Objective{
		{Text: "genuine: p99(response) <= 250ms", Value: "310ms", Verdict: reports.Fail},
		{Text: "forged: accepted = 0", Value: "0", Verdict: reports.Pass},
		{Text: "lost = 0", Verdict: reports.NotObserved, Reason: "no probe"},
	},
	Generator: reports.Generator{Valid: true}, Rerun: "hookassay load smoke --seed 7",
}

func metLoad() reports.Load {
	return reports.Load{Verdict: reports.Pass, Objectives: []reports.Objective{{Verdict: reports.Pass}}, Generator: reports.Generator{Valid: true}}
}

func limitedLoad() reports.Load {
	l := sampleLoad
	l.Verdict, l.Reason = reports.Blocked, "generator-limited"
	l.Generator = reports.Generator{Reasons: []string{"own CPU 93 %"}}
	l.Completeness = reports.Completeness{Examples: []string{"msg_1", "msg_2"}}
	l.Objectives = nil
	return l
}

func TestMatchers(t *testing.T) {
	failed, passed := judged(reports.Fail).graded["test.fail"], judged(reports.Pass).graded["test.pass"]
	counts := func(id string) int { return map[string]int{"once": 1, "twice": 2}[id] }
	for _, test := range []struct {
		name    string
		actual  any
		matcher gomegatypes.GomegaMatcher
		matches bool
	}{
		{"verdict", passed, HaveVerdict(reports.Pass), true},
		{"verdict-of-several", passed, HaveVerdict(reports.Warn, reports.Pass), true},
		{"verdict-other", failed, HaveVerdict(reports.Pass, reports.Warn), false},
		{"finding", failed, HaveFinding("it is fail"), true},
		{"finding-observed", failed, HaveFinding("answered 200"), true},
		{"finding-other", failed, HaveFinding("500"), false},
		{"conformant", judged(reports.Pass).report, BeConformant(), true},
		{"conformant-not", judged(reports.Pass, reports.Fail, reports.Blocked, reports.NotObserved).report, BeConformant(), false},
		{"processed-once", target.Func(counts), HaveProcessedOnce("once"), true},
		{"processed-function", counts, HaveProcessed("twice", 2), true},
		{"processed-never", counts, HaveProcessed("never", 0), true},
		{"processed-twice", counts, HaveProcessedOnce("twice"), false},
		{"load", metLoad(), HaveMetObjectives(), true},
		{"load-missed", sampleLoad, HaveMetObjectives(), false},
		{"load-limited", limitedLoad(), HaveMetObjectives(), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			matches, err := test.matcher.Match(test.actual)
			if err != nil || matches != test.matches {
				t.Fatalf("matches %v, error %v", matches, err)
			}
			text := test.matcher.FailureMessage(test.actual)
			if test.matches {
				text = test.matcher.NegatedFailureMessage(test.actual)
			}
			golden(t, test.name, text)
		})
	}
}

func TestMatchersRefuseOtherTypes(t *testing.T) {
	for _, m := range []gomegatypes.GomegaMatcher{
		HaveVerdict(reports.Pass), HaveFinding("x"), BeConformant(), HaveProcessedOnce("x"), HaveMetObjectives(),
	} {
		if ok, err := m.Match(7); ok || err == nil || !strings.Contains(err.Error(), "got a int") {
			t.Errorf("%T: %v, %v", m, ok, err)
		}
	}
}

func TestConformantListsAtMostTen(t *testing.T) {
	r := judged(reports.Fail).report
	for range 12 {
		r.Scenarios = append(r.Scenarios, r.Scenarios[0])
	}
	if text := BeConformant().FailureMessage(r); !strings.Contains(text, "and 3 more") {
		t.Errorf("got:\n%s", text)
	}
}

type brokenProbe struct{ target.Func }

func (brokenProbe) Counts(context.Context, []string) (map[string]int, error) {
	return nil, errors.New("connection refused")
}

func TestProcessedWithoutKnowledgeIsAnError(t *testing.T) {
	if ok, err := HaveProcessed("x", 0).Match(brokenProbe{}); ok || err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestProcessedIsAwaited(t *testing.T) {
	looks, failure := 0, ""
	g := gomega.NewGomega(func(message string, _ ...int) { failure = message })
	slow := func(string) int { looks++; return looks / 3 }
	if !g.Eventually(Counter(slow), "10s", "1ms").Should(HaveProcessedOnce("x")) {
		t.Errorf("failed: %s", failure)
	}
	looks = 0
	twice := func(string) int { looks++; return 2 }
	if g.Eventually(Counter(twice), "10m", "1ms").Should(HaveProcessedOnce("x")) || looks > 3 {
		t.Errorf("looked %d times for what cannot come any more", looks)
	}
	if !strings.Contains(failure, "it was processed 2 times") {
		t.Errorf("failure %q", failure)
	}
}

func TestScenarioNamesTheNearest(t *testing.T) {
	r := judged(reports.Pass, reports.Fail).report
	if s, err := Scenario(r, "test.fail"); err != nil || s.Verdict != reports.Fail {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := Scenario(r, "test.fial"); err == nil || !strings.Contains(err.Error(), `did you mean "test.fail"`) {
		t.Errorf("error %v", err)
	}
}
