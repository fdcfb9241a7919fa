package scenarios

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

// ProcessActions lists what a step can do to the receiver's process, with its
// meaning.
var ProcessActions = map[string]string{
	"start": "start the receiver and wait until it is ready",
	"stop":  "ask the receiver to end, as a deployment does (SIGTERM), and wait until it has",
	"kill":  "end the receiver as a failing machine does (SIGKILL)",
	"break": "take away what the receiver depends on, by the user's command",
	"heal":  "bring back what the receiver depends on, by the user's command",
}

// processFeature is what a target that lets this be done has.
func processFeature(action string) mockprovider.Feature {
	if action == "heal" { // whoever breaks something can heal it
		action = "break"
	}
	return mockprovider.Feature("process-" + action)
}

// withoutSecret is what a process can be started without.
const withoutSecret = "secret"

// maxClock bounds how far ahead a clock is set.
const maxClock = mockprovider.Duration(90 * 24 * time.Hour)

// maxLanes bounds the connections of one step that sends many events.
const maxLanes = 64

// maxStagger bounds how far apart the copies of a step begin.
const maxStagger = mockprovider.Duration(time.Second)

// checkProcess finds what cannot be done to a process.
func (s Step) checkProcess() error {
	starts := s.Process == "start"
	switch {
	case s.Process != "" && ProcessActions[s.Process] == "":
		return under(nearest.Unknown("action", s.Process, slices.Sorted(maps.Keys(ProcessActions))), "process")
	case s.Without != "" && s.Without != withoutSecret:
		return under(nearest.Unknown("thing to do without", s.Without, []string{withoutSecret}), "without")
	case s.Without != "" && !starts:
		return under(errors.New("without goes with process: start"), "without")
	case s.Clock != 0 && !starts:
		return under(errors.New("clock goes with process: start"), "clock")
	case s.Clock < 0 || s.Clock > maxClock:
		return under(fmt.Errorf("clock is %s; it is at most %s, and not negative", s.Clock, maxClock), "clock")
	case s.Meanwhile != nil && (s.Lanes == 0 || s.Meanwhile.After < 1 || s.Meanwhile.After >= s.Times):
		return under(errors.New("meanwhile goes with times and lanes, and comes after some of the events, but not all"), "meanwhile")
	case s.Meanwhile != nil && !slices.Contains([]string{"stop", "kill", "break"}, s.Meanwhile.Process):
		return under(nearest.Unknown("action to do meanwhile", s.Meanwhile.Process, []string{"stop", "kill", "break"}), "meanwhile", "process")
	}
	return nil
}

// checkMany finds ways to send many deliveries that do not go together.
func (s Step) checkMany() error {
	switch {
	case s.Stagger != 0 && s.AtOnce == 0:
		return under(errors.New("stagger goes with at_once"), "stagger")
	case s.Stagger < 0 || s.Stagger > maxStagger:
		return under(fmt.Errorf("stagger is %s; it is at most %s, and not negative", s.Stagger, maxStagger), "stagger")
	case s.Lanes != 0 && s.Times == 0 && s.Retry == "":
		return under(errors.New("lanes go with times, or with retry"), "lanes")
	case s.Lanes != 0 && (s.Lanes < 2 || s.Lanes > maxLanes):
		return under(fmt.Errorf("lanes is %d; it is 2 to %d", s.Lanes, maxLanes), "lanes")
	case s.Lanes != 0 && s.Connection != "":
		return under(errors.New("lanes need a connection each; connection names one"), "connection")
	}
	return nil
}

// explainProcess says in words what is done to the process.
func (s Step) explainProcess() []string {
	first := ProcessActions[s.Process]
	if s.Without != "" {
		first += ", without its " + s.Without
	}
	if s.Clock != 0 {
		first += fmt.Sprintf(", with its clock %s ahead; deliveries are dated by that clock from here on", s.Clock)
	}
	return []string{first}
}
