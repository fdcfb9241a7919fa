package scenarios

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hookassay/hookassay/internal/nearest"
)

//go:generate go test -run TestCatalogueIsCurrent -update .

//go:embed catalogue/*.yaml
var catalogueYAML embed.FS

// catalogueJSON is catalogue/*.yaml decoded: decoding YAML at every start
// would take most of what `hookassay list` may.
//
//go:embed catalogue.json
var catalogueJSON []byte

// A Catalogue is a list of scenarios and the digest of their source.
type Catalogue struct {
	Digest    string     `json:"digest"` // sha256 of the YAML files, the profiles' among them
	Scenarios []Scenario `json:"scenarios"`
}

// Load returns the built-in catalogue.
var Load = sync.OnceValues(func() (Catalogue, error) {
	var c Catalogue
	if err := json.Unmarshal(catalogueJSON, &c); err != nil {
		return c, fmt.Errorf("scenarios/catalogue.json: %w", err)
	}
	return c, nil
})

// Compile decodes the catalogue's YAML; catalogue.json is its result.
func Compile() (Catalogue, error) {
	names, err := fs.Glob(catalogueYAML, "catalogue/*.yaml")
	if err != nil {
		return Catalogue{}, err
	}
	known, err := loadSources()
	if err != nil {
		return Catalogue{}, err
	}
	var c Catalogue
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %d\n%s", profilesFile, len(profilesYAML), profilesYAML)
	for _, name := range names {
		b, err := catalogueYAML.ReadFile(name)
		if err != nil {
			return c, err
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(b), b)
		group := strings.TrimSuffix(path.Base(name), ".yaml")
		list, err := document{file: "scenarios/" + name, group: group, known: known}.parse(b)
		if err != nil {
			return c, err
		}
		c.Scenarios = append(c.Scenarios, list...)
	}
	c.Digest = hex.EncodeToString(sum.Sum(nil))
	return c, checkUnique(c.Scenarios)
}

// With returns the catalogue with the user's own scenarios behind it.
func (c Catalogue) With(own []Scenario) (Catalogue, error) {
	if len(own) == 0 {
		return c, nil
	}
	out := Catalogue{Digest: c.Digest, Scenarios: slices.Concat(c.Scenarios, own)}
	b, err := json.Marshal(own)
	if err != nil {
		return out, err
	}
	sum := sha256.Sum256(append([]byte(c.Digest), b...))
	out.Digest = hex.EncodeToString(sum[:])
	return out, checkUnique(out.Scenarios)
}

// Find returns the scenario of that id. The error names the nearest one.
func (c Catalogue) Find(id string) (Scenario, error) {
	for _, s := range c.Scenarios {
		if s.ID == id {
			return s, nil
		}
	}
	return Scenario{}, nearest.Unknown("scenario", id, c.IDs())
}

// IDs lists the scenarios' ids in the catalogue's order.
func (c Catalogue) IDs() []string {
	ids := make([]string, len(c.Scenarios))
	for i, s := range c.Scenarios {
		ids[i] = s.ID
	}
	return ids
}

// Match returns the ids that match any of the patterns ("auth.*", "ts.stale").
// A pattern that matches nothing is an error: a filter with a slip of the pen
// must not turn into a run of nothing.
func (c Catalogue) Match(patterns []string) (map[string]bool, error) {
	matched := map[string]bool{}
	for _, p := range patterns {
		found := false
		for _, s := range c.Scenarios {
			ok, err := path.Match(p, s.ID)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", p, err)
			}
			if ok || s.Group() == p {
				matched[s.ID], found = true, true
			}
		}
		if !found {
			return nil, nearest.Unknown("scenario", p, c.IDs())
		}
	}
	return matched, nil
}
