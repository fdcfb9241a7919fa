package conformance_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

var (
	update    = flag.Bool("update", false, "write generated files anew")
	onlyFlaws = flag.String("flaws", "", "play the matrix for these flaws only, comma-separated: to try a new one in seconds")
	onlyIDs   = flag.String("only", "", "play the matrix with scenarios of these patterns only, comma-separated")
)

// partly reports whether only a part of the matrix is played.
func partly() bool { return *onlyFlaws != "" || *onlyIDs != "" }

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// tried reports whether the flaw is among those to be played.
func tried(flaw string) bool {
	return *onlyFlaws == "" || slices.Contains(split(*onlyFlaws), flaw)
}

// played reports whether the scenario is among those to be played.
func played(id string) bool { return *onlyIDs == "" || matchesAny(split(*onlyIDs), id) }

// expectation says which scenarios find a flaw. It is written by hand: a
// scenario is meant for a flaw because of what its source says.
type expectation struct {
	// Kills are the scenarios that must find the flaw, the one meant for it
	// first.
	Kills []string `yaml:"kills"`
	// May are patterns of scenarios that are related and may find it too.
	May []string `yaml:"may"`
	// Blocks: the flaw keeps controls from passing, so that the rest is blocked.
	Blocks bool `yaml:"blocks"`
	// Apart: the flaw ruins the receiver for what comes behind, so that only the
	// scenarios of Kills are played, each against a receiver of its own.
	Apart bool `yaml:"apart"`
	// By names another kind of run that finds the flaw, where this one cannot.
	By string `yaml:"by"`
	// Load: the flaw shows only under load, where suites/load's matrix says how.
	// Here it is sent one scenario at a time, and is found by none, other than
	// those of Kills and May, which send much at once themselves.
	Load bool `yaml:"load"`
}

func readExpectations(t *testing.T) map[string]expectation {
	t.Helper()
	b, err := os.ReadFile("testdata/kill-matrix.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]expectation
	if err := yaml.UnmarshalWithOptions(b, &all, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestKillMatrix plays the whole catalogue against the correct receiver and
// against every flaw. Every flaw is found by the scenario meant for it and by
// no unrelated one; every scenario finds a flaw.
func TestKillMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the catalogue some 200 times")
	}
	expected := readExpectations(t)
	checkLoadMatrix(t, expected)
	m := playMatrix(t, expected)
	m.playMissedAgain(t, expected)
	m.playUnrelatedAgain(t)
	for flaw := range expected {
		if _, ok := m.kills[flaw]; !ok && tried(flaw) {
			t.Errorf("testdata/kill-matrix.yaml names %s, which is no flaw of the receiver", flaw)
		}
	}
	killed := map[string]bool{}
	for _, flaw := range slices.Sorted(maps.Keys(m.kills)) {
		e, ok := expected[flaw]
		if !ok {
			t.Errorf("%s stands nowhere in testdata/kill-matrix.yaml", flaw)
			continue
		}
		m.check(t, flaw, e)
		for _, id := range e.Kills {
			killed[id] = killed[id] || !e.Blocks
		}
	}
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range c.IDs() {
		if !killed[id] && played(id) && *onlyFlaws == "" {
			t.Errorf("%s finds no flaw: it has not been shown that it can fail", id)
		}
	}
	if partly() {
		t.Log("only a part was played: docs/kill-matrix.md was not compared")
		return
	}
	compareFile(t, "../../docs/kill-matrix.md", m.table(c, expected))
}

// outcome of a scenario, without what differs from run to run.
func outcome(s reports.Scenario) string {
	text := string(s.Verdict)
	for _, f := range s.Findings {
		text += " " + f.Fingerprint
	}
	return text
}

// matrix holds, by flaw and setting, the scenarios whose verdict or findings
// differ from the correct receiver's.
type matrix struct {
	mu    sync.Mutex
	kills map[string]map[string]map[string]reports.Scenario // flaw → setting → id
	base  map[string]map[string]reports.Scenario            // setting → id
	// expected is what the flaws are expected to be found by.
	expected map[string]expectation
}

// against lists the scenarios that are played against a flaw: those of the core
// profile and those that are expected to find it. The others take long, and are
// all played against the correct receiver (no flaw).
func (m *matrix) against(t *testing.T, a arena, flaw string) []string {
	t.Helper()
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := m.expected[flaw]
	if e.Apart {
		return slices.DeleteFunc(slices.Clone(e.Kills), func(id string) bool { return !played(id) })
	}
	var ids []string
	for _, s := range c.Scenarios {
		core := len(s.Profiles) == 0 || slices.Contains(s.Profiles, "core")
		expected := slices.Contains(e.Kills, s.ID) || slices.Contains(e.May, s.ID)
		if played(s.ID) && a.plays(s) && (a.durable || core || flaw == "" || expected) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

func playMatrix(t *testing.T, expected map[string]expectation) *matrix {
	m := &matrix{
		kills:    map[string]map[string]map[string]reports.Scenario{},
		base:     map[string]map[string]reports.Scenario{},
		expected: expected,
	}
	m.playCorrect(t)
	for _, s := range arenas {
		for id, x := range m.base[s.String()] {
			if x.Verdict != reports.Pass && x.Verdict != reports.NotApplicable {
				t.Errorf("the correct receiver, %s: %s is %s: %s", s, id, x.Verdict, x.Reason)
			}
		}
	}
	t.Run("flaws", func(t *testing.T) {
		for _, f := range receiver.Flaws() {
			if !tried(f.Name) {
				continue
			}
			m.kills[f.Name] = map[string]map[string]reports.Scenario{}
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				m.playFlaw(t, f)
			})
		}
	})
	return m
}

// playCorrect plays all arenas of the correct receiver at once.
func (m *matrix) playCorrect(t *testing.T) {
	m.playIn(t, arenas, "", func(a arena, got map[string]reports.Scenario) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.base[a.String()] = got
	})
}

// playFlaw plays all arenas of a flaw at once: they wait more than they compute.
func (m *matrix) playFlaw(t *testing.T, f receiver.Flaw) {
	its := slices.DeleteFunc(slices.Clone(arenas), func(a arena) bool { return !m.shows(f, a) })
	m.playIn(t, its, f.Name, func(a arena, got map[string]reports.Scenario) { m.add(f.Name, a.String(), got) })
}

func (m *matrix) playIn(t *testing.T, its []arena, flaw string, then func(arena, map[string]reports.Scenario)) {
	var wg sync.WaitGroup
	for _, a := range its {
		grade := m.ready(t, a, flaw, m.against(t, a, flaw))
		wg.Go(func() {
			got, err := grade()
			if err != nil {
				t.Errorf("%s, %s: %v", flaw, a, err)
				return
			}
			then(a, got)
		})
	}
	wg.Wait()
}

// playMissedAgain plays once more, with nothing else running, the scenario that is
// meant for a flaw and did not find it, and in processes whatever should have: a
// flaw that shows in a few milliseconds may hide on a machine that is busy.
func (m *matrix) playMissedAgain(t *testing.T, expected map[string]expectation) {
	for _, a := range arenas {
		for flaw, kills := range m.kills {
			killed, ran := kills[a.String()]
			if !ran {
				continue
			}
			var again []string
			for i, id := range expected[flaw].Kills {
				if (i == 0 || a.durable) && killed[id].ID == "" && m.base[a.String()][id].Verdict == reports.Pass {
					again = append(again, id)
				}
			}
			if len(again) == 0 {
				continue
			}
			for id, x := range m.playAgain(t, a, flaw, again) {
				killed[id] = x
			}
		}
	}
}

// playUnrelatedAgain plays once more, with nothing else running, what found a
// flaw that it is not related to: on a machine that is busy answers come late.
func (m *matrix) playUnrelatedAgain(t *testing.T) {
	for _, a := range arenas {
		for flaw, kills := range m.kills {
			var unrelated []string
			for id, x := range kills[a.String()] {
				if !m.expected[flaw].relatedTo(x) {
					unrelated = append(unrelated, id)
				}
			}
			if len(unrelated) == 0 {
				continue
			}
			again := m.playAgain(t, a, flaw, unrelated)
			for _, id := range unrelated {
				if _, found := again[id]; !found {
					delete(kills[a.String()], id)
				}
			}
		}
	}
}

// playAgain returns which of the scenarios find the flaw when nothing else runs.
// Those about a process, which take long, are played without the others.
func (m *matrix) playAgain(t *testing.T, a arena, flaw string, ids []string) map[string]reports.Scenario {
	t.Helper()
	t.Logf("%s, %s: %s is played again alone", flaw, a, strings.Join(ids, ", "))
	list := ids
	if !a.durable {
		list = m.against(t, a, flaw)
	}
	all, err := m.ready(t, a, flaw, list)()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]reports.Scenario{}
	for _, id := range ids {
		if outcome(all[id]) != outcome(m.base[a.String()][id]) {
			found[id] = all[id]
		}
	}
	return found
}

// relatedTo reports whether a scenario may find the flaw.
func (e expectation) relatedTo(x reports.Scenario) bool {
	return slices.Contains(e.Kills, x.ID) || matchesAny(e.May, x.ID) || e.Blocks && x.Verdict == reports.Blocked
}

// missed reports whether the scenario meant for a flaw did not find it.
func (m *matrix) missed(flaw, setting string, e expectation) bool {
	return len(e.Kills) > 0 && m.base[setting][e.Kills[0]].Verdict == reports.Pass && m.kills[flaw][setting][e.Kills[0]].ID == ""
}

// shows reports whether a flaw can be seen in an arena. One that no scenario
// about signatures finds shows the same with either form of the secret.
func (m *matrix) shows(f receiver.Flaw, a arena) bool {
	if !slices.Contains(f.Schemes, a.scheme) {
		return false
	}
	if a.durable {
		kills := m.expected[f.Name].Kills // none: nobody is meant to see it
		return a == durableArenaOf(f) && len(kills) > 0 && (len(f.Needs()) > 0 || slices.ContainsFunc(kills, aboutProcess))
	}
	if len(f.Needs()) > 0 {
		return false
	}
	if m.expected[f.Name].Load { // which is the same with every signature
		return a.scheme == f.Schemes[0] && a.String() == f.Schemes[0]
	}
	asymmetric := strings.HasSuffix(a.String(), "-v1a")
	switch f.Name {
	case "key-confusion", "key-confusion-text", "zero-public-key", "zero-signature", "s-unreduced",
		"r-noncanonical", "v1a-length-unchecked", "prehash-accepted":
		return asymmetric
	case "known-key", "secret-undecoded", "plain-hash", "compares-suffix", "label-prefix", "version-any-case",
		"pairs-keys", "hash-by-length", "short-compare", "bare-signature", "version-ignored",
		"compares-prefix", "case-blind", "leaks-expected-signature": // needs the key that signs
		return !asymmetric
	}
	e := m.expected[f.Name]
	return !asymmetric || slices.ContainsFunc(slices.Concat(e.Kills, e.May), func(id string) bool {
		return strings.HasPrefix(id, "auth.") || strings.HasPrefix(id, "sig.")
	})
}

// ready starts a receiver with a flaw, or the correct one, and returns what plays
// the scenarios against it.
func (m *matrix) ready(t *testing.T, a arena, flaw string, ids []string) (grade func() (map[string]reports.Scenario, error)) {
	t.Helper()
	var flaws []string
	if flaw != "" {
		flaws = []string{flaw}
	}
	var configs []conformance.Config
	if m.expected[flaw].Apart {
		for _, id := range ids {
			configs = append(configs, a.configs(t, []string{id}, nil, flaws...)...)
		}
	} else {
		configs = a.configs(t, ids, nil, flaws...)
	}
	if m.expected[flaw].Load {
		for i := range configs {
			configs[i] = oneAtATime(t, a.setting, configs[i])
		}
	}
	return func() (map[string]reports.Scenario, error) {
		all := map[string]reports.Scenario{}
		for _, c := range configs {
			report, err := conformance.Grade(context.Background(), c)
			if err != nil {
				return all, err
			}
			for _, x := range report.Scenarios {
				all[x.ID] = x
			}
		}
		return all, nil
	}
}

func (m *matrix) add(flaw, setting string, got map[string]reports.Scenario) {
	m.mu.Lock()
	defer m.mu.Unlock()
	killed := map[string]reports.Scenario{}
	for id, x := range got {
		if outcome(x) != outcome(m.base[setting][id]) {
			killed[id] = x
		}
	}
	m.kills[flaw][setting] = killed
}

// check holds one flaw's kills against what is expected of it.
func (m *matrix) check(t *testing.T, flaw string, e expectation) {
	t.Helper()
	found := map[string]bool{}
	for setting, killed := range m.kills[flaw] {
		for id, x := range killed {
			found[id] = true
			if partly() {
				t.Logf("%s, %s: found by %s: %s: %s", flaw, setting, id, x.Verdict, x.Reason)
			}
			if !e.relatedTo(x) {
				t.Errorf("%s, %s: also found by %s, which is not related: %s: %s", flaw, setting, id, x.Verdict, x.Reason)
			}
			if x.Verdict == reports.Error {
				t.Errorf("%s, %s: %s is an error of the harness: %s", flaw, setting, id, x.Reason)
			}
		}
		if m.missed(flaw, setting, e) {
			t.Errorf("%s, %s: not found by %s, which is meant for it", flaw, setting, e.Kills[0])
		}
	}
	for _, id := range e.Kills {
		if !found[id] && played(id) {
			t.Errorf("%s: not found by %s in any setting", flaw, id)
		}
	}
	if len(e.Kills) == 0 && e.By == "" && !e.Load {
		t.Errorf("%s: no scenario is meant for it", flaw)
	}
}

func matchesAny(patterns []string, id string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		group, all := strings.CutSuffix(p, ".*")
		return p == id || all && strings.HasPrefix(id, group+".")
	})
}

// table is docs/kill-matrix.md.
func (m *matrix) table(c scenarios.Catalogue, expected map[string]expectation) string {
	var b strings.Builder
	fmt.Fprint(&b, matrixIntro)
	fmt.Fprintf(&b, "%d scenarios, %d flaws.\n\n## Flaws\n\n", len(c.Scenarios), len(m.kills))
	fmt.Fprint(&b, "| flaw | what it does | named after | meant for it | also found by |\n|---|---|---|---|---|\n")
	byScenario := map[string][]string{}
	for _, f := range receiver.Flaws() {
		e := expected[f.Name]
		meant, also := e.By, ""
		if e.Load {
			meant = "[the load run](load-matrix.md)"
		}
		if len(e.Kills) > 0 {
			meant, also = e.Kills[0], strings.Join(e.Kills[1:], ", ")
		}
		if e.Blocks {
			also = strings.TrimPrefix(also+"; everything else is blocked", "; ")
		}
		fmt.Fprintf(&b, "| `%s` | %s | [source](%s) | %s | %s |\n", f.Name, f.Summary, f.Defect, meant, also)
		for _, id := range e.Kills {
			if !e.Blocks {
				byScenario[id] = append(byScenario[id], f.Name)
			}
		}
	}
	fmt.Fprint(&b, "\n## Scenarios\n\n| scenario | level | finds |\n|---|---|---|\n")
	for _, s := range c.Scenarios {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s.ID, s.Level, strings.Join(byScenario[s.ID], ", "))
	}
	return b.String()
}

const matrixIntro = `# The kill matrix

Each scenario is played against a receiver that is correct and against the same
receiver with one flaw. A scenario *finds* a flaw when its verdict or its
findings differ from those on the correct receiver. Every flaw is found by the
scenario meant for it and by no unrelated one, and every scenario finds a flaw:
none passes by being unable to fail. This file is written by
` + "`go test ./suites/conformance -run TestKillMatrix -update`" + `; the test fails
when it is out of date or when a flaw is found otherwise than
` + "`suites/conformance/testdata/kill-matrix.yaml`" + ` says.

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
