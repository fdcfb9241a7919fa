package conformance

import "github.com/hookassay/hookassay/reports"

// Repeats puts the reports of a run that is played several times together; see
// reports.Repeats.
type Repeats struct{ reports reports.Repeats }

// Add takes in the next repetition.
func (m *Repeats) Add(r reports.Report) error { return m.reports.Add(r) }

// Report concludes the run so far, at least one repetition.
func (m *Repeats) Report() reports.Report {
	r := m.reports.Report()
	r.Causes = causes(r.Scenarios)
	return r
}
