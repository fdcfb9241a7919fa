package load

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

var (
	update    = flag.Bool("update", false, "write generated files anew")
	onlyFlaws = flag.String("flaws", "", "play the matrix for these flaws only, comma-separated: to try a new one in seconds")
)

// noFlaw is the receiver that has none.
const noFlaw = "none"

// A matrixRow is one run and what must come of it. It is written by hand: an
// objective is meant for a flaw because of what the flaw does.
type matrixRow struct {
	Flaw     string          `yaml:"flaw"`
	Scenario string          `yaml:"scenario"` // of testdata/load, or built in
	Rate     scenarios.Rate  `yaml:"rate"`     // another than the scenario's
	For      string          `yaml:"for"`      // another time than the scenario's
	Data     bool            `yaml:"data"`     // the receiver keeps everything in a file
	Verdict  reports.Verdict `yaml:"verdict"`
	Misses   []string        `yaml:"misses"` // objectives that must be missed; the first is meant for the flaw
	May      []string        `yaml:"may"`    // objectives that may be missed, too
	Why      string          `yaml:"why"`
}

func (r matrixRow) String() string {
	name := r.Flaw + "/" + r.Scenario
	if r.Data {
		name += "/data"
	}
	return name
}

func (r matrixRow) load(t *testing.T) scenarios.LoadScenario {
	t.Helper()
	if slices.Contains(scenarios.LoadNames(), r.Scenario) {
		s, err := scenarios.FindLoad(r.Scenario)
		return r.robust(r.overridden(t, s, err))
	}
	s, err := scenarios.LoadScenarioFile(filepath.Join("testdata", "load", r.Scenario+".yaml"))
	return r.overridden(t, s, err)
}

func (r matrixRow) overridden(t *testing.T, s scenarios.LoadScenario, err error) scenarios.LoadScenario {
	t.Helper()
	var d time.Duration
	if err == nil && r.For != "" {
		d, err = time.ParseDuration(r.For)
	}
	if err == nil && (d > 0 || r.Rate.N > 0) {
		s, err = s.Override(r.Rate, d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// robust leaves out of a built-in scenario what a busy machine decides, unless the
// row is about that.
func (r matrixRow) robust(s scenarios.LoadScenario) scenarios.LoadScenario {
	s.Objectives = slices.DeleteFunc(slices.Clone(s.Objectives), func(o scenarios.Objective) bool {
		timed := o.Latency() || o.Metric == scenarios.MetricUnsent
		return timed && !slices.Contains(r.Misses, o.String())
	})
	return s
}

func readMatrix(t *testing.T) []matrixRow {
	t.Helper()
	b, err := os.ReadFile("testdata/load-matrix.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []matrixRow
	if err := yaml.UnmarshalWithOptions(b, &rows, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestLoadMatrix plays each row. The correct receiver passes every scenario, every
// flaw is failed for its own reason, and every objective of the scenarios that were
// written for this is missed by somebody.
func TestLoadMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("plays some thirty load runs")
	}
	rows := readMatrix(t)
	checkMatrix(t, rows)
	for _, row := range rows {
		if *onlyFlaws == "" || slices.Contains(strings.Split(*onlyFlaws, ","), row.Flaw) {
			t.Run(row.String(), row.play)
		}
	}
	if *onlyFlaws != "" || t.Failed() {
		t.Log("not all of it came out as it should, or was played: docs/load-matrix.md was not compared")
		return
	}
	compareFile(t, "../../docs/load-matrix.md", matrixTable(t, rows))
}

// checkMatrix demands of the rows what makes the scenarios worth playing.
func checkMatrix(t *testing.T, rows []matrixRow) {
	t.Helper()
	missed, passed, played := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		passed[row.Scenario] = passed[row.Scenario] || row.Flaw == noFlaw && row.Verdict == reports.Pass
		objectives := texts(judgedAll(row.load(t).Objectives), reports.Pass)
		for _, text := range slices.Concat(row.Misses, row.May) {
			if !slices.Contains(objectives, text) {
				t.Errorf("%s: %s has no objective %q", row, row.Scenario, text)
			}
		}
		for _, text := range row.Misses {
			missed[text] = true
		}
		for _, text := range objectives {
			played[text] = played[text] || !slices.Contains(scenarios.LoadNames(), row.Scenario)
		}
		if (row.Verdict == reports.Fail) != (len(row.Misses) > 0) || row.Flaw != noFlaw && row.Why == "" {
			t.Errorf("%s: what fails misses something, and says why", row)
		}
	}
	for text, own := range played {
		if own && !missed[text] {
			t.Errorf("no row misses %q: it has not been shown that it can be missed", text)
		}
	}
	for name, ok := range passed {
		if !ok {
			t.Errorf("%s: no row says that the correct receiver passes it", name)
		}
	}
}

// judgedAll are objectives as if all of them were met.
func judgedAll(all []scenarios.Objective) []reports.Objective {
	out := make([]reports.Objective, len(all))
	for i, o := range all {
		out[i] = reports.Objective{Text: o.String(), Verdict: reports.Pass}
	}
	return out
}

// tries is how often a row is played that comes out otherwise: whatever else the
// machine does is not the receiver's.
const tries = 3

func (r matrixRow) play(t *testing.T) {
	for try := 1; ; try++ {
		l := r.once(t)
		wrong := r.compare(l)
		if wrong == "" {
			return
		}
		if try == tries {
			t.Fatalf("%s\n%s: %s\n%+v\n%+v", wrong, l.Verdict, l.Reason, l.Objectives, l.Generator)
		}
		t.Logf("played again: %s: %s: %s", wrong, l.Verdict, l.Reason)
	}
}

// once plays the row against a receiver of its own.
func (r matrixRow) once(t *testing.T) (l reports.Load) {
	t.Helper()
	seen := &told{counts: map[string]int{}}
	cfg := receiver.Config{OnEffect: seen.add}
	if r.Flaw != noFlaw {
		cfg.Flaws = []string{r.Flaw}
	}
	if r.Data {
		cfg.Data = filepath.Join(t.TempDir(), "receiver.db")
	}
	tgt := receiveAs(t, receiver.StandardWebhooks, cfg)
	tgt.Probes = []target.Probe{target.Func(seen.count)}
	tgt.Timeouts.Effect = time.Second
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l, err := Run(ctx, Config{Target: tgt, Scenario: r.load(t), Seed: 7, Nonce: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// told counts what the receiver says that it has processed: asking takes no longer
// where the effects are in a file.
type told struct {
	mu     sync.Mutex
	counts map[string]int
}

func (s *told) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[id]++
}

func (s *told) count(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[id]
}

// compare says what is not as the row says; "" if nothing.
func (r matrixRow) compare(l reports.Load) string {
	missed := texts(l.Objectives, reports.Fail)
	for _, text := range r.Misses {
		if !slices.Contains(missed, text) {
			return fmt.Sprintf("%s does not miss %q", r, text)
		}
	}
	for _, text := range missed {
		if !slices.Contains(slices.Concat(r.Misses, r.May), text) {
			return fmt.Sprintf("%s also misses %q", r, text)
		}
	}
	if unseen := texts(l.Objectives, reports.NotObserved); r.Verdict == reports.Pass && unseen != nil {
		return fmt.Sprintf("%s leaves open %q", r, unseen)
	}
	if l.Verdict != r.Verdict {
		return fmt.Sprintf("%s is %s instead of %s", r, l.Verdict, r.Verdict)
	}
	return ""
}

// matrixTable is docs/load-matrix.md.
func matrixTable(t *testing.T, rows []matrixRow) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(matrixIntro)
	for _, row := range rows {
		with := row.Flaw
		if row.Data {
			with += ", with a file for its data"
		}
		at := row.load(t).Schedule.String()
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", with, row.Scenario, at, row.Verdict,
			strings.Join(row.Misses, "; "), cmp.Or(row.Why, "nothing is wrong"))
	}
	return b.String()
}

const matrixIntro = `# The load matrix

Runs under load against the reference receiver, correct and with one flaw. Most of
these flaws show only under load: one delivery at a time they are found by no
scenario of [the kill matrix](kill-matrix.md). The correct receiver passes; each flaw
fails, and misses the objective that is meant for it. Of the built-in scenarios what a
busy machine decides is left out, unless it is what the flaw is to be found by. This
file is written by
` + "`go test ./suites/load -run TestLoadMatrix -update`" + `; the test fails when it is out of
date or when a run comes out otherwise than ` + "`suites/load/testdata/load-matrix.yaml`" + ` says.
What each flaw does: ` + "`hookassay receiver --list-flaws`" + `.

| receiver | scenario | load | verdict | misses | because |
|---|---|---|---|---|---|
`

func compareFile(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date: run this test with -update", name)
	}
}
