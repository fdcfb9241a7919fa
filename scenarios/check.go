package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

var idForm = regexp.MustCompile(`^[a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*$`)

// Profiles names the choices of scenarios, smallest first.
var Profiles = []string{"core", "production", "strict"}

// Inspections names what an answer may be inspected for, with its meaning.
var Inspections = map[string]string{
	"secret":             "the target's secret, in any of its encodings",
	"expected-signature": "the signature that would have been right",
	"stack-trace":        "a stack trace or a source file's path",
	"canary":             "the random text that was sent in the delivery",
}

// check finds what is wrong with a scenario beyond its form.
func (s Scenario) check() error {
	if !idForm.MatchString(s.ID) {
		return fmt.Errorf("id %q: expected group.name in lower case, such as auth.wrong-key", s.ID)
	}
	for _, said := range []struct{ key, value string }{{"title", s.Title}, {"why", s.Why}, {"fix", s.Fix}} {
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
	return errors.Join(s.checkNames(), s.checkSteps(), s.checkControls())
}

func (s Scenario) checkNames() error {
	if !slices.Contains(Levels, s.Level) {
		return nearest.Unknown("level", string(s.Level), texts(Levels))
	}
	if !slices.Contains(Risks, s.Risk) {
		return nearest.Unknown("risk", string(s.Risk), texts(Risks))
	}
	for _, f := range s.Needs {
		if _, ok := mockprovider.Features[f]; !ok {
			return nearest.Unknown("feature", string(f), texts(slices.Sorted(maps.Keys(mockprovider.Features))))
		}
	}
	for _, name := range s.Schemes {
		if _, err := mockprovider.FindScheme(name); err != nil {
			return err
		}
	}
	for _, p := range s.Profiles {
		if !slices.Contains(Profiles, p) {
			return nearest.Unknown("profile", p, Profiles)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.Effects)) {
		want := s.Effects[label]
		if !slices.Contains([]string{"0", "1", "1+", "2", "any"}, want) {
			return fmt.Errorf("effects: %s is %q; there are 0, 1, 1+, 2, any", label, want)
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
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		seen[step.Send] = true
	}
	return nil
}

// checkKind finds keys that its kind of step would not look at: a fault that is
// not sent, an expectation that is not graded.
func (s Step) checkKind() error {
	kinds := 0
	for _, set := range []bool{s.Send != "", s.Again != "", s.Request != nil, s.Pause != 0} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("a step is exactly one of send, again, request, pause")
	case s.Pause != 0 && !reflect.DeepEqual(s, Step{Pause: s.Pause}):
		return errors.New("a pause only waits: nothing goes with it")
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
	case s.Pause < 0 || s.AtOnce < 0 || s.AtOnce == 1 || s.AtOnce > 64:
		return errors.New("pause is not negative, at_once is 2 to 64")
	case s.Again != "" && !seen[s.Again]:
		return fmt.Errorf("again %q: nothing of that label was sent before", s.Again)
	case s.Again != "" && !mockprovider.AfterSealing(s.Faults):
		return errors.New("again sends what was signed before: only faults of the finished message or of the wire fit")
	case s.IDOf != "" && !seen[s.IDOf]:
		return fmt.Errorf("id_of %q: nothing of that label was sent before", s.IDOf)
	case s.BodyOf != "" && !seen[s.BodyOf]:
		return fmt.Errorf("body_of %q: nothing of that label was sent before", s.BodyOf)
	case s.Pause == 0 && s.Expect == "":
		return errors.New("expect is missing")
	case s.AtOnce > 0 && s.Connection != "":
		return errors.New("at_once needs a connection for each copy; connection names one")
	}
	if s.Expect != "" {
		if _, err := FindOutcome(s.Expect); err != nil {
			return err
		}
	}
	for _, use := range s.Faults {
		if err := use.Check(); err != nil {
			return err
		}
	}
	return s.Answer.check()
}

func (a *Answer) check() error {
	if a == nil {
		return nil
	}
	for _, name := range a.Lacks {
		if _, ok := Inspections[name]; !ok {
			return nearest.Unknown("inspection", name, slices.Sorted(maps.Keys(Inspections)))
		}
	}
	for _, h := range a.Headers {
		if h.Name == "" || h.Message == "" {
			return errors.New("a header's requirement has a name and a message")
		}
		if !slices.Contains([]Grade{GradeNote, GradeWarn, GradeFail}, h.Grade) {
			return nearest.Unknown("grade", string(h.Grade), []string{"note", "warn", "fail"})
		}
	}
	return nil
}

// checkControls holds every deviation to its control: a delivery with a fault
// proves nothing unless a genuine one beside it is accepted.
func (s Scenario) checkControls() error {
	deviates, control := false, false
	for _, step := range s.Steps {
		deviates = deviates || len(step.Faults) > 0
		control = control || step.Control && step.Send != "" && len(step.Faults) == 0
	}
	if deviates && !control {
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
