package specs

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// grade runs the tree with a deadline.
func grade(t testing.TB, c conformance.Config) reports.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := Run(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRunGradesACorrectReceiver(t *testing.T) {
	r := grade(t, serve(t))
	if r.Verdict != reports.Conformant || r.Interrupted {
		t.Errorf("verdict %s, interrupted %v: %v", r.Verdict, r.Interrupted, r.ExitReasons)
	}
	if r.Counts.Pass == 0 {
		t.Errorf("nothing passed: %+v", r.Counts)
	}
}

func TestRunGradesAFlawedReceiver(t *testing.T) {
	r := grade(t, serve(t, "never-verifies"))
	if r.Verdict != reports.NotConformant {
		t.Errorf("verdict %s: %v", r.Verdict, r.ExitReasons)
	}
	s, err := Scenario(r, "auth.wrong-key")
	if err != nil || s.Verdict != reports.Fail {
		t.Errorf("auth.wrong-key: %s, %v", s.Verdict, err)
	}
}

func TestRunTwiceInOneProcess(t *testing.T) {
	c := serve(t)
	c.Only = []string{"ctl.*", "auth.wrong-key"}
	first, second := grade(t, c), grade(t, c)
	if len(first.Scenarios) == 0 || first.Counts != second.Counts {
		t.Errorf("first %+v, second %+v", first.Counts, second.Counts)
	}
	if first.Nonce == second.Nonce {
		t.Error("both runs have one nonce")
	}
}

func TestRunSaysNothing(t *testing.T) {
	c := serve(t, "never-verifies")
	c.Only = []string{"auth.wrong-key"}
	out := os.Stdout
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = write
	grade(t, c)
	os.Stdout = out
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	var buffer [64]byte
	if n, _ := read.Read(buffer[:]); n > 0 {
		t.Errorf("printed %q", buffer[:n])
	}
}

func TestRunRefusesConfigurationBeforeAnythingIsSent(t *testing.T) {
	good := serve(t)
	for _, test := range []struct {
		name   string
		change func(*conformance.Config)
		want   string
	}{
		{"no target", func(c *conformance.Config) { c.URL = "" }, "no target"},
		{"scheme", func(c *conformance.Config) { c.Scheme = "githup" }, `did you mean "github"`},
		{"profile", func(c *conformance.Config) { c.Profile = "coer" }, `did you mean "core"`},
		{"only", func(c *conformance.Config) { c.Only = []string{"auth.wrong-kei"} }, `did you mean "auth.wrong-key"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := good
			var sent sentBy
			c.IDs = &sent
			test.change(&c)
			_, err := Run(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if len(sent.set) > 0 {
				t.Errorf("sent %v", sent.set)
			}
		})
	}
}

func TestRunPlaysOwnScenarios(t *testing.T) {
	built, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	own := built.Scenarios[slices.IndexFunc(built.Scenarios, func(s scenarios.Scenario) bool { return s.Group() == "ctl" })]
	own.ID, own.Location = "mine.genuine", "mine.yaml:1"
	c := serve(t)
	c.Scenarios, c.Only = []scenarios.Scenario{own}, []string{"mine.*"}
	r := grade(t, c)
	if len(r.Scenarios) != 1 || r.Scenarios[0].Verdict != reports.Pass {
		t.Errorf("graded %+v", r.Scenarios)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	c := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var canceled time.Time
	var once sync.Once
	c.Progress = func(p conformance.Progress) {
		if p.Phase == "playing" && p.Done >= 3 {
			once.Do(func() {
				canceled = time.Now()
				cancel()
			})
		}
	}
	r, err := Run(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(canceled); took > 5*time.Second {
		t.Errorf("ended %v after its context", took)
	}
	if !r.Interrupted || r.Verdict == reports.Conformant {
		t.Errorf("interrupted %v, verdict %s", r.Interrupted, r.Verdict)
	}
	if r.Counts.Error == 0 {
		t.Errorf("what was not played is no error: %+v", r.Counts)
	}
}

// BenchmarkTree measures what the specs cost beside the play: both play one
// scenario.
func BenchmarkTree(b *testing.B) {
	c := serve(b)
	c.Only, c.Effects = []string{"auth.wrong-key"}, nil
	b.Run("with Ginkgo", func(b *testing.B) {
		for b.Loop() {
			grade(b, c)
		}
	})
	b.Run("without", func(b *testing.B) {
		for b.Loop() {
			if _, err := conformance.Grade(context.Background(), c); err != nil {
				b.Fatal(err)
			}
		}
	})
}
