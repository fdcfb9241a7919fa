package receiver

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
)

// A Flaw is one deliberate deviation from correct behaviour.
type Flaw struct {
	Name    string
	Summary string
	// Defect is the public address of the defect the flaw is named after, or of
	// the passage it violates.
	Defect  string
	Schemes []string // those that can show it
}

// Flaws lists every flaw, sorted by name.
func Flaws() []Flaw {
	all := slices.Concat(authenticityFlaws, signatureFlaws, timestampFlaws, moreTimestampFlaws, bodyFlaws, httpFlaws,
		codingFlaws, framingFlaws,
		eventFlaws, leakFlaws, duplicateFlaws, acknowledgementFlaws, cloudEventsFlaws, gitHubFlaws, stripeFlaws,
		contentFlaws, disclosureFlaws, controlFlaws,
		keyFlaws, spellingFlaws, asymmetricFlaws,
		identityFlaws, orderFlaws, plain(durableFlaws), loadFlaws)
	slices.SortFunc(all, func(a, b Flaw) int { return cmp.Compare(a.Name, b.Name) })
	for i := range all {
		all[i].Schemes = slices.Clone(all[i].Schemes)
	}
	return all
}

// A flawSet holds the chosen flaws; that of a correct receiver is empty.
type flawSet map[string]Flaw

func (s flawSet) has(name string) bool {
	_, chosen := s[name]
	return chosen
}

func chooseFlaws(names []string) (flawSet, error) {
	all := Flaws()
	chosen := flawSet{}
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Flaw) bool { return f.Name == name })
		if i < 0 {
			return nil, nearest.Unknown("flaw", name, flawNames(all))
		}
		chosen[name] = all[i]
	}
	return chosen, nil
}

func flawNames(all []Flaw) []string {
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Name
	}
	return names
}

// fit refuses a flaw that no configured scheme can show: it would pass for one
// that nobody detects.
func (s flawSet) fit(endpoints []*endpoint) error {
	for _, f := range s {
		if !slices.ContainsFunc(endpoints, func(e *endpoint) bool { return slices.Contains(f.Schemes, e.name) }) {
			return fmt.Errorf("flaw %q needs a secret for %s", f.Name, strings.Join(f.Schemes, " or "))
		}
	}
	return nil
}
