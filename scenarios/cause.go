package scenarios

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/hookassay/hookassay/internal/strictyaml"
)

//go:embed causes.yaml
var causesYAML []byte

// A Cause is a defect that several scenarios come upon.
type Cause struct {
	Title    string   `yaml:"title"`    // the defect, as a sentence without a full stop
	Symptom  string   `yaml:"symptom"`  // of the findings, as reports have it
	When     []string `yaml:"when"`     // ids: all of them show the symptom
	Explains []string `yaml:"explains"` // patterns of the ids that it explains, where they show it
	Also     []string `yaml:"also"`     // ids that it explains whatever they show
	Fix      string   `yaml:"fix"`
}

var loadCauses = sync.OnceValue(func() []Cause {
	all, err := parseCauses(causesYAML)
	if err != nil {
		panic(err.Error()) // embedded; a test loads it
	}
	return all
})

// Causes lists the causes that are known, the most telling first.
func Causes() []Cause { return slices.Clone(loadCauses()) }

func parseCauses(b []byte) ([]Cause, error) {
	doc, err := strictyaml.Parse("scenarios/causes.yaml", b)
	if err != nil {
		return nil, err
	}
	var all []Cause
	if err := doc.Decode(doc.Body, &all); err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Title == "" || c.Symptom == "" || c.Fix == "" || len(c.When) == 0 || len(c.Explains) == 0 {
			return nil, fmt.Errorf("scenarios/causes.yaml: %q: a cause has title, symptom, when, explains and fix", c.Title)
		}
		for _, pattern := range c.Explains {
			if _, err := path.Match(pattern, ""); err != nil {
				return nil, fmt.Errorf("scenarios/causes.yaml: %q: pattern %q: %w", c.Title, pattern, err)
			}
		}
	}
	return all, nil
}

// Explained reports whether the cause speaks of a scenario.
func (c Cause) Explained(id string) bool {
	return slices.Contains(c.When, id) || slices.Contains(c.Also, id) || slices.ContainsFunc(c.Explains, func(pattern string) bool {
		ok, _ := path.Match(pattern, id) // checked when it was read
		return ok
	})
}
