package scenarios

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/internal/nearest"
)

//go:embed sources.yaml
var sourcesYAML []byte

// loadSources reads the table of sources that scenarios name by key.
var loadSources = sync.OnceValues(func() (map[string]Source, error) {
	var raw map[string]struct {
		Title   string   `yaml:"title"`
		URL     string   `yaml:"url"`
		Schemes []string `yaml:"schemes"`
	}
	if err := yaml.UnmarshalWithOptions(sourcesYAML, &raw, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("scenarios/sources.yaml: %w", err)
	}
	all := map[string]Source{}
	for key, s := range raw {
		all[key] = Source(s)
	}
	return all, nil
})

// findSource returns the source of that key; a URL is its own source.
func findSource(known map[string]Source, key string) (Source, error) {
	if s, ok := known[key]; ok {
		return s, nil
	}
	if strings.HasPrefix(key, "https://") {
		return Source{Title: key, URL: key}, nil
	}
	return Source{}, nearest.Unknown("source", key, slices.Sorted(maps.Keys(known)))
}
