package specs

import (
	"regexp"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// A filter keeps or drops one spec, as Ginkgo's flags do.
type filter func(candidate) bool

// A candidate is what Ginkgo's filters look at.
type candidate struct {
	text      string // suite, containers and spec
	labels    []string
	locations []types.CodeLocation
}

// selection lists the scenarios and loads whose specs Ginkgo will run; it tells nobody,
// so its filters are applied here again. first is the spec that runs already.
// Semantic versions and programmatic focus hold for all specs of the container
// alike, so first has passed them for all.
func (t *tree) selection(first types.SpecReport) (map[string]bool, []*loadPart, error) {
	config, _ := ginkgo.GinkgoConfiguration()
	filters, err := filtersOf(config)
	if err != nil {
		return nil, nil, err
	}
	selected := map[string]bool{}
	for _, s := range t.list {
		c := t.candidate(first, specText(s), labels(s), location(s))
		selected[s.ID] = c.kept(filters)
	}
	return selected, t.chosenLoads(first, filters), nil
}

// kept reports whether the filters keep the spec.
func (c candidate) kept(filters []filter) bool {
	return !slices.ContainsFunc(filters, func(keeps filter) bool { return !keeps(c) })
}

// candidate puts before a spec what it has from the tree and the suite. Of the
// first spec's containers only the tree counts: it may be that of a load.
func (t *tree) candidate(first types.SpecReport, text string, own []string, at types.CodeLocation) candidate {
	return candidate{
		text:      strings.Join([]string{t.suite.SuiteDescription, first.ContainerHierarchyTexts[0], text}, " "),
		labels:    slices.Concat(t.suite.SuiteLabels, own, first.ContainerHierarchyLabels[0]),
		locations: []types.CodeLocation{at, first.ContainerHierarchyLocations[0]},
	}
}

// filtersOf reads Ginkgo's flags, which Ginkgo has checked already.
func filtersOf(config types.SuiteConfig) ([]filter, error) {
	var filters []filter
	if config.LabelFilter != "" {
		matches, err := types.ParseLabelFilter(config.LabelFilter)
		if err != nil {
			return nil, err
		}
		filters = append(filters, func(c candidate) bool { return matches(c.labels) })
	}
	for _, text := range []struct {
		patterns []string
		keep     bool
	}{{config.FocusStrings, true}, {config.SkipStrings, false}} {
		if len(text.patterns) == 0 {
			continue
		}
		re, err := regexp.Compile(strings.Join(text.patterns, "|"))
		if err != nil {
			return nil, err
		}
		filters = append(filters, func(c candidate) bool { return re.MatchString(c.text) == text.keep })
	}
	for _, file := range []struct {
		patterns []string
		keep     bool
	}{{config.FocusFiles, true}, {config.SkipFiles, false}} {
		if len(file.patterns) == 0 {
			continue
		}
		files, err := types.ParseFileFilters(file.patterns)
		if err != nil {
			return nil, err
		}
		filters = append(filters, func(c candidate) bool { return files.Matches(c.locations) == file.keep })
	}
	return filters, nil
}
