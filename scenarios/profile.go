package scenarios

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
)

//go:embed profiles.yaml
var profilesYAML []byte

const profilesFile = "scenarios/profiles.yaml"

// A Profile is a named choice of scenarios, and what a run of it asks for.
type Profile struct {
	Name        string
	Title       string
	Strict      bool       // recommendations fail, too
	MustObserve []Observed // its own, then those of the profiles it includes
	includes    []string   // the profiles it includes, and what they include
}

// Observed lists scenarios whose effects have to be seen.
type Observed struct {
	Scenarios []string `yaml:"scenarios"` // patterns of ids
	Because   string   `yaml:"because"`
}

// writtenProfile is a profile as the file has it.
type writtenProfile struct {
	Name        string     `yaml:"name"`
	Title       string     `yaml:"title"`
	Includes    string     `yaml:"includes"`
	Strict      bool       `yaml:"strict"`
	MustObserve []Observed `yaml:"must_observe"`
}

var loadProfiles = sync.OnceValue(func() []Profile {
	all, err := parseProfiles(profilesYAML)
	if err != nil {
		panic(err.Error()) // embedded; a test loads it
	}
	return all
})

// Profiles lists the profiles, smallest first.
func Profiles() []Profile { return slices.Clone(loadProfiles()) }

// ProfileNames lists their names.
func ProfileNames() []string { return profileNames(loadProfiles()) }

func profileNames(all []Profile) []string {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	return names
}

// FindProfile returns the profile of that name. The error names the nearest.
func FindProfile(name string) (Profile, error) {
	for _, p := range loadProfiles() {
		if p.Name == name {
			return p, nil
		}
	}
	if name == "certification" { // the name is taken, for what grades a receiver for a certificate
		return Profile{}, fmt.Errorf("the profile %q is not available in this version; production and strict come nearest to it", name)
	}
	return Profile{}, nearest.Unknown("profile", name, ProfileNames())
}

// Has reports whether the scenario is part of the profile.
func (p Profile) Has(s Scenario) bool {
	return len(s.Profiles) == 0 || slices.ContainsFunc(s.Profiles, func(name string) bool {
		return name == p.Name || slices.Contains(p.includes, name)
	})
}

// Patterns are those of the scenarios whose effects have to be seen.
func (p Profile) Patterns() []string {
	var all []string
	for _, o := range p.MustObserve {
		all = append(all, o.Scenarios...)
	}
	return all
}

// parseProfiles reads profiles; each includes at most one that stands before it.
func parseProfiles(b []byte) ([]Profile, error) {
	doc, err := strictyaml.Parse(profilesFile, b)
	if err != nil {
		return nil, err
	}
	var list []writtenProfile
	if err := doc.Decode(doc.Body, &list); err != nil {
		return nil, err
	}
	var all []Profile
	for _, w := range list {
		p, err := w.expand(all)
		if err != nil {
			return nil, fmt.Errorf("%s: profile %q: %w", profilesFile, w.Name, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func (w writtenProfile) expand(before []Profile) (Profile, error) {
	p := Profile{Name: w.Name, Title: w.Title, Strict: w.Strict, MustObserve: w.MustObserve}
	switch {
	case w.Name == "" || w.Title == "":
		return p, fmt.Errorf("name or title is missing")
	case slices.Contains(profileNames(before), w.Name):
		return p, fmt.Errorf("stands in the file already")
	}
	for _, o := range w.MustObserve {
		if o.Because == "" || len(o.Scenarios) == 0 {
			return p, fmt.Errorf("must_observe has scenarios and because")
		}
		for _, pattern := range o.Scenarios {
			if _, err := path.Match(pattern, ""); err != nil {
				return p, fmt.Errorf("pattern %q: %w", pattern, err)
			}
		}
	}
	if w.Includes == "" {
		return p, nil
	}
	i := slices.IndexFunc(before, func(q Profile) bool { return q.Name == w.Includes })
	if i < 0 {
		return p, nearest.Unknown("profile", w.Includes, profileNames(before))
	}
	base := before[i]
	p.includes = append([]string{base.Name}, base.includes...)
	p.MustObserve = slices.Concat(p.MustObserve, base.MustObserve)
	p.Strict = p.Strict || base.Strict
	return p, nil
}

// ProfilesOf names the profiles that the scenario is part of.
func ProfilesOf(s Scenario) []string {
	var names []string
	for _, p := range loadProfiles() {
		if p.Has(s) {
			names = append(names, p.Name)
		}
	}
	return names
}
