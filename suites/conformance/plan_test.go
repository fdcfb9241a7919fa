package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// TestReasonsOfOwnSamples: what the user's samples lack is not the scheme's
// lack.
func TestReasonsOfOwnSamples(t *testing.T) {
	dir := t.TempDir()
	sample := `{"type":"invoice.paid","id":"evt_1","data":{"id":"in_1"}}`
	if err := os.WriteFile(filepath.Join(dir, "paid.json"), []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	tgt, closeProbes, err := target.Config{}.Target(target.Overrides{
		URL: "http://127.0.0.1:1/", Scheme: "github", SecretFile: secretFile(t, dir),
		EventsFiles: filepath.Join(dir, "paid.json"), EventsType: "/type",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeProbes()
	plan, err := conformance.NewPlan(conformance.Config{Target: tgt})
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	for _, p := range plan.Planned {
		if strings.Contains(p.Reason, "events of ours") || strings.Contains(p.Reason, "github has no place") {
			t.Errorf("%s blames the scheme: %s", p.Scenario.ID, p.Reason)
		}
		if strings.Contains(p.Reason, "events of yours are sent") {
			ours++
		}
	}
	if ours == 0 {
		t.Error("no scenario needs an event of our making")
	}
}

func secretFile(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "secret")
	if err := os.WriteFile(name, []byte("It's a Secret to Everybody"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestExclusionsSayWhose: what the user left out, and what the limits did.
func TestExclusionsSayWhose(t *testing.T) {
	url, _ := serve(t, settings[0])
	tgt := patient(t, url)
	tgt.Limits.Risk = "safe"
	report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Only: []string{"auth.wrong-key", "auth.no-signature", "idem.dup-sequential"}, Exclude: []string{"auth.no-signature"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Scenarios {
		want := map[string]string{"auth.no-signature": "user", "idem.dup-sequential": "risk"}[s.ID]
		if s.ExcludedBy != want {
			t.Errorf("%s is %s by %q, not %q", s.ID, s.Verdict, s.ExcludedBy, want)
		}
	}
}
