package conformance

import (
	"fmt"
	"slices"

	"github.com/hookassay/hookassay/reports"
)

// few is how many measurements of one thing are listed one by one.
const few = 2

// summarised replaces many measurements of one thing by their median and the
// greatest of them.
func summarised(all []reports.Measurement) []reports.Measurement {
	values := map[string][]float64{}
	for _, m := range all {
		values[m.Name] = append(values[m.Name], m.Value)
	}
	var out []reports.Measurement
	told := map[string]bool{}
	for _, m := range all {
		of := values[m.Name]
		switch {
		case len(of) <= few:
			out = append(out, m)
		case !told[m.Name]:
			told[m.Name] = true
			slices.Sort(of)
			out = append(out,
				reports.Measurement{Name: fmt.Sprintf("%s, median of %d", m.Name, len(of)), Value: of[(len(of)-1)/2], Unit: m.Unit},
				reports.Measurement{Name: fmt.Sprintf("%s, greatest of %d", m.Name, len(of)), Value: of[len(of)-1], Unit: m.Unit})
		}
	}
	return out
}
