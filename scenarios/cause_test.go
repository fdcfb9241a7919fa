package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// TestCausesNameWhatThereIs: an id that no scenario has would never be found.
func TestCausesNameWhatThereIs(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(Causes()) == 0 {
		t.Fatal("there are none")
	}
	for _, cause := range Causes() {
		if _, err := c.Match(slices.Concat(cause.When, cause.Explains, cause.Also)); err != nil {
			t.Errorf("%s: %v", cause.Title, err)
		}
	}
}

func TestCausesAreChecked(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no fix", `[{title: t, symptom: s, when: [a.b], explains: [a.*]}]`, "a cause has title, symptom, when, explains and fix"},
		{"a bad pattern", `[{title: t, symptom: s, when: [a.b], explains: ["a.["], fix: f}]`, "syntax error in pattern"},
		{"a key misspelt", `[{title: t, symptoms: s}]`, `causes.yaml:1:13: unknown key "symptoms"; did you mean "symptom"?`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseCauses([]byte(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
