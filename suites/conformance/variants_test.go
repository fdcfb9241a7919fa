package conformance_test

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

var onlyVariants = flag.String("variants", "", "grade these variants only, comma-separated")

// untold is what may be found of a variant whose target is not told what it
// needs: verdicts by the pattern of scenarios. One choice is one warning.
var untold = map[string]map[string]reports.Verdict{
	"day-tolerance": {"ts.stale": reports.Warn},
}

// allowed is what may be found of a variant even where its target is told.
var allowed = map[string]map[string]reports.Verdict{
	"few-types-refused": {"evt.unknown-type": reports.Warn}, // a recommendation
}

// TestSensibleReceiversAreGradedClean: a correct receiver that is built
// otherwise than ours is found conformant, without a warning, with what its
// target has to be told. It plays production, which holds all that core does.
func TestSensibleReceiversAreGradedClean(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the catalogue some hundred times")
	}
	for _, v := range receiver.Variants() {
		if *onlyVariants != "" && !slices.Contains(split(*onlyVariants), v.Name) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			var all sync.WaitGroup // runs wait more than they compute
			for _, s := range settings {
				if !slices.Contains(v.Schemes, s.scheme) {
					continue
				}
				all.Go(func() { gradeVariant(t, v, s, v.Target, allowed[v.Name]) })
				if may, ok := untold[v.Name]; ok {
					all.Go(func() { gradeVariant(t, v, s, "", may) })
				}
			}
			all.Wait()
		})
	}
}

// gradeVariant grades a variant whose target is told so much, and says what is
// found and not expected.
func gradeVariant(t *testing.T, v receiver.Variant, s setting, told string, may map[string]reports.Verdict) {
	url, r, err := serveVariant(t, s, v.Name)
	if err != nil {
		t.Error(err)
		return
	}
	tgt, err := targetTold(t, s, url, told)
	if err != nil {
		t.Error(err)
		return
	}
	start := time.Now()
	report, err := conformance.Grade(t.Context(), conformance.Config{
		Target: tgt, Profile: "production", Effects: effectsOf(r), Only: split(*onlyIDs),
	})
	if err != nil {
		t.Error(err)
		return
	}
	who := fmt.Sprintf("%s, %s, told %q", v.Name, s, told)
	if report.ExitCode != reports.ExitConformant {
		t.Errorf("%s: %s: %v", who, report.Verdict, report.ExitReasons)
	}
	for _, x := range report.Scenarios {
		if !clean(x) && may[x.ID] != x.Verdict {
			t.Errorf("%s: %s is %s: %s", who, x.ID, x.Verdict, x.Reason)
		}
	}
	t.Logf("%s: %+v in %s", who, report.Counts, time.Since(start).Round(time.Millisecond))
}

// clean reports whether nothing is held against the receiver: what only informs
// is held against nobody.
func clean(x reports.Scenario) bool {
	return slices.Contains([]reports.Verdict{reports.Pass, reports.NotApplicable, reports.Info}, x.Verdict)
}

// targetTold is the target as its owner describes it in hookassay.yaml.
func targetTold(t *testing.T, s setting, url, told string) (*target.Target, error) {
	file := filepath.Join(t.TempDir(), "hookassay.yaml")
	text := fmt.Sprintf("target: {url: %q, scheme: %q, secrets: {current: {env: SECRET}}, %s}\n", url, s.scheme, told)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	c, err := target.LoadConfig(file, func(string) (string, bool) { return s.secret, true })
	if err != nil {
		return nil, err
	}
	tgt, _, err := c.Target(target.Overrides{AnswerTimeout: 20 * time.Second, EffectTimeout: 4 * time.Second})
	return tgt, err
}

func serveVariant(t *testing.T, s setting, variants ...string) (url string, r *receiver.Receiver, err error) {
	r, err = receiver.New(receiver.Config{
		Secrets:  map[string][]string{s.scheme: {s.secret}},
		Origins:  []string{"eventemitter.hookassay.example"},
		Variants: variants,
	})
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	stopped := serveOn(t, r, l)
	t.Cleanup(stopped)
	return fmt.Sprintf("http://%s/webhooks", l.Addr()), r, nil
}

// TestVariantsAreDescribed, and what they say a target needs is what a file may hold.
func TestVariantsAreDescribed(t *testing.T) {
	for _, v := range receiver.Variants() {
		for _, text := range []string{v.Summary, v.Source} {
			if text == "" || strings.HasSuffix(text, ".") {
				t.Errorf("%s is described as %q", v.Name, text)
			}
		}
		for _, s := range settings {
			if !slices.Contains(v.Schemes, s.scheme) {
				continue
			}
			if _, err := targetTold(t, s, "http://127.0.0.1:1/webhooks", v.Target); err != nil {
				t.Errorf("%s: %v", v.Name, err)
			}
		}
	}
}
