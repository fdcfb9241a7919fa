package scenarios

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
)

// Level says how strong a requirement is and where it comes from.
type Level string

const (
	Must   Level = "MUST"   // the named specification says so
	Prov   Level = "PROV"   // a named provider requires it
	Base   Level = "BASE"   // security baseline, with a published defect behind it
	Should Level = "SHOULD" // the named specification recommends it
	Ops    Level = "OPS"    // operational recommendation
	May    Level = "MAY"    // optional
	Inform Level = "INFO"   // measured and reported
)

// Levels lists the levels, strongest first.
var Levels = []Level{Must, Prov, Base, Should, Ops, May, Inform}

// Fails reports whether a discrepancy at this level fails the scenario. Under
// strict, recommendations do too.
func (l Level) Fails(strict bool) bool {
	switch l {
	case Must, Prov, Base:
		return true
	case Should, Ops:
		return strict
	}
	return false
}

// Risk is how much a scenario may disturb the receiver.
type Risk string

const (
	Safe       Risk = "safe"       // refused or harmless deliveries
	Stateful   Risk = "stateful"   // the receiver keeps something
	Disruptive Risk = "disruptive" // others may notice
	Hostile    Risk = "hostile"    // an attack in form
)

// Risks lists the risks, smallest first.
var Risks = []Risk{Safe, Stateful, Disruptive, Hostile}

// Within reports whether the risk is at most the limit.
func (r Risk) Within(limit Risk) bool { return r.rank() <= limit.rank() }

func (r Risk) rank() int {
	for i, x := range Risks {
		if r == x {
			return i
		}
	}
	return len(Risks)
}

// A Scenario grades one requirement.
type Scenario struct {
	ID        string                 `json:"id"`
	Title     string                 `json:"title"`
	Level     Level                  `json:"level"`
	Risk      Risk                   `json:"risk"`
	Sources   []Source               `json:"sources"`
	Why       string                 `json:"why"`
	Fix       string                 `json:"fix"`
	Needs     []mockprovider.Feature `json:"needs,omitempty"`
	Schemes   []string               `json:"schemes,omitempty"`  // none: every scheme that has what is needed
	Profiles  []string               `json:"profiles,omitempty"` // none: every profile
	Exclusive bool                   `json:"exclusive,omitempty"`
	// NeedsEffects marks a scenario that answers alone cannot grade.
	NeedsEffects bool              `json:"needs_effects,omitempty"`
	Steps        []Step            `json:"steps"`
	Effects      map[string]string `json:"effects,omitempty"` // label → "0", "1", "1+", "2", "any"
	// States is of which stage the object of a label's event is in the end.
	States   map[string]int `json:"states,omitempty"`
	Location string         `json:"location"` // scenarios/catalogue/auth.yaml:12
}

// Group is the part of the id before the first dot.
func (s Scenario) Group() string {
	group, _, _ := strings.Cut(s.ID, ".")
	return group
}

// A Source is what a requirement rests on; somebody can open and check it.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
	// Schemes are those that it speaks of; none: all.
	Schemes []string `json:"schemes,omitempty"`
}

// SourcesFor lists the sources that speak of the scheme, or all of them where
// none does.
func (s Scenario) SourcesFor(scheme string) []Source {
	var out []Source
	for _, src := range s.Sources {
		if len(src.Schemes) == 0 || slices.Contains(src.Schemes, scheme) {
			out = append(out, src)
		}
	}
	if out == nil {
		return s.Sources
	}
	return out
}

// A Step is one thing that is done. Exactly one of Send, Again, Retry, Request,
// Pause, Measure, Process and Await is set.
type Step struct {
	// Send makes an attempt of the event of that label. The label's first
	// attempt makes the event; a later one is a retry as the scheme does it.
	Send string `json:"send,omitempty"`
	// Again sends the label's last delivery again, byte for byte.
	Again string `json:"again,omitempty"`
	// Retry delivers every event of that label that was not acknowledged yet, as
	// a producer does: again and again, ever later, until it is or the schedule
	// ends. The schedule is compressed.
	Retry string `json:"retry,omitempty"`
	// Request sends what is not a delivery.
	Request *Request `json:"request,omitempty"`
	// Pause waits.
	Pause mockprovider.Duration `json:"pause,omitempty"`
	// Measure finds out how far from now a timestamp may be.
	Measure *Measure `json:"measure,omitempty"`
	// Process does something to the receiver's process: start, stop, kill, or
	// break and heal what it depends on.
	Process string `json:"process,omitempty"`
	// Without, beside the start of the process, names what it is not given: secret.
	Without string `json:"without,omitempty"`
	// Clock, beside the start of the process, is how far its clock is set ahead.
	// Deliveries are dated by that clock from then on.
	Clock mockprovider.Duration `json:"clock,omitempty"`
	// Await waits until the event of that label has its effect. It is a control.
	Await string `json:"await,omitempty"`

	Faults []mockprovider.FaultUse `json:"faults,omitempty"`
	IDOf   string                  `json:"id_of,omitempty"`   // the new event has the id of that label's
	BodyOf string                  `json:"body_of,omitempty"` // … and its body
	// ObjectOf: the new event is about the same object as that label's.
	ObjectOf string `json:"object_of,omitempty"`
	// Stage is which of the events that happen to an object, one after the
	// other, this one is, from 1. Those of later stages happened later.
	Stage  int `json:"stage,omitempty"`
	AtOnce int `json:"at_once,omitempty"` // so many copies, released together
	// Stagger releases the copies one after the other, that far apart.
	Stagger mockprovider.Duration `json:"stagger,omitempty"`
	// Times sends so many events of the label, each a fresh one, one after the
	// other. It ends with the first that is left without an answer, unless none
	// is an answer too.
	Times int `json:"times,omitempty"`
	// Lanes sends the events of Times on so many connections at a time, to the last.
	Lanes int `json:"lanes,omitempty"`
	// Meanwhile does something to the process while the events are under way.
	Meanwhile *Meanwhile `json:"meanwhile,omitempty"`
	Control   bool       `json:"control,omitempty"` // must be as expected, or nothing is proven
	// Feature names what the receiver lacks when this step is not as
	// expected: then the scenario does not apply to it.
	Feature string `json:"feature,omitempty"`
	// Connection names a connection that steps share; none: a fresh one.
	Connection string `json:"connection,omitempty"`
	// Pipelined steps of one connection that follow each other go out in one
	// piece; the answers are read in order, one for each.
	Pipelined bool `json:"pipelined,omitempty"`
	// Abreast steps that follow each other go out together, each on a
	// connection of its own.
	Abreast bool `json:"abreast,omitempty"`
	// Hold opens so many connections and keeps them, with what the step's fault
	// leaves of the delivery, until the scenario ends.
	Hold int `json:"hold,omitempty"`

	Expect string  `json:"expect,omitempty"` // an outcome's name
	Answer *Answer `json:"answer,omitempty"`
}

// Label is what the step sends or sends again.
func (s Step) Label() string { return cmp.Or(s.Send, s.Again, s.Retry) }

// Sends reports whether the step puts anything on the wire.
func (s Step) Sends() bool { return s.Pause == 0 && s.Process == "" && s.Await == "" }

// Meanwhile is what is done to the process when so many events of a step have
// been acknowledged.
type Meanwhile struct {
	Process string `json:"process"`
	After   int    `json:"after"`
}

// Many reports whether a label is many events.
func (s Scenario) Many(label string) bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Send == label && step.Times > 0 })
}

// Staged reports whether the scenario does something to the receiver's process:
// it is played alone, and its effects are read before the next begins.
func (s Scenario) Staged() bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Process != "" || step.Meanwhile != nil })
}

// A Request is sent as it stands, with the target's Host and path.
type Request struct {
	Method  string              `json:"method"`
	Headers []mockprovider.Pair `json:"headers,omitempty"`
}

// Answer says what else an answer must or must not have.
type Answer struct {
	Lacks   []string `json:"lacks,omitempty"`    // names of inspections
	MaxBody int      `json:"max_body,omitempty"` // bytes of the answer
	MaxSent int64    `json:"max_sent,omitempty"` // bytes of the request that went out before the answer came
	Within  Graded   `json:"within,omitzero"`
	// MaxSkew is how far the answer's Date may be from our clock.
	MaxSkew mockprovider.Duration `json:"max_skew,omitempty"`
	// Like names a label from whose answer this one must not be told.
	Like string `json:"like,omitempty"`
	// Pace bounds the time to the answer by that of another.
	Pace    *Pace         `json:"pace,omitempty"`
	Headers []HeaderGrade `json:"headers,omitempty"`
	// Continues asks for 100 (Continue), or a final answer before the body.
	Continues bool `json:"continues,omitempty"`
	// BodyFor lists the statuses that an answer may have only with a body.
	BodyFor []int `json:"body_for,omitempty"`
}

// A Pace is how much longer than the slowest answer to a label an answer may
// take; whatever takes at most Least is soon enough.
type Pace struct {
	Of    string                `json:"of"`
	Times int                   `json:"times"`
	Least mockprovider.Duration `json:"least"`
}

// Graded bounds the time to the answer: beyond Warn is a warning, beyond Fail
// a failure.
type Graded struct {
	Warn mockprovider.Duration `json:"warn,omitempty"`
	Fail mockprovider.Duration `json:"fail,omitempty"`
}

// HeaderGrade is a requirement on one header of the answer.
type HeaderGrade struct {
	Name     string   `json:"name"`
	OneOf    []string `json:"one_of,omitempty"`   // its value, exactly; "{positive}" is any positive integer
	Contains string   `json:"contains,omitempty"` // a member of its comma-separated list
	Absent   bool     `json:"absent,omitempty"`   // it must not be there; with OneOf, unless it is one of those
	Status   int      `json:"status,omitempty"`   // only when the answer has that status
	Grade    Grade    `json:"grade,omitempty"`    // of a violation; default fail
	If       string   `json:"if,omitempty"`       // only when that header is there
	Message  string   `json:"message,omitempty"`  // what a violation means
}

// Grade is how an answer is graded before the level decides.
type Grade string

const (
	GradePass Grade = "pass"
	GradeNote Grade = "note" // conforms, and worth a word
	GradeWarn Grade = "warn" // a warning at every level
	GradeFail Grade = "fail" // fails where the level fails
)

// An Outcome is a named list of graded acceptable answers and the effect that
// goes with them. Specifications leave room; so do outcomes.
type Outcome struct {
	Name    string   `json:"name"`
	Meaning string   `json:"meaning"`
	Pass    []string `json:"pass,omitempty"` // "2xx", "401", "none" (no answer)
	Note    []string `json:"note,omitempty"`
	Warn    []string `json:"warn,omitempty"`
	Fail    []string `json:"fail,omitempty"`
	Other   Grade    `json:"other"`            // of any answer not named
	Effect  string   `json:"effect"`           // default expectation of the label's effect: "0", "1", "any"
	Silent  bool     `json:"silent,omitempty"` // an answer of 2xx tells nothing: effects decide
}

// Grade grades an answer: its status, or 0 for none. Exact statuses go before
// classes. Named reports whether the exact status was named, which overrides
// the rule that some statuses prove nothing.
func (o Outcome) Grade(status int) (grade Grade, named bool) {
	exact, class := statusNames(status)
	lists := []struct {
		grade Grade
		names []string
	}{{GradePass, o.Pass}, {GradeNote, o.Note}, {GradeWarn, o.Warn}, {GradeFail, o.Fail}}
	for _, want := range []string{exact, class} {
		for _, l := range lists {
			for _, name := range l.names {
				if name == want {
					return l.grade, want == exact
				}
			}
		}
	}
	return o.Other, false
}
