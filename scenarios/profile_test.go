package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// TestProfilesAskForWhatThereIs: every pattern matches a scenario of the
// catalogue, and every larger profile has what the smaller one has.
func TestProfilesAskForWhatThereIs(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range Profiles() {
		if _, err := c.Match(p.Patterns()); err != nil {
			t.Errorf("%s: must_observe: %v", p.Name, err)
		}
	}
	for _, s := range c.Scenarios {
		names := ProfilesOf(s)
		if len(names) == 0 {
			t.Errorf("%s is in no profile", s.ID)
		}
		if slices.Contains(names, "core") && len(names) != len(Profiles()) {
			t.Errorf("%s is in core, and only in %v", s.ID, names)
		}
	}
}

func TestProfileInherits(t *testing.T) {
	all, err := parseProfiles([]byte(`
- {name: a, title: t, must_observe: [{scenarios: [ctl.*], because: b}]}
- {name: b, title: t, includes: a, strict: true, must_observe: [{scenarios: [idem.*], because: b}]}
- {name: c, title: t, includes: b}
`))
	if err != nil {
		t.Fatal(err)
	}
	c := all[2]
	if !c.Strict || !slices.Equal(c.Patterns(), []string{"idem.*", "ctl.*"}) {
		t.Errorf("c has strict %v and asks for %v", c.Strict, c.Patterns())
	}
	for _, tt := range []struct {
		profiles []string
		in       string // the profiles that have it
	}{{nil, "abc"}, {[]string{"a"}, "abc"}, {[]string{"b"}, "bc"}, {[]string{"c"}, "c"}, {[]string{"a", "c"}, "abc"}} {
		got := ""
		for _, p := range all {
			if p.Has(Scenario{Profiles: tt.profiles}) {
				got += p.Name
			}
		}
		if got != tt.in {
			t.Errorf("profiles: %v is in %q, want %q", tt.profiles, got, tt.in)
		}
	}
}

func TestProfilesAreChecked(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no title", `[{name: a}]`, "name or title is missing"},
		{"twice", "- {name: a, title: t}\n- {name: a, title: t}", "stands in the file already"},
		{"includes what comes later", "- {name: alpha, title: t, includes: beta}\n- {name: beta, title: t}", `unknown profile "beta"`},
		{"includes itself", "- {name: alpha, title: t, includes: alpha}", `unknown profile "alpha"`},
		{"no reason", "- {name: a, title: t, must_observe: [{scenarios: [a.*]}]}", "must_observe has scenarios and because"},
		{"no pattern", "- {name: a, title: t, must_observe: [{scenarios: [\"a.[\"], because: b}]}", "syntax error in pattern"},
		{"a key misspelt", "- {name: a, titel: t}", `profiles.yaml:1:13: unknown key "titel"; did you mean "title"?`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseProfiles([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestCertificationIsNotThereYet(t *testing.T) {
	if _, err := FindProfile("certification"); err == nil || !strings.Contains(err.Error(), "not available in this version") {
		t.Errorf("got %v", err)
	}
}
