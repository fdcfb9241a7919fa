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
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

var onlyVariants = flag.String("variants", "", "grade these variants only, comma-separated")

// untold is what may be found of a variant whose target is not told what it
// needs: verdicts by the pattern of scenarios. One choice is one warning.
var untold = map[string]map[string]reports.Verdict{
	"day-tolerance": {"ts.stale": reports.Warn, "ts.window-past": reports.Warn}, // the same, and how much it is
}

// allowed is what may be found of a variant even where its target is told.
var allowed = map[string]map[string]reports.Verdict{
	"few-types-refused": {"evt.unknown-type": reports.Warn, "evt.unknown-action": reports.Warn}, // a recommendation, twice
}

// TestSensibleReceiversAreGradedClean: a correct receiver that is built
// otherwise than ours is found conformant, without a warning, with what its
// target has to be told. Every scheme plays the core profile; what production
// has beyond it, which is long, is played by one scheme, another for each variant.
func TestSensibleReceiversAreGradedClean(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the catalogue some hundred times")
	}
	g := gradings{slots: make(chan struct{}, 14)}
	t.Run("together", func(t *testing.T) {
		for i, v := range receiver.Variants() {
			if *onlyVariants == "" || slices.Contains(split(*onlyVariants), v.Name) {
				t.Run(v.Name, func(t *testing.T) {
					t.Parallel()
					g.gradeAll(t, v, i)
				})
			}
		}
	})
	for _, again := range g.suspects {
		t.Run("alone/"+again.String(), func(t *testing.T) { again.grade(t, false) })
	}
}

// variantRun is one run against a variant whose target is told so much.
type variantRun struct {
	variant receiver.Variant
	setting setting
	told    string
	may     map[string]reports.Verdict
	only    []string
}

func (r variantRun) String() string {
	return fmt.Sprintf("%s, %s, told %q", r.variant.Name, r.setting, r.told)
}

// gradings are runs at once. What one holds against an answer's time is looked
// at again when nothing else runs: on a machine that is busy everything is slow.
type gradings struct {
	slots    chan struct{} // one for each run under way
	mu       sync.Mutex
	suspects []variantRun
}

// gradeAll grades a variant in every setting: the runs wait more than they
// compute.
func (g *gradings) gradeAll(t *testing.T, v receiver.Variant, turn int) {
	var all sync.WaitGroup
	grade := func(r variantRun) {
		all.Go(func() {
			g.slots <- struct{}{}
			defer func() { <-g.slots }()
			if len(r.only) == 0 {
				return // nothing was asked for that is played
			}
			if r.only = r.grade(t, true); len(r.only) > 0 {
				g.mu.Lock()
				defer g.mu.Unlock()
				g.suspects = append(g.suspects, r)
			}
		})
	}
	core, beyond := choices(t, v)
	its := slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return !slices.Contains(v.Schemes, s.scheme) })
	for i, s := range its {
		only := core
		if i == turn%len(its) {
			only = slices.Concat(core, beyond)
		}
		grade(variantRun{v, s, v.Target, allowed[v.Name], only})
		if may, ok := untold[v.Name]; ok {
			grade(variantRun{v, s, "", may, only})
		}
	}
	all.Wait()
}

// long is from how many deliveries on a scenario is only played against variants
// that look at content, which is what so many differ in.
const long = 100

var lookAtContent = []string{"business-key", "content-first", "few-types-refused", "silent", "strict-json", "strict-schema"}

// choices are the scenarios of the core profile, and those that production has
// beyond it.
func choices(t *testing.T, v receiver.Variant) (core, beyond []string) {
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Scenarios {
		switch {
		case !played(s.ID) || aboutProcess(s.ID):
		case len(s.Profiles) == 0 || slices.Contains(s.Profiles, "core"):
			core = append(core, s.ID)
		case slices.Contains(s.Profiles, "production") && (conformance.Requests(s) < long || slices.Contains(lookAtContent, v.Name)):
			beyond = append(beyond, s.ID)
		}
	}
	return core, beyond
}

// grade plays and fails for what is held against the receiver. Among other runs
// it does not fail for an answer's time, nor for one that came only when the
// scenario was played alone (a receiver that closes what is idle for 30 ms does so
// on a busy machine before it is asked), and returns the scenarios that hold it
// against the receiver.
func (r variantRun) grade(t *testing.T, amongOthers bool) (late []string) {
	url, served, err := serveVariant(t, r.setting, r.variant.Name)
	if err != nil {
		t.Error(err)
		return nil
	}
	tgt, err := targetTold(t, r.setting, url, r.told)
	if err != nil {
		t.Error(err)
		return nil
	}
	start := time.Now()
	report, err := conformance.Grade(t.Context(), conformance.Config{
		Target: tgt, Profile: "production", Effects: effectsOf(served), Only: r.only,
	})
	if err != nil {
		t.Error(err)
		return nil
	}
	for _, x := range report.Scenarios {
		switch {
		case clean(x) || r.may[x.ID] == x.Verdict:
		case amongOthers && x.Verdict == reports.Warn && (timed(t, x.ID) || strings.Contains(x.Reason, "when it was played alone")):
			late = append(late, x.ID)
		default:
			t.Errorf("%s: %s is %s: %s", r, x.ID, x.Verdict, x.Reason)
		}
	}
	if report.ExitCode != reports.ExitConformant {
		t.Errorf("%s: %s: %v", r, report.Verdict, report.ExitReasons)
	}
	t.Logf("%s: %+v in %s", r, report.Counts, time.Since(start).Round(time.Millisecond))
	return late
}

// timed reports whether a scenario looks at the time of an answer.
func timed(t *testing.T, id string) bool {
	c, err := scenarios.Load()
	if err != nil {
		t.Error(err)
		return false
	}
	for _, s := range c.Scenarios {
		for _, step := range s.Steps {
			if s.ID == id && step.Answer != nil && (step.Answer.Within != scenarios.Graded{} || step.Answer.Pace != nil) {
				return true
			}
		}
	}
	return false
}

// clean reports whether nothing is held against the receiver: what only informs
// is held against nobody.
func clean(x reports.Scenario) bool {
	return slices.Contains([]reports.Verdict{reports.Pass, reports.NotApplicable, reports.Info}, x.Verdict)
}

// targetTold is the target as its owner describes it in hookassay.yaml.
func targetTold(t *testing.T, s setting, url, told string) (*target.Target, error) {
	file := filepath.Join(t.TempDir(), "hookassay.yaml")
	secrets := "{current: {env: CURRENT}, previous: {env: PREVIOUS}, revoked: {env: REVOKED}, other: {env: OTHER}}"
	text := fmt.Sprintf("target: {url: %q, scheme: %q, secrets: %s, %s}\n", url, s.scheme, secrets, told)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	env := map[string]string{"CURRENT": s.secret}
	env["PREVIOUS"], env["REVOKED"], env["OTHER"] = s.otherSecrets()
	c, err := target.LoadConfig(file, func(name string) (string, bool) { return env[name], true })
	if err != nil {
		return nil, err
	}
	tgt, _, err := c.Target(target.Overrides{AnswerTimeout: 20 * time.Second, EffectTimeout: 4 * time.Second})
	return tgt, err
}

func serveVariant(t *testing.T, s setting, variants ...string) (url string, r *receiver.Receiver, err error) {
	previous, revoked, other := s.otherSecrets()
	r, err = receiver.New(receiver.Config{
		Secrets: map[string][]string{s.scheme: {s.secret, previous}},
		Revoked: map[string][]string{s.scheme: {revoked}}, Elsewhere: map[string][]string{s.scheme: {other}},
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

// TestKnownSecretsAreNobodysFault: whoever took a secret from a page of
// documentation refuses forgeries all the same, and is graded clean.
func TestKnownSecretsAreNobodysFault(t *testing.T) {
	for _, s := range []setting{
		{"standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
		{"github", "It's a Secret to Everybody"},
		{"github", "secret"},
		{"stripe", "whsec_test_secret"},
		{"cloudevents", "secret"},
	} {
		t.Run(s.scheme, func(t *testing.T) {
			t.Parallel()
			url, r := serve(t, s)
			c := s.config(url, r)
			c.Only = []string{"auth.*", "leak.*", "ctl.*"}
			report, err := conformance.Grade(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range report.Scenarios {
				if x.Ungiven { // what is about the process
					continue
				}
				if !clean(x) && !(x.Verdict == reports.Warn && timed(t, x.ID)) {
					t.Errorf("%s is %s: %s", x.ID, x.Verdict, x.Reason)
				}
			}
		})
	}
}
