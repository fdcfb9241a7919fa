package findings_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/internal/interop/findings"
	"github.com/hookassay/hookassay/reports"
)

const entry = `idem.dup-later:
  verdict: fail
  cause: example
  because: Verify has no memory.
  source: https://example.com/webhook.go#L60
`

func TestLoad(t *testing.T) {
	tests := []struct{ name, file, wantErr string }{
		{"an entry", entry, ""},
		{"an unknown key", entry + "  reason: none\n", "reason"},
		{"no verdict", without("verdict"), "verdict"},
		{"a verdict that is no finding", strings.Replace(entry, "fail", "blocked", 1), "blocked"},
		{"an unknown cause", strings.Replace(entry, "example\n", "nobody\n", 1), "nobody"},
		{"no reason", without("because"), "one line"},
		{"a reason of two lines", strings.Replace(entry, "Verify has", "|\n    Verify\n    has", 1), "one line"},
		{"no source", without("source"), "https"},
		{"another one's reason", entry + "a:\n  verdict: warn\n  as: idem.dup-later\n", ""},
		{"another one's reason, in turn", entry + "a:\n  verdict: warn\n  as: b\nb:\n  verdict: fail\n  as: idem.dup-later\n", ""},
		{"no reason but each other's", entry + "a:\n  verdict: warn\n  as: b\nb:\n  verdict: fail\n  as: a\n", "as"},
		{"the reason of one that is not there", entry + "a:\n  verdict: warn\n  as: b\n", "a: as"},
		{"a source that moves", strings.Replace(entry, "example.com/", "github.com/o/r/blob/main/", 1), "version"},
		{"an entry twice", entry + entry, "idem.dup-later"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "findings.yaml")
			if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := findings.Load(path)
			if tt.wantErr == "" {
				if err != nil || got["idem.dup-later"].Verdict != reports.Fail {
					t.Errorf("expectations = %v, %v", got, err)
				}
				if a, ok := got["a"]; ok && (a.Verdict != reports.Warn || a.Because != got["idem.dup-later"].Because) {
					t.Errorf("the entry that leaves its reason to another = %+v", a)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("error = %v, want one about %q", err, tt.wantErr)
			}
		})
	}
}

func without(key string) string {
	lines := slices.DeleteFunc(strings.SplitAfter(entry, "\n"), func(line string) bool {
		return strings.HasPrefix(strings.TrimSpace(line), key+":")
	})
	return strings.Join(lines, "")
}

func TestCompare(t *testing.T) {
	expected := findings.Expectations{"a": {Verdict: reports.Fail}, "b": {Verdict: reports.Warn}}
	type verdicts map[string]reports.Verdict
	tests := []struct {
		name     string
		verdicts verdicts
		run      reports.RunVerdict
		want     string // "" when they agree
	}{
		{"as expected", verdicts{"a": "fail", "b": "warn", "c": "pass", "d": "not-applicable"}, reports.NotConformant, ""},
		{"a new finding", verdicts{"a": "fail", "b": "warn", "c": "info"}, reports.NotConformant, "c: a new finding"},
		{"a vanished finding", verdicts{"a": "fail", "b": "pass"}, reports.NotConformant, "b: pass"},
		{"a finding that no longer applies", verdicts{"a": "fail", "b": "not-applicable"}, reports.NotConformant, "b: not-applicable"},
		{"another verdict", verdicts{"a": "warn", "b": "warn"}, reports.NotConformant, "a: warn"},
		{"an unknown scenario", verdicts{"a": "fail"}, reports.NotConformant, "b is not in the report"},
		{"a blocked one", verdicts{"a": "fail", "b": "blocked"}, reports.NotConformant, "b was not graded"},
		{"an error", verdicts{"a": "fail", "b": "warn", "c": "error"}, reports.NotConformant, "c was not graded"},
		{"one that was not observed", verdicts{"a": "fail", "b": "warn", "c": "not-observed"}, reports.NotConformant, "c was not graded"},
		{"one that needs a second secret", verdicts{"a": "fail", "b": "warn", "rotated": "not-observed"}, reports.NotConformant, ""},
		{"an excluded one", verdicts{"a": "fail", "b": "warn", "c": "excluded"}, reports.NotConformant, "c was not graded"},
		{"an incomplete run", verdicts{"a": "fail", "b": "warn"}, reports.Incomplete, "incomplete"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := reports.Report{Verdict: tt.run}
			for id, v := range tt.verdicts {
				s := reports.Scenario{ID: id, Verdict: v}
				if s.ID == "rotated" {
					s.Reason = "needs the secret of another endpoint (--other-secret)"
				}
				report.Scenarios = append(report.Scenarios, s)
			}
			got := findings.Compare(report, expected)
			if tt.want == "" && len(got) == 0 {
				return
			}
			if tt.want == "" || len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("problems = %q, want %q", got, tt.want)
			}
		})
	}
}
