package scenarios

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// A requirement is something that a receiver can be graded on. It is graded by
// scenarios, or it says why not; where only a part is, it says both.
type requirement struct {
	Name    string   `yaml:"name"`
	Asks    string   `yaml:"asks"`
	By      []string `yaml:"by"`
	Without string   `yaml:"without"`
}

type requirements struct {
	Group string        `yaml:"group"`
	Rows  []requirement `yaml:"rows"`
}

func readRequirements(t *testing.T) []requirements {
	t.Helper()
	b, err := os.ReadFile("testdata/requirements.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []requirements
	if err := yaml.UnmarshalWithOptions(b, &all, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEveryRequirementIsGradedOrSaysWhyNot keeps docs/requirements.md: what a
// receiver can be graded on, which scenario does, and what is left out.
func TestEveryRequirementIsGradedOrSaysWhyNot(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	groups, named, seen := readRequirements(t), map[string]bool{}, map[string]bool{}
	for _, g := range groups {
		for _, r := range g.Rows {
			if r.Name == "" || r.Asks == "" || len(r.By) == 0 && r.Without == "" {
				t.Errorf("%s: %+v says neither by which scenario it is graded nor why it is not", g.Group, r)
			}
			if seen[r.Name] {
				t.Errorf("%s stands there twice", r.Name)
			}
			seen[r.Name] = true
			for _, id := range r.By {
				if !slices.Contains(c.IDs(), id) {
					t.Errorf("%s is graded by %s, which is no scenario", r.Name, id)
				}
				named[id] = true
			}
		}
	}
	for _, id := range c.IDs() {
		if !named[id] {
			t.Errorf("%s grades no requirement of testdata/requirements.yaml", id)
		}
	}
	holdRequirements(t, requirementsPage(groups))
}

func holdRequirements(t *testing.T, want []byte) {
	t.Helper()
	const page = "../docs/requirements.md"
	if *update {
		if err := os.WriteFile(page, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(page); err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/requirements.md is out of date (%v): run `go test ./scenarios -run Requirement -update`", err)
	}
}

func requirementsPage(groups []requirements) []byte {
	var b bytes.Buffer
	b.WriteString(requirementsIntro)
	for _, g := range groups {
		fmt.Fprintf(&b, "\n## %s\n\n| requirement | what it asks | graded by | not graded, and why |\n|---|---|---|---|\n", g.Group)
		for _, r := range g.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Name, cell(r.Asks), strings.Join(r.By, ", "), cell(r.Without))
		}
	}
	return b.Bytes()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

const requirementsIntro = `# What a receiver is graded on

Requirement by requirement: the scenarios that grade it, or the reason why none does. It is kept in
` + "`scenarios/testdata/requirements.yaml`" + `; a test holds it to the catalogue, so that no scenario is without a
requirement, and writes this page.
`
