package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

func readKnownFailures(t *testing.T, text string) ([]reports.Expectation, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "known.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := conformance.ReadExpectations(file, []string{"auth.wrong-key", "ts.stale"})
	for i := range list {
		list[i].Location = strings.TrimPrefix(list[i].Location, filepath.Dir(file)+"/")
	}
	return list, err
}

func TestExpectationsAreChecked(t *testing.T) {
	entry := func(lines ...string) string {
		return "- scenario: auth.wrong-key\n  " + strings.Join(lines, "\n  ") + "\n"
	}
	whole := entry("verdict: fail", "findings: [ab12]", "reason: why")
	for _, tt := range []struct{ name, text, want string }{
		{"not a list", "scenario: x\n", `known.yaml:1:1: expected a list of known failures`},
		{"nothing", "# nothing\n", "known.yaml:1:1: expected one YAML document, found nothing"},
		{"an unknown key", entry("verdict: fail", "finding: [ab12]", "reason: why"), `known.yaml:3:3: unknown key "finding"; did you mean "findings"?`},
		{"an unknown scenario", "- {scenario: auth.wrong-kye, verdict: fail, findings: [ab12], reason: why}", `known.yaml:1:14: unknown scenario "auth.wrong-kye"; did you mean "auth.wrong-key"?`},
		{"no scenario", "- {verdict: fail, findings: [ab12], reason: why}", "known.yaml:1:4: scenario is missing"},
		{"no reason", entry("verdict: fail", "findings: [ab12]"), "known.yaml:1:3: reason is missing"},
		{"a blank reason", entry("verdict: fail", "findings: [ab12]", `reason: "  "`), "known.yaml:4:11: reason is missing"},
		{"no findings", entry("verdict: fail", "findings: []", "reason: why"), "known.yaml:3:13: findings is missing"},
		{"a verdict that needs no excuse", entry("verdict: pass", "findings: [ab12]", "reason: why"), `known.yaml:2:12: verdict is "pass"; only fail and warn are anything to put up with`},
		{"no date", entry("verdict: fail", "findings: [ab12]", "reason: why", "expires: soon"), "known.yaml:5:12: expires is a day such as 2027-01-31"},
		{"no such day", entry("verdict: fail", "findings: [ab12]", "reason: why", "expires: 2027-02-30"), "known.yaml:5:12: expires is a day such as 2027-01-31"},
		{"twice", whole + whole, "known.yaml:5:13: auth.wrong-key stands at "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := readKnownFailures(t, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestExpectationsAreReadAsWritten: reasons with quotes and colons, fingerprints
// that look like numbers, messages that hold what the receiver answered.
func TestExpectationsAreReadAsWritten(t *testing.T) {
	r := reports.Report{
		Started: time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC),
		Scenarios: []reports.Scenario{
			{ID: "auth.wrong-key", Verdict: reports.Fail, Findings: []reports.Finding{
				{Fingerprint: "123456789e01", Severity: reports.Fail, Step: "step 2: forged", Message: "answered 302\x1b[2J (Location: \"a\"\n# b)"},
				{Fingerprint: "123456789e01", Severity: reports.Fail},
				{Fingerprint: "0777", Severity: reports.Fail},
				{Fingerprint: "abcd", Severity: reports.Info},
			}},
			{ID: "ts.stale", Verdict: reports.Warn, Findings: []reports.Finding{{Fingerprint: "w", Severity: reports.Warn}}},
		},
	}
	reports.Conclude(&r, nil)
	list, err := readKnownFailures(t, conformance.WriteExpectations(r))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("%d entries: a warning does not fail a run", len(list))
	}
	e := list[0]
	if strings.Join(e.Findings, " ") != "123456789e01 0777" || e.Reason != "known on 2026-11-24" || e.Expires != "2027-02-22" || e.Location != "known.yaml:3" {
		t.Errorf("%+v", e)
	}

	// Taken, everything is known; written again, the owner's words are kept.
	list[0].Reason, list[0].Expires = `"quoted": a # reason`, ""
	r.Expectations = list
	reports.Conclude(&r, nil)
	if r.ExitCode != reports.ExitConformant {
		t.Errorf("exit code %d: %v", r.ExitCode, r.ExitReasons)
	}
	again, err := readKnownFailures(t, conformance.WriteExpectations(r))
	if err != nil {
		t.Fatal(err)
	}
	if again[0].Reason != list[0].Reason || again[0].Expires != "" || strings.Join(again[0].Findings, " ") != "123456789e01 0777" {
		t.Errorf("%+v", again[0])
	}

	// An expired entry keeps its date; one that passes goes.
	r.Expectations[0].Expires = "2026-01-31"
	reports.Conclude(&r, nil)
	if text := conformance.WriteExpectations(r); !strings.Contains(text, "expires: 2026-01-31") {
		t.Errorf("a new date was given to what has expired:\n%s", text)
	}
	r.Scenarios[0].Verdict, r.Scenarios[0].Findings = reports.Pass, nil
	reports.Conclude(&r, nil)
	if none, err := readKnownFailures(t, conformance.WriteExpectations(r)); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
}

// A fingerprint that somebody wrote without quotes is what is written.
func TestFingerprintsAreTexts(t *testing.T) {
	list, err := readKnownFailures(t, "- {scenario: ts.stale, verdict: warn, findings: [0777, 123456789e01, 012345678901, 0b11], reason: why}")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list[0].Findings, " "); got != "0777 123456789e01 012345678901 0b11" {
		t.Errorf("read as %s", got)
	}
}

// TestKnownFailuresOfAGoTest: a file that the configuration names.
func TestKnownFailuresOfAGoTest(t *testing.T) {
	url, r := serve(t, settings[0], "no-dedupe")
	c := conformance.Config{Target: patient(t, url), Effects: effectsOf(r), Only: []string{"idem.dup-sequential", "auth.wrong-key"}}
	first, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.Expectations = filepath.Join(t.TempDir(), "known.yaml")
	if err := os.WriteFile(c.Expectations, []byte(conformance.WriteExpectations(first)), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if first.ExitCode != reports.ExitNotConformant || second.ExitCode != reports.ExitConformant {
		t.Errorf("exit codes %d and %d: %v", first.ExitCode, second.ExitCode, second.ExitReasons)
	}
	t.Run("sub-tests are skipped", func(t *testing.T) { conformance.Run(t, c) })
}

// FuzzExpectations: whatever is in the file, an entry that is taken is whole.
func FuzzExpectations(f *testing.F) {
	f.Add("- {scenario: ts.stale, verdict: warn, findings: [ab], reason: why, expires: 2027-01-31}")
	f.Add("- scenario: auth.wrong-key\n  verdict: fail\n  findings:\n    - \"0777\" # step 2\n  reason: |\n    a\n    b\n")
	f.Add("[]")
	f.Add("- {scenario: [ts.stale], verdict: {a: b}, findings: ab}")
	file := filepath.Join(f.TempDir(), "known.yaml")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := conformance.ReadExpectations(file, []string{"auth.wrong-key", "ts.stale"})
		if err != nil {
			if !strings.HasPrefix(err.Error(), file+":") {
				t.Errorf("without its place: %v", err)
			}
			return
		}
		for _, e := range list {
			if e.Scenario == "" || e.Verdict == "" || len(e.Findings) == 0 || e.Reason == "" || e.Location == "" {
				t.Errorf("taken: %+v", e)
			}
		}
	})
}
