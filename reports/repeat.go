package reports

import (
	"fmt"
	"slices"
)

// Repeats puts the reports of a run that is played several times together: the
// worst verdict on each scenario counts, and is shown with its evidence. Nothing
// else of a repetition is kept, so memory does not grow with their number.
type Repeats struct {
	all      Report
	verdicts map[string][]Verdict // by scenario, in the repetitions' order
}

// Add takes in the next repetition. It is an error when that had other
// scenarios than the ones before.
func (m *Repeats) Add(r Report) error {
	if m.verdicts != nil && !slices.EqualFunc(m.all.Scenarios, r.Scenarios, func(a, b Scenario) bool { return a.ID == b.ID }) {
		return fmt.Errorf("repetition %d has other scenarios than those before", m.all.Repetitions.Count+1)
	}
	number := 1
	if m.verdicts == nil {
		m.all, m.verdicts = r, map[string][]Verdict{}
		m.all.Repetitions = &Repetitions{Planned: 1, Differ: []string{}}
		if r.Repetitions != nil {
			m.all.Repetitions.Planned = r.Repetitions.Planned
		}
		m.all.Rerun = fmt.Sprintf("%s --repeat %d", r.Rerun, m.all.Repetitions.Planned)
		m.all.Scenarios = slices.Clone(r.Scenarios)
		m.all.Preflight = slices.Clone(r.Preflight)
	} else {
		number = m.all.Repetitions.Count + 1
		m.all.Finished, m.all.Requests = r.Finished, m.all.Requests+r.Requests
		m.all.Interrupted = m.all.Interrupted || r.Interrupted
		m.checks(r.Preflight)
	}
	m.all.Repetitions.Count = number
	for i, s := range r.Scenarios {
		m.scenario(i, s, number)
	}
	return nil
}

// checks keeps the worst of each precondition.
func (m *Repeats) checks(list []Check) {
	for _, c := range list {
		k := slices.IndexFunc(m.all.Preflight, func(have Check) bool { return have.Name == c.Name })
		switch {
		case k < 0:
			m.all.Preflight = append(m.all.Preflight, c)
		case c.Verdict.Rank() < m.all.Preflight[k].Verdict.Rank():
			m.all.Preflight[k] = c
		}
	}
}

// scenario keeps the worse of two verdicts. One that an interruption cut short says nothing
// where an earlier repetition was played to its end.
func (m *Repeats) scenario(i int, s Scenario, number int) {
	said := m.verdicts[s.ID]
	if s.Interrupted && len(said) > 0 {
		return
	}
	m.verdicts[s.ID] = append(said, s.Verdict)
	if worst := &m.all.Scenarios[i]; number == 1 || s.Verdict.Rank() < worst.Verdict.Rank() {
		*worst = s
		worst.Repetition = number
	}
}

// Report concludes the run so far, at least one repetition.
func (m *Repeats) Report() Report {
	r := m.all
	r.Scenarios, r.Expectations = slices.Clone(r.Scenarios), slices.Clone(r.Expectations)
	if r.Baseline != nil {
		baseline := *r.Baseline
		r.Baseline = &baseline
	}
	repetitions := *r.Repetitions
	r.Repetitions = &repetitions
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		said := m.verdicts[s.ID]
		if slices.ContainsFunc(said, func(v Verdict) bool { return v != said[0] }) {
			s.Repeated = slices.Clone(said)
			repetitions.Differ = append(repetitions.Differ, s.ID)
		}
	}
	Conclude(&r, r.MustObserve)
	return r
}
