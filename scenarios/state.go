package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// maxStages bounds how many events happen to one object.
const maxStages = 20

// LastStage is the last stage that a step of the scenario sends; 0: none has one.
func (s Scenario) LastStage() int {
	last := 0
	for _, step := range s.Steps {
		last = max(last, step.Stage)
	}
	return last
}

// checkObject finds what a step says of its event's object and cannot mean.
func (s Step) checkObject(seen map[string]bool) error {
	switch {
	case s.ObjectOf != "" && !seen[s.ObjectOf]:
		return under(fmt.Errorf("object_of %q: nothing of that label was sent before", s.ObjectOf), "object_of")
	case s.ObjectOf != "" && (s.Send == "" || s.BodyOf != "" || s.Times > 0):
		return under(errors.New("object_of makes one new event: it goes with send, without body_of and times"), "object_of")
	case s.ObjectOf != "" && s.ObjectOf == s.Send:
		return under(errors.New("object_of names another label: an event is about its own object anyway"), "object_of")
	case s.Stage < 0 || s.Stage > maxStages:
		return under(fmt.Errorf("stage is %d; it is 1 to %d", s.Stage, maxStages), "stage")
	case s.Stage > 0 && (s.Send == "" || s.BodyOf != ""):
		return under(errors.New("stage says which event is made: it goes with send, without body_of"), "stage")
	}
	return nil
}

// checkAbreast finds steps that cannot go out together with others.
func (s Step) checkAbreast() error {
	if s.Abreast && (s.Send == "" || s.Control || s.AtOnce > 0 || s.Times > 0 || s.Hold > 0 || s.Connection != "" || s.Feature != "") {
		return under(errors.New("abreast goes with send, on a connection of its own: without control, at_once, times, hold, connection and feature"), "abreast")
	}
	return nil
}

// checkAlone finds a step that is to go out together with nothing.
func (s Scenario) checkAlone() error {
	for i, step := range s.Steps {
		before := i > 0 && s.Steps[i-1].Abreast
		behind := i+1 < len(s.Steps) && s.Steps[i+1].Abreast
		if step.Abreast && !before && !behind {
			return under(fmt.Errorf("step %d: abreast of nothing: the step before it or behind it is abreast, too", i+1), "steps", strconv.Itoa(i), "abreast")
		}
	}
	return nil
}

// checkStates holds what is said of states to the events that bring them about.
// A control among them shows that states can be seen at all.
func (s Scenario) checkStates() error {
	control := false
	for _, label := range slices.Sorted(maps.Keys(s.States)) {
		stage := 0
		for _, step := range s.Steps {
			if step.Send == label {
				stage = max(stage, step.Stage)
				control = control || step.Control
			}
		}
		if stage == 0 || stage != s.States[label] {
			return under(fmt.Errorf("states: %s is %d: it is the stage of the step that sends %s", label, s.States[label], label), "states", label)
		}
	}
	if len(s.States) > 0 && s.Staged() {
		return under(errors.New("states are read before any scenario with a process step is played: it has none"), "states")
	}
	if len(s.States) > 0 && !control {
		return under(errors.New("states without a control: add an object whose events come in order, the last with \"control: true\""), "states")
	}
	return nil
}
