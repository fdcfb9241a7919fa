package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/scenarios"
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

// TestWhatCouldBeGivenIsNotObserved: a scenario whose need is the user's to
// give is not observed without it, and says how to give it; a need that is the
// scheme's does not apply.
func TestWhatCouldBeGivenIsNotObserved(t *testing.T) {
	list, err := server.Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	for _, c := range []struct {
		needs, fault string
		list         *server.Service
		decision     conformance.Decision
		reason       string
	}{
		{"[events-api]", "", nil, conformance.NotObserved, "needs the list of the producer's events that the receiver can ask (events.api in the target file)"},
		{"[events-api]", "", list, conformance.Play, ""},
		{"[process-kill]", "", list, conformance.NotObserved, "needs the means to kill the receiver's process (process.start or process.commands.kill in the target file)"},
		{"[several-effects]", "", nil, conformance.NotObserved, "needs the second effect beside the first (two or more named ones under effects in the target file)"},
		{"[signature]", ", fault: event.poison", nil, conformance.NotObserved, "needs the sample whose processing always fails (events.poison in the target file)"},
		{"[events-api, handshake]", "", nil, conformance.NotApplicable, "standard-webhooks has no handshake by OPTIONS"},
	} {
		file := filepath.Join(t.TempDir(), "own.yaml")
		text := strings.Replace(ownHead, "  risk: safe\n", "  risk: safe\n  needs: "+c.needs+"\n", 1) +
			"    - {send: control, expect: accepted, control: true}\n    - {send: a" + c.fault + ", expect: accepted}\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		own, err := scenarios.LoadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tgt, err := target.New(target.Settings{URL: "http://127.0.0.1:1/", Scheme: "standard-webhooks", Secret: "whsec_" + strings.Repeat("QUJD", 8)})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := conformance.NewPlan(conformance.Config{Target: tgt, EventsAPI: c.list, Scenarios: own, Only: []string{own[0].ID}})
		if err != nil {
			t.Fatal(err)
		}
		if p := plan.Planned[0]; p.Decision != c.decision || p.Reason != c.reason {
			t.Errorf("%s%s: %s: %s", c.needs, c.fault, p.Decision, p.Reason)
		}
		if p := plan.Planned[0]; (p.Setting != "") != (c.decision == conformance.NotObserved) || !strings.HasSuffix(p.Reason, "("+p.Setting+")") && p.Setting != "" {
			t.Errorf("%s%s: %s, by the setting %q", c.needs, c.fault, p.Reason, p.Setting)
		}
		if tgt.EventsAPI != nil {
			t.Error("the caller's own target has changed")
		}
	}
}
