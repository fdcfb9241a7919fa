package reports

import (
	"fmt"
	"slices"
	"time"
)

// Known says why a scenario that fails, or warns, does not count against the
// run. Its verdict stays what it is.
type Known struct {
	By      string `json:"by"`                // expectations or baseline
	Reason  string `json:"reason"`            // why it is put up with
	Expires string `json:"expires,omitempty"` // the last day of it, YYYY-MM-DD
}

// What a failure may be known by.
const (
	ByExpectations = "expectations"
	ByBaseline     = "baseline"
)

// An Expectation is a failure that its owner knows of, and what became of it in
// this run. All but State and Message are the owner's words.
type Expectation struct {
	Scenario string   `json:"scenario"`
	Verdict  Verdict  `json:"verdict"`           // fail or warn
	Findings []string `json:"findings"`          // fingerprints: what may be found, and nothing else
	Reason   string   `json:"reason"`            // never empty
	Expires  string   `json:"expires,omitempty"` // the last day on which it holds, YYYY-MM-DD in UTC
	Location string   `json:"location"`          // file:line
	State    string   `json:"state"`             // holds, stale, unchecked
	Message  string   `json:"message,omitempty"` // why it is stale or unchecked
}

// States of an expectation.
const (
	Holds     = "holds"
	Stale     = "stale"     // it is not, or no longer, as it says: the file has to be mended
	Unchecked = "unchecked" // the run tells nothing of it
)

// Day is the form of an expiry date, for package time.
const Day = "2006-01-02"

// applyExpectations finds out what became of every expectation and marks the
// scenarios whose failure is known.
func applyExpectations(r *Report) {
	for i := range r.Expectations {
		e := &r.Expectations[i]
		e.State, e.Message = Unchecked, "not among the scenarios of this run"
		k := slices.IndexFunc(r.Scenarios, func(s Scenario) bool { return s.ID == e.Scenario })
		if k < 0 {
			continue
		}
		s := &r.Scenarios[k]
		e.State, e.Message = e.against(*s)
		if e.State == Holds {
			s.Known = &Known{By: ByExpectations, Reason: e.Reason, Expires: e.Expires}
			e.expire(r.Started)
		}
	}
}

// against compares an expectation with what became of its scenario.
func (e Expectation) against(s Scenario) (state, message string) {
	switch s.Verdict {
	case e.Verdict:
	case Blocked, NotObserved, Error, Excluded: // nothing is known of the receiver
		return Unchecked, fmt.Sprintf("the scenario is %s", s.Verdict)
	case NotApplicable:
		return Stale, "the scenario does not apply to this receiver: delete the entry"
	case Fail: // expected to warn
		return Stale, "it fails now"
	default:
		return Stale, fmt.Sprintf("it does not %s any more (%s): delete the entry", e.Verdict, s.Verdict)
	}
	if !slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Severity == s.Verdict }) {
		return Stale, fmt.Sprintf("it comes to %s without a finding to compare", s.Verdict)
	}
	for _, f := range s.Findings {
		if f.Severity == s.Verdict && !slices.Contains(e.Findings, f.Fingerprint) {
			return Stale, fmt.Sprintf("it finds something else, %s: %s", f.Fingerprint, oneLine(f.Message))
		}
	}
	return Holds, ""
}

// expire makes an expectation that holds a stale one where its last day is over.
// The failure is known all the same: it is the promise that is broken.
func (e *Expectation) expire(now time.Time) {
	last, err := time.Parse(Day, e.Expires)
	if e.Expires == "" || err == nil && now.Before(last.AddDate(0, 0, 1)) {
		return
	}
	e.State, e.Message = Stale, fmt.Sprintf("it expired on %s: mend the receiver, or give the entry a new date", e.Expires)
}

// known tells whether the scenario's verdict does not count against the run.
func (s Scenario) known() bool { return s.Known != nil }

// StaleExpectations says of every entry that is to be mended what is wrong with
// it, a line each.
func (r Report) StaleExpectations() (lines []string) {
	for _, e := range r.Expectations {
		if e.State == Stale {
			lines = append(lines, fmt.Sprintf("%s: %s: %s", e.Location, e.Scenario, oneLine(e.Message)))
		}
	}
	return lines
}

func staleExpectations(r *Report, _ []string) string {
	var ids []string
	for _, e := range r.Expectations {
		if e.State == Stale {
			ids = append(ids, fmt.Sprintf("%s (%s)", e.Scenario, e.Location))
		}
	}
	return named("known failures are not as their file says", ids)
}
