package reports

import (
	"strings"
	"testing"
	"time"
)

// TestExpectations: what an entry says, what happened, and what comes of both.
func TestExpectations(t *testing.T) {
	day := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	found := func(v Verdict, prints ...string) Scenario {
		s := Scenario{ID: "auth.x", Level: "MUST", Verdict: v}
		for _, print := range prints {
			s.Findings = append(s.Findings, Finding{Fingerprint: print, Severity: v, Message: "it was " + print})
		}
		return s
	}
	entry := Expectation{Scenario: "auth.x", Verdict: Fail, Findings: []string{"one", "two"}, Reason: "why", Location: "known.yaml:1"}
	expiring := func(on string) Expectation { e := entry; e.Expires = on; return e }
	warning := entry
	warning.Verdict = Warn
	noted := found(Fail, "one")
	noted.Findings = append(noted.Findings, Finding{Fingerprint: "note", Severity: Info})

	for _, tt := range []struct {
		name     string
		entry    Expectation
		scenario Scenario
		state    string
		known    bool
		code     int
		message  string
	}{
		{"fails as known", entry, found(Fail, "one", "two"), Holds, true, 0, ""},
		{"fails in a part of what is known", entry, found(Fail, "one"), Holds, true, 0, ""},
		{"a note beside it is no failure", entry, noted, Holds, true, 0, ""},
		{"fails in another way", entry, found(Fail, "one", "three"), Stale, false, 1, "it finds something else, three: it was three"},
		{"fails without a finding", entry, found(Fail), Stale, false, 1, "it comes to fail without a finding to compare"},
		{"passes", entry, found(Pass), Stale, false, 4, "it does not fail any more (pass): delete the entry"},
		{"warns only", entry, found(Warn, "one"), Stale, false, 4, "it does not fail any more (warn): delete the entry"},
		{"does not apply", entry, found(NotApplicable), Stale, false, 4, "the scenario does not apply to this receiver: delete the entry"},
		{"blocked tells nothing", entry, found(Blocked), Unchecked, false, 3, "the scenario is blocked"},
		{"an error tells nothing", entry, found(Error), Unchecked, false, 3, "the scenario is error"},
		{"excluded tells nothing", entry, found(Excluded), Unchecked, false, 0, "the scenario is excluded"},
		{"another scenario was played", entry, Scenario{ID: "auth.y", Level: "MUST", Verdict: Pass}, Unchecked, false, 0, "not among the scenarios of this run"},
		{"its last day", expiring("2026-03-01"), found(Fail, "one"), Holds, true, 0, ""},
		{"the day after", expiring("2026-02-28"), found(Fail, "one"), Stale, true, 4, "it expired on 2026-02-28: mend the receiver, or give the entry a new date"},
		{"expired and passing", expiring("2026-02-28"), found(Pass), Stale, false, 4, "it does not fail any more (pass): delete the entry"},
		{"warns as known", warning, found(Warn, "two"), Holds, true, 0, ""},
		{"a known warning fails", warning, found(Fail, "one"), Stale, false, 1, "it fails now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Report{Started: day, Scenarios: []Scenario{tt.scenario, {ID: "ctl.x", Level: "MUST", Verdict: Pass}}, Expectations: []Expectation{tt.entry}}
			Conclude(&r, nil)
			e := r.Expectations[0]
			if e.State != tt.state || e.Message != tt.message {
				t.Errorf("%s: %q, want %s: %q", e.State, e.Message, tt.state, tt.message)
			}
			if r.ExitCode != tt.code || r.Scenarios[0].known() != tt.known {
				t.Errorf("exit code %d, known %t; want %d, %t", r.ExitCode, r.Scenarios[0].known(), tt.code, tt.known)
			}
			if red := tt.scenario.Verdict == Fail; (r.Verdict == NotConformant) != red {
				t.Errorf("the run is %s: the verdict is on the receiver, whatever is known of it", r.Verdict)
			}
		})
	}
}

// A failure comes before a stale entry, and every reason is told.
func TestStaleExpectationComesLast(t *testing.T) {
	r := Report{
		Scenarios:    []Scenario{{ID: "auth.x", Level: "MUST", Verdict: Fail}, {ID: "auth.y", Level: "MUST", Verdict: Blocked}, {ID: "auth.z", Verdict: Pass}},
		Load:         []Load{{Verdict: Blocked}},
		Expectations: []Expectation{{Scenario: "auth.z", Verdict: Fail, Location: "k:1"}},
	}
	Conclude(&r, nil)
	var codes []string
	for _, reason := range r.ExitReasons {
		codes = append(codes, reason.Reason)
	}
	if got := strings.Join(codes, " "); got != "fail blocked generator expectation" || r.ExitCode != 1 {
		t.Errorf("exit code %d for %s", r.ExitCode, got)
	}
	if lines := r.StaleExpectations(); len(lines) != 1 || lines[0] != "k:1: auth.z: it does not fail any more (pass): delete the entry" {
		t.Errorf("%q", lines)
	}
}

func TestBaseline(t *testing.T) {
	failing := func(id string, prints ...string) Scenario {
		s := Scenario{ID: id, Level: "MUST", Verdict: Fail}
		for _, print := range prints {
			s.Findings = append(s.Findings, Finding{Fingerprint: print, Severity: Fail})
		}
		return s
	}
	then := Report{Scenarios: []Scenario{failing("a.same", "1"), failing("a.more", "1"), failing("a.less", "1", "2"), failing("a.mended", "1"),
		failing("a.unplayed", "1"), failing("a.blocked", "1"), failing("a.unseen", "1"), {ID: "a.fresh", Verdict: Pass}}}
	for _, tt := range []struct {
		failOn string
		code   int
		known  string
	}{{FailOnNew, 1, "a.same a.less"}, {FailOnAny, 1, ""}} {
		r := Report{Scenarios: []Scenario{failing("a.same", "1", "1"), failing("a.more", "1", "2"), failing("a.less", "2"), {ID: "a.mended", Verdict: Pass},
			{ID: "a.blocked", Verdict: Blocked}, {ID: "a.unseen", Verdict: Pass, Unseen: true}, failing("a.fresh", "1")}}
		var err error
		if r.Baseline, err = NewBaseline("then.json", tt.failOn, then); err != nil {
			t.Fatal(err)
		}
		Conclude(&r, nil)
		Conclude(&r, nil) // says the same again
		if got := references(r.Baseline.New); got != "a.more/2 a.fresh/1" {
			t.Errorf("new: %s", got)
		}
		if got := references(r.Baseline.Fixed); got != "a.less/1 a.mended/1" {
			t.Errorf("fixed: %s", got)
		}
		if got := references(r.Baseline.Gone); got != "a.unplayed/1 a.blocked/1 a.unseen/1" {
			t.Errorf("gone: %s", got)
		}
		if got := strings.Join(r.scenarioIDs(Scenario.known), " "); got != tt.known || r.ExitCode != tt.code {
			t.Errorf("--fail-on %s: exit code %d, known: %s", tt.failOn, r.ExitCode, got)
		}
	}
}

func references(list []Reference) string {
	var out []string
	for _, ref := range list {
		out = append(out, ref.Scenario+"/"+ref.Fingerprint)
	}
	return strings.Join(out, " ")
}

// TestSameAsBaseline: what failed before does not fail the run, and the receiver
// is no better for it.
func TestSameAsBaseline(t *testing.T) {
	then := sampleRun([]Scenario{forged("auth.x", "MUST", "t")})
	r := sampleRun([]Scenario{forged("auth.x", "MUST", "t")})
	r.Baseline, _ = NewBaseline("then.json", FailOnNew, then)
	Conclude(&r, nil)
	if r.ExitCode != 0 || r.Verdict != NotConformant || len(r.ExitReasons) != 0 {
		t.Errorf("exit code %d, %s, %v", r.ExitCode, r.Verdict, r.ExitReasons)
	}
}

func TestBaselineComparesLikeWithLike(t *testing.T) {
	if _, err := NewBaseline("then.json", FailOnNew, Report{Load: []Load{{}}}); err == nil {
		t.Error("a load report is taken")
	}
	then := sampleRun(passing("auth.x"))
	then.Verdict = Conformant
	for _, tt := range []struct {
		name                       string
		spoil                      func(*Report)
		scheme, profile, catalogue string
		strict                     bool
		want                       string
	}{
		{"like", nil, "standard-webhooks", "core", "9f2c", false, ""},
		{"another scheme", nil, "github", "core", "9f2c", false, "nothing can be compared"},
		{"another profile", nil, "standard-webhooks", "strict", "9f2c", false, "of the profile core, this run of strict"},
		{"another strictness", nil, "standard-webhooks", "core", "9f2c", true, "recommendations failed in one of the runs only"},
		{"another catalogue", nil, "standard-webhooks", "core", "0000", false, "another catalogue"},
		{"incomplete", func(r *Report) { r.Verdict = Incomplete }, "standard-webhooks", "core", "9f2c", false, "its run was incomplete"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			earlier := then
			if tt.spoil != nil {
				tt.spoil(&earlier)
			}
			b, err := NewBaseline("then.json", FailOnNew, earlier)
			if err != nil {
				t.Fatal(err)
			}
			var said string
			if err := b.Compare(earlier, tt.scheme, tt.profile, tt.catalogue, tt.strict); err != nil {
				said = err.Error()
			} else {
				said = strings.Join(b.Warnings, "; ")
			}
			if !strings.Contains(said, tt.want) || tt.want == "" && said != "" {
				t.Errorf("got %q, want %q", said, tt.want)
			}
		})
	}
}
