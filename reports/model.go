// Package reports holds the result of a run and its renderings.
//
// Report is the only ledger: everything a person or a machine is shown is
// rendered from it. Its JSON form is canonical and versioned; report.schema.json
// describes it. Nothing in a Report is secret: it is built from a transcript
// that was redacted when it was recorded.
package reports

import "time"

// Schema names this version of the report.
const Schema = "hookassay.report/v1"

// A Report is the result of one run.
type Report struct {
	Schema      string       `json:"schema"`
	Tool        Tool         `json:"tool"`
	Verdict     RunVerdict   `json:"verdict"`
	ExitCode    int          `json:"exit_code"`
	ExitReasons []ExitReason `json:"exit_reasons"` // every reason that applied, the deciding one first
	Seed        int64        `json:"seed"`
	Nonce       string       `json:"nonce"`
	Started     time.Time    `json:"started"`  // UTC
	Finished    time.Time    `json:"finished"` // UTC
	Interrupted bool         `json:"interrupted,omitempty"`
	Target      Target       `json:"target"`
	Profile     string       `json:"profile"`
	Strict      bool         `json:"strict,omitempty"`
	Preflight   []Check      `json:"preflight"`
	Counts      Counts       `json:"counts"`
	Scenarios   []Scenario   `json:"scenarios"` // in catalogue order
	// MustObserve holds patterns of the scenarios whose effects have to be seen.
	MustObserve  []string      `json:"must_observe,omitempty"`
	Causes       []Cause       `json:"causes,omitempty"`       // what several scenarios fail for
	Expectations []Expectation `json:"expectations,omitempty"` // known failures, in their file's order
	Baseline     *Baseline     `json:"baseline,omitempty"`
	Repetitions  *Repetitions  `json:"repetitions,omitempty"` // of the whole run
	Load         []Load        `json:"load"`
	Requests     int           `json:"requests"` // put on the wire, load included
	Rerun        string        `json:"rerun"`    // the command that plays this run again
}

// Tool says which program made the report.
type Tool struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Catalogue string `json:"catalogue"` // sha256 of the scenarios' source
}

// An ExitReason is one reason for the exit code.
type ExitReason struct {
	Code    int    `json:"code"`
	Reason  string `json:"reason"` // fail, objective, interrupted, error, preflight, blocked, budget, must-observe, nothing-assessed, generator, expectation
	Message string `json:"message"`
}

// Target is the receiver under test, as far as it may be told.
type Target struct {
	URL       string            `json:"url"`
	Scheme    string            `json:"scheme"`
	Secrets   map[string]string `json:"secrets"` // slot → where it came from and its form, never the secret
	Past      string            `json:"tolerance_past,omitempty"`
	Future    string            `json:"tolerance_future,omitempty"`
	Rejects   string            `json:"rejects"`
	Probes    []Probe           `json:"probes"`
	State     *StateProbe       `json:"state,omitempty"`
	ClockSkew string            `json:"clock_skew,omitempty"` // the receiver's clock minus ours
	SameHost  bool              `json:"same_host"`
}

// A Probe is one way in which effects were seen.
type Probe struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Counts  string `json:"counts"`            // what its count was declared to mean
	Horizon string `json:"horizon,omitempty"` // how long "no effect" was waited for
	Blind   string `json:"blind,omitempty"`   // why it cannot count to two
}

// A StateProbe is how it was seen what becomes of the things that events are
// about.
type StateProbe struct {
	Kind   string  `json:"kind"`
	Reads  string  `json:"reads"`  // what it looks at
	Object string  `json:"object"` // JSON pointer, into an event's payload, of what it is about
	After  []Stage `json:"after"`  // what happens to an object, in that order
}

// A Stage is one event that happens to an object, and the state it is in then.
type Stage struct {
	Type string `json:"type"`
	Is   string `json:"is"`
}

// A Check is one finding of the preflight.
type Check struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Message string  `json:"message"`
}

// Counts holds the number of scenarios by verdict.
type Counts struct {
	Pass          int `json:"pass"`
	Warn          int `json:"warn"`
	Fail          int `json:"fail"`
	Info          int `json:"info"`
	Blocked       int `json:"blocked"`
	NotObserved   int `json:"not-observed"`
	NotApplicable int `json:"not-applicable"`
	Excluded      int `json:"excluded"`
	Error         int `json:"error"`
}

// Of returns the count of one verdict.
func (c Counts) Of(v Verdict) int {
	if p := c.field(v); p != nil {
		return *p
	}
	return 0
}

// Add counts one verdict. An unknown one counts as an error.
func (c *Counts) Add(v Verdict) {
	if p := c.field(v); p != nil {
		*p++
		return
	}
	c.Error++
}

func (c *Counts) field(v Verdict) *int {
	switch v {
	case Pass:
		return &c.Pass
	case Warn:
		return &c.Warn
	case Fail:
		return &c.Fail
	case Info:
		return &c.Info
	case Blocked:
		return &c.Blocked
	case NotObserved:
		return &c.NotObserved
	case NotApplicable:
		return &c.NotApplicable
	case Excluded:
		return &c.Excluded
	case Error:
		return &c.Error
	}
	return nil
}

// A Scenario is one graded scenario.
type Scenario struct {
	ID          string  `json:"id"`
	Title       string  `json:"title"`
	Level       string  `json:"level"` // MUST, PROV, BASE, SHOULD, OPS, MAY, INFO
	Risk        string  `json:"risk"`
	Verdict     Verdict `json:"verdict"`
	Reason      string  `json:"reason,omitempty"`      // one line: why this verdict, when it is not pass
	ExcludedBy  string  `json:"excluded_by,omitempty"` // user, risk or budget
	Interrupted bool    `json:"interrupted,omitempty"` // an error because the run ended before the scenario did
	Ungiven     bool    `json:"ungiven,omitempty"`     // not observed because the target was not given something that is optional
	Setting     string  `json:"setting,omitempty"`     // by which that is given
	Known       *Known  `json:"known,omitempty"`       // it is put up with
	// Unseen: something is expected of its effects, and no probe told of them.
	Unseen bool `json:"effects_unseen,omitempty"`
	// Repeated holds the verdicts of all repetitions, in order, where they differ.
	Repeated     []Verdict     `json:"repeated,omitempty"`
	Repetition   int           `json:"repetition,omitempty"` // the one that is shown, from 1
	Sources      []Source      `json:"sources"`
	Why          string        `json:"why"`
	Fix          string        `json:"fix"`
	Location     string        `json:"location"` // file:line of the scenario
	Findings     []Finding     `json:"findings"`
	Measurements []Measurement `json:"measurements,omitempty"`
	Measured     string        `json:"measured,omitempty"` // what the measurements come to, in one sentence
	Milliseconds float64       `json:"milliseconds"`       // from the first send to the last answer
	Rerun        string        `json:"rerun"`
}

// What a scenario may be excluded by.
const (
	ByUser   = "user"
	ByRisk   = "risk"
	ByBudget = "budget" // the run had no requests left for it
)

// Group is the part of the id before the first dot.
func (s Scenario) Group() string {
	for i := range len(s.ID) {
		if s.ID[i] == '.' {
			return s.ID[:i]
		}
	}
	return s.ID
}

// A Source is what a requirement rests on.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// A Finding is one discrepancy between what was observed and what is required.
type Finding struct {
	Fingerprint string   `json:"fingerprint"` // stable over runs: no ids, times or free text
	Symptom     string   `json:"symptom"`     // its kind, whatever the scenario: accepted, refused, unanswered, repeated, …
	Severity    Verdict  `json:"severity"`    // fail, warn, info, blocked, not-observed or error
	Message     string   `json:"message"`
	Also        string   `json:"also,omitempty"` // of which other events of the step the same is true
	Step        string   `json:"step,omitempty"`
	Expected    string   `json:"expected,omitempty"`
	Observed    string   `json:"observed,omitempty"`
	Evidence    Evidence `json:"evidence"`
}

// Evidence lets somebody find the delivery in their own logs.
type Evidence struct {
	EventID    string       `json:"event_id,omitempty"`
	SentAt     *time.Time   `json:"sent_at,omitempty"` // UTC
	LocalPort  int          `json:"local_port,omitempty"`
	Control    *Exchange    `json:"control,omitempty"` // the genuine delivery beside the faulty one
	Fault      *Exchange    `json:"fault,omitempty"`
	Differs    []Difference `json:"differs,omitempty"` // what the faulty request has otherwise than without the fault
	Effects    *Effects     `json:"effects,omitempty"`
	Process    []string     `json:"process,omitempty"`    // what was done to the receiver's process, with times
	Output     []string     `json:"output,omitempty"`     // the last lines that the receiver wrote
	Transcript []int        `json:"transcript,omitempty"` // lines of transcript.jsonl
}

// An Exchange is one request and what came back.
type Exchange struct {
	Label        string   `json:"label"`
	EventID      string   `json:"event_id,omitempty"`
	Faults       []string `json:"faults,omitempty"`
	Request      string   `json:"request"` // request line, headers and a cut of the body; redacted
	Answer       string   `json:"answer"`  // status line, headers and a cut of the body, or what happened instead
	Status       int      `json:"status,omitempty"`
	Outcome      string   `json:"outcome"` // answered, timeout, reset, …
	Milliseconds float64  `json:"milliseconds"`
}

// A Difference is one place in which a request deviates from what it would have
// been without its fault. What is not there is empty.
type Difference struct {
	Where   string `json:"where"` // header name, "body", "request line"; or "wire": sent says how the bytes went
	Genuine string `json:"genuine"`
	Sent    string `json:"sent"`
}

// OnTheWire is where a request differs of which every byte is genuine.
const OnTheWire = "wire"

// Effects is what a probe counted for one event.
type Effects struct {
	Probe    string `json:"probe"`
	EventID  string `json:"event_id"`
	Expected string `json:"expected"` // "exactly 1", "0", …
	Seen     int    `json:"seen"`
	WaitedMS int64  `json:"waited_ms"`
}

// A Measurement is a figure the scenario reports beside its verdict.
type Measurement struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// A Cause is one defect that several scenarios come upon.
type Cause struct {
	Title     string   `json:"title"`
	Fix       string   `json:"fix"`
	Scenarios []string `json:"scenarios"` // ids; each is in one cause at most
}

// Repetitions sums up a run that was played several times.
type Repetitions struct {
	Number  int      `json:"number,omitempty"` // of the one that this report is of, from 1; none: of all
	Count   int      `json:"count"`            // how many this report is of
	Planned int      `json:"planned"`          // more than were played where the run was interrupted
	Differ  []string `json:"differ"`           // scenarios whose verdict was not always the same
}
