package findings

import (
	"strings"

	"github.com/hookassay/hookassay/scenarios"
)

// stories tell what is sent, step by step, in the scenarios that are more than one
// fault between two genuine deliveries.
type stories struct{ catalogue scenarios.Catalogue }

func newStories() (stories, error) {
	catalogue, err := scenarios.Load()
	return stories{catalogue}, err
}

// of is the story as a nested Markdown list, or "" when what was sent says it all.
// A scenario that the catalogue does not have has none.
func (x stories) of(id string) string {
	s, err := x.catalogue.Find(id)
	if err != nil || plain(s.Steps) {
		return ""
	}
	const begin, oneLine = "What is sent, and what must happen\n", 1 << 16
	var b strings.Builder
	if err := s.Explain(&b, oneLine); err != nil {
		return ""
	}
	_, steps, _ := strings.Cut(b.String(), begin)
	steps, _, _ = strings.Cut(steps, "\n\n")
	steps, _, _ = strings.Cut(steps, "  => ") // the effects are among what is required
	return strings.TrimSuffix(steps, "\n") + "\n"
}

// plain steps are a genuine delivery, a faulty one and a genuine one.
func plain(steps []scenarios.Step) bool {
	return len(steps) == 3 && steps[0].Control && steps[2].Control && steps[1].Send == "faulty"
}
