package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

var idForm = regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*$`)

// maxPause bounds one pause. A scenario that waits longer would be taken for one
// that hangs.
const maxPause = mockprovider.Duration(time.Minute)

// maxTimes bounds the events of one step.
const maxTimes = 1000

// Inspections names what an answer may be inspected for, with its meaning.
var Inspections = map[string]string{
	"secret":             "the target's secret, in any of its encodings",
	"expected-signature": "the signature that would have been right",
	"stack-trace":        "a stack trace or a source file's path",
	"canary":             "the random text that was sent in the delivery",
	"database":           "a database's error or a statement in SQL",
	"file-path":          "the path of a file on the server",
	"version":            "the version of a server or a framework",
	"markup":             "the markup that was sent, where a browser would take it for its own",
}

// check finds what is wrong with a scenario beyond its form.
func (s Scenario) check() error {
	if !idForm.MatchString(s.ID) {
		return under(fmt.Errorf("id %q: expected group.name in lower case, such as auth.wrong-key", s.ID), "id")
	}
	for _, said := range []struct{ key, value string }{
		{"title", s.Title}, {"level", string(s.Level)}, {"risk", string(s.Risk)}, {"why", s.Why}, {"fix", s.Fix},
	} {
		if said.value == "" {
			return fmt.Errorf("%s is missing", said.key)
		}
	}
	if len(s.Sources) == 0 {
		return errors.New("sources is missing: a scenario ships only with a source somebody can open")
	}
	if len(s.Steps) == 0 {
		return errors.New("neither steps nor fault")
	}
	return errors.Join(s.checkNames(), s.checkSteps(), s.checkControls(), s.checkAlone(), s.checkStates())
}

func (s Scenario) checkNames() error {
	if !slices.Contains(Levels, s.Level) {
		return under(nearest.Unknown("level", string(s.Level), texts(Levels)), "level")
	}
	if !slices.Contains(Risks, s.Risk) {
		return under(nearest.Unknown("risk", string(s.Risk), texts(Risks)), "risk")
	}
	for i, f := range s.Needs {
		if _, ok := mockprovider.Features[f]; !ok {
			err := nearest.Unknown("feature", string(f), texts(slices.Sorted(maps.Keys(mockprovider.Features))))
			return under(err, "needs", strconv.Itoa(i))
		}
	}
	for i, name := range s.Schemes {
		if !slices.Contains(mockprovider.SchemeNames(), name) {
			return under(nearest.Unknown("scheme", name, mockprovider.SchemeNames()), "schemes", strconv.Itoa(i))
		}
	}
	for i, p := range s.Profiles {
		if _, err := FindProfile(p); err != nil {
			return under(err, "profiles", strconv.Itoa(i))
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Effects)) {
		want := s.Effects[label]
		if !slices.Contains([]string{"0", "1", "1+", "2", "any"}, want) {
			return under(fmt.Errorf("effects: %s is %q; there are 0, 1, 1+, 2, any", label, want), "effects", label)
		}
	}
	return nil
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func (s Scenario) checkSteps() error {
	seen := map[string]bool{}
	for i, step := range s.Steps {
		if err := step.check(seen); err != nil {
			return under(fmt.Errorf("step %d: %w", i+1, err), "steps", strconv.Itoa(i))
		}
		seen[step.Send] = true
	}
	return s.checkTimes()
}

// checkTimes finds a label that is many events and that another step names: it
// would be open which of them.
func (s Scenario) checkTimes() error {
	for i, step := range s.Steps {
		for k, other := range s.Steps {
			if step.Times > 0 && i != k && slices.Contains([]string{other.Send, other.Again, other.IDOf, other.BodyOf, other.ObjectOf}, step.Send) {
				err := fmt.Errorf("step %d: %q is many events, and another step names it", i+1, step.Send)
				return under(err, "steps", strconv.Itoa(i), "times")
			}
		}
	}
	return nil
}

// checkKind finds keys that its kind of step would not look at: a fault that is
// not sent, an expectation that is not graded.
func (s Step) checkKind() error {
	kinds := 0
	for _, set := range []bool{
		s.Send != "", s.Again != "", s.Retry != "", s.Request != nil,
		s.Pause != 0, s.Measure != nil, s.Process != "", s.Await != "",
	} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("a step is exactly one of send, again, retry, request, pause, measure, process, await")
	case s.Pause != 0 && !reflect.DeepEqual(s, Step{Pause: s.Pause}):
		return errors.New("a pause only waits: nothing goes with it")
	case s.Measure != nil && !reflect.DeepEqual(s, Step{Measure: s.Measure}):
		return errors.New("a measure sends genuine deliveries and grades them itself: nothing goes with it")
	case s.Process != "" && !reflect.DeepEqual(s, Step{Process: s.Process, Without: s.Without, Clock: s.Clock}):
		return errors.New("a process step sends nothing: only without and clock go with it")
	case s.Await != "" && !reflect.DeepEqual(s, Step{Await: s.Await}):
		return errors.New("await only waits for an effect: nothing goes with it")
	case s.Retry != "" && !reflect.DeepEqual(s, Step{Retry: s.Retry, Lanes: s.Lanes, Expect: s.Expect}):
		return errors.New("retry delivers as a producer does: only lanes and expect go with it")
	case s.Request != nil && (s.Faults != nil || s.IDOf != "" || s.BodyOf != ""):
		return errors.New("a request is sent as it stands: fault, id_of and body_of go with send")
	case s.Again != "" && (s.IDOf != "" || s.BodyOf != ""):
		return errors.New("again sends what was made before: id_of and body_of go with send")
	}
	return nil
}

func (s Step) check(seen map[string]bool) error {
	if err := s.checkKind(); err != nil {
		return err
	}
	switch {
	case s.Measure != nil:
		return under(s.Measure.check(), "measure")
	case s.Pause < 0 || s.Pause > maxPause:
		return under(fmt.Errorf("pause is %s; it is at most %s, and not negative", s.Pause, maxPause), "pause")
	case s.AtOnce < 0 || s.AtOnce == 1 || s.AtOnce > 64:
		return under(fmt.Errorf("at_once is %d; it is 2 to 64", s.AtOnce), "at_once")
	case s.Times < 0 || s.Times > maxTimes:
		return under(fmt.Errorf("times is %d; it is 1 to %d", s.Times, maxTimes), "times")
	case s.Times > 0 && (s.Send == "" || s.AtOnce > 0 || s.IDOf != "" || s.BodyOf != ""):
		return under(errors.New("times makes fresh events: it goes with send alone, without at_once, id_of and body_of"), "times")
	case s.Await != "" && !seen[s.Await]:
		return under(fmt.Errorf("await %q: nothing of that label was sent before", s.Await), "await")
	case s.Retry != "" && !seen[s.Retry]:
		return under(fmt.Errorf("retry %q: nothing of that label was sent before", s.Retry), "retry")
	case s.Again != "" && !seen[s.Again]:
		return under(fmt.Errorf("again %q: nothing of that label was sent before", s.Again), "again")
	case s.Again != "" && !mockprovider.AfterSealing(s.Faults):
		return errors.New("again sends what was signed before: only faults of the finished message or of the wire fit")
	case s.IDOf != "" && !seen[s.IDOf]:
		return under(fmt.Errorf("id_of %q: nothing of that label was sent before", s.IDOf), "id_of")
	case s.BodyOf != "" && !seen[s.BodyOf]:
		return under(fmt.Errorf("body_of %q: nothing of that label was sent before", s.BodyOf), "body_of")
	case s.Sends() && s.Expect == "":
		return errors.New("expect is missing")
	case s.AtOnce > 0 && s.Connection != "":
		return errors.New("at_once needs a connection for each copy; connection names one")
	}
	if err := cmp.Or(s.checkConnections(), s.checkProcess(), s.checkMany(), s.checkObject(seen), s.checkAbreast()); err != nil {
		return err
	}
	if s.Expect != "" {
		if _, err := FindOutcome(s.Expect); err != nil {
			return under(err, "expect")
		}
	}
	for i, use := range s.Faults {
		if err := use.Check(); err != nil { // of a fault, one of faults, or a list under either
			return under(err, "fault", "faults", strconv.Itoa(i))
		}
	}
	return under(cmp.Or(s.Answer.check(), s.Answer.checkLabels(seen)), "answer")
}

// checkLabels finds comparisons with what was not sent before.
func (a *Answer) checkLabels(seen map[string]bool) error {
	switch {
	case a == nil:
	case a.Like != "" && !seen[a.Like]:
		return under(fmt.Errorf("like %q: nothing of that label was sent before", a.Like), "like")
	case a.Pace != nil && !seen[a.Pace.Of]:
		return under(fmt.Errorf("pace of %q: nothing of that label was sent before", a.Pace.Of), "pace", "of")
	}
	return nil
}

// checkConnections finds steps that cannot be put on the wire as they say.
func (s Step) checkConnections() error {
	stalls := slices.ContainsFunc(s.Faults, func(use mockprovider.FaultUse) bool {
		return use.Name == "wire.stall" || use.Name == "wire.slow-read"
	})
	switch {
	case s.Pipelined && s.Connection == "":
		return under(errors.New("pipelined goes with the connection that the steps share"), "pipelined")
	case s.Pipelined && s.Control:
		return under(errors.New("a control is not pipelined: it stands alone"), "pipelined")
	case s.Hold != 0 && (s.Hold < 1 || s.Hold > maxHold):
		return under(fmt.Errorf("hold is %d; it is 1 to %d", s.Hold, maxHold), "hold")
	case s.Hold != 0 && (s.Send == "" || !stalls || s.AtOnce > 0 || s.Connection != ""):
		return under(errors.New("hold goes with send and the fault wire.stall or wire.slow-read, on connections of its own"), "hold")
	}
	return nil
}

// maxHold bounds the connections that one step holds: a small server has few.
const maxHold = 50

func (a *Answer) check() error {
	if a == nil {
		return nil
	}
	for i, name := range a.Lacks {
		if _, ok := Inspections[name]; !ok {
			return under(nearest.Unknown("inspection", name, slices.Sorted(maps.Keys(Inspections))), "lacks", strconv.Itoa(i))
		}
	}
	switch {
	case a.MaxSkew != 0 && a.MaxSkew < mockprovider.Duration(time.Second):
		return under(errors.New("max_skew is less than a second, and Date has no less"), "max_skew")
	case a.Pace != nil && (a.Pace.Times < 1 || a.Pace.Least <= 0):
		return under(errors.New("a pace has times, from 1 on, and a least time"), "pace")
	}
	for i, h := range a.Headers {
		if h.Name == "" || h.Message == "" {
			return under(errors.New("a header's requirement has a name and a message"), "headers", strconv.Itoa(i))
		}
		if !slices.Contains([]Grade{GradeNote, GradeWarn, GradeFail}, h.Grade) {
			err := nearest.Unknown("grade", string(h.Grade), []string{"note", "warn", "fail"})
			return under(err, "headers", strconv.Itoa(i), "grade")
		}
	}
	return nil
}

// checkControls holds every deviation to its control: a delivery with a fault
// proves nothing unless a genuine one beside it is accepted.
func (s Scenario) checkControls() error {
	deviates, measures, control := false, false, false
	for _, step := range s.Steps {
		deviates = deviates || len(step.Faults) > 0
		measures = measures || step.Measure != nil
		control = control || step.Control && step.Send != "" && len(step.Faults) == 0
	}
	switch {
	case measures && !control:
		return errors.New("a measure without a control: add a genuine delivery with \"control: true\"")
	case deviates && !control:
		return errors.New("a fault without a control: add a genuine delivery with \"control: true\"")
	}
	return nil
}

// checkUnique refuses two scenarios of one id.
func checkUnique(all []Scenario) error {
	where := map[string]string{}
	for _, s := range all {
		if first, ok := where[s.ID]; ok {
			return fmt.Errorf("%s: %s stands at %s already", s.Location, s.ID, first)
		}
		where[s.ID] = s.Location
	}
	return nil
}
