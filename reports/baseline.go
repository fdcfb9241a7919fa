package reports

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Baseline is an earlier report that this run is compared with: what failed
// then, and the comparison.
type Baseline struct {
	Name     string      `json:"name"`    // its file
	Nonce    string      `json:"nonce"`   // of its run
	Started  time.Time   `json:"started"` // of its run, UTC
	FailOn   string      `json:"fail_on"` // new or any: which failures fail this run
	Warnings []string    `json:"warnings"`
	Findings []Reference `json:"findings"` // what failed then
	New      []Reference `json:"new"`      // what fails now and did not then
	Fixed    []Reference `json:"fixed"`    // what failed then, and was looked at again and does not now
	Gone     []Reference `json:"gone"`     // what failed then, and was not looked at now, or not at its effects
}

// A Reference names a finding of a report.
type Reference struct {
	Scenario    string `json:"scenario"`
	Fingerprint string `json:"fingerprint"`
	Message     string `json:"message"`
}

// What a comparison with a baseline may fail on.
const (
	FailOnNew = "new"
	FailOnAny = "any"
)

// NewBaseline makes a baseline of an earlier report. Without scenarios there is
// nothing to compare.
func NewBaseline(name, failOn string, earlier Report) (*Baseline, error) {
	if len(earlier.Scenarios) == 0 {
		return nil, errors.New("it holds no scenarios to compare with")
	}
	return &Baseline{
		Name: name, Nonce: earlier.Nonce, Started: earlier.Started, FailOn: failOn,
		Warnings: []string{}, Findings: failures(earlier),
	}, nil
}

// Compare says what makes a comparison with an earlier report doubtful. A
// report of another scheme is an error: its findings mean something else.
func (b *Baseline) Compare(earlier Report, scheme, profile, catalogue string, strict bool) error {
	if earlier.Target.Scheme != scheme {
		return fmt.Errorf("it is of the scheme %s, and this run is of %s: nothing can be compared", earlier.Target.Scheme, scheme)
	}
	warn := func(format string, args ...any) { b.Warnings = append(b.Warnings, fmt.Sprintf(format, args...)) }
	if earlier.Profile != profile {
		warn("it is of the profile %s, this run of %s: what only one of them plays is not compared", earlier.Profile, profile)
	}
	if earlier.Strict != strict {
		warn("recommendations failed in one of the runs only: they count as new, or as fixed")
	}
	if earlier.Tool.Catalogue != catalogue {
		warn("it was made with another catalogue: a scenario that was changed may find something new in the same receiver")
	}
	if earlier.Verdict == Incomplete || earlier.Interrupted {
		warn("its run was incomplete: what it did not get to see counts as new")
	}
	return nil
}

// failures lists what failed in a report, each once.
func failures(r Report) []Reference {
	out := []Reference{}
	for _, s := range r.Scenarios {
		if s.Verdict == Fail {
			out = append(out, s.failing()...)
		}
	}
	return out
}

// failing lists a scenario's failing findings, each once.
func (s Scenario) failing() (out []Reference) {
	for _, f := range s.Findings {
		ref := Reference{Scenario: s.ID, Fingerprint: f.Fingerprint, Message: f.Message}
		if f.Severity == Fail && !slices.ContainsFunc(out, ref.same) {
			out = append(out, ref)
		}
	}
	return out
}

// same tells whether two references name one finding: a message may hold
// figures of its run.
func (ref Reference) same(other Reference) bool {
	return ref.Scenario == other.Scenario && ref.Fingerprint == other.Fingerprint
}

// applyBaseline compares a run with its baseline, and marks the scenarios whose
// findings were all there.
func applyBaseline(r *Report) {
	b := r.Baseline
	if b == nil {
		return
	}
	b.New, b.Fixed, b.Gone = []Reference{}, []Reference{}, []Reference{}
	now := map[string]Scenario{}
	for i := range r.Scenarios {
		s := &r.Scenarios[i]
		now[s.ID] = *s
		failing := s.failing()
		fresh := slices.DeleteFunc(slices.Clone(failing), func(ref Reference) bool { return slices.ContainsFunc(b.Findings, ref.same) })
		b.New = append(b.New, fresh...)
		if s.Verdict == Fail && len(failing) > 0 && len(fresh) == 0 && b.FailOn == FailOnNew {
			s.Known = &Known{By: ByBaseline, Reason: fmt.Sprintf("it failed on %s, too", b.Started.UTC().Format(Day))}
		}
	}
	for _, ref := range b.Findings {
		s, played := now[ref.Scenario]
		switch {
		case !played || !s.assessed() || s.Unseen && !slices.ContainsFunc(s.failing(), ref.same):
			b.Gone = append(b.Gone, ref)
		case !slices.ContainsFunc(s.failing(), ref.same):
			b.Fixed = append(b.Fixed, ref)
		}
	}
}

// assessed tells whether the verdict says something of the receiver.
func (s Scenario) assessed() bool {
	switch s.Verdict {
	case Pass, Warn, Fail, Info:
		return true
	}
	return false
}
