package scenarios

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/internal/nearest"
)

//go:embed outcomes.yaml
var outcomesYAML []byte

var loadOutcomes = sync.OnceValue(func() map[string]Outcome {
	var raw map[string]struct {
		Meaning string   `yaml:"meaning"`
		Pass    []string `yaml:"pass"`
		Note    []string `yaml:"note"`
		Warn    []string `yaml:"warn"`
		Fail    []string `yaml:"fail"`
		Other   Grade    `yaml:"other"`
		Effect  string   `yaml:"effect"`
		Silent  bool     `yaml:"silent"`
	}
	if err := yaml.UnmarshalWithOptions(outcomesYAML, &raw, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("scenarios/outcomes.yaml: %v", err)) // embedded; a test loads it
	}
	all := map[string]Outcome{}
	for name, o := range raw {
		all[name] = Outcome{name, o.Meaning, o.Pass, o.Note, o.Warn, o.Fail, o.Other, o.Effect, o.Silent}
	}
	return all
})

// FindOutcome returns the outcome of that name. The error names the nearest.
func FindOutcome(name string) (Outcome, error) {
	all := loadOutcomes()
	if o, ok := all[name]; ok {
		return o, nil
	}
	return Outcome{}, nearest.Unknown("outcome", name, slices.Sorted(maps.Keys(all)))
}

// statusNames are the ways an outcome may name a status; 0 is no answer.
func statusNames(status int) (exact, class string) {
	if status == 0 {
		return "none", "none"
	}
	return strconv.Itoa(status), fmt.Sprintf("%dxx", status/100)
}
