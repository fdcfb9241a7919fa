package mockprovider

import (
	"fmt"
	"slices"
	"time"
)

// Faults of the event and of its rendering.
var eventFaults = []Fault{
	{
		Name: "event.unknown-type", Stage: StageEvent,
		Doc: "the event is of a type that the receiver cannot know",
		// The type itself is the scheme's: the maker resolves it.
		event: func(spec *EventSpec, _ Param) error { spec.Type = UnknownType; return nil },
	},
	{
		Name: "event.type", Stage: StageEvent, Param: ParamText,
		Doc:   "the event is of the type given",
		event: func(spec *EventSpec, p Param) error { spec.Type = p.Text; return nil },
	},
	{
		Name: "event.poison", Stage: StageEvent, Needs: []Feature{PoisonEvent},
		Doc:   "the event is the target's own sample whose processing always fails, genuine in every way",
		event: func(spec *EventSpec, _ Param) error { spec.Poison = true; return nil },
	},
	{
		Name: "event.age", Stage: StageEvent, Param: ParamText, Needs: []Feature{"template-events"},
		Doc:   "the event itself happened so long ago; the attempt is made now",
		check: func(p Param) error { _, err := time.ParseDuration(p.Text); return err },
		event: func(spec *EventSpec, p Param) error {
			age, err := time.ParseDuration(p.Text)
			spec.Age = age
			return err
		},
	},
	{
		Name: "event.source", Stage: StageEvent, Param: ParamText, Needs: []Feature{"structured"},
		Doc:   "the CloudEvent comes from another source",
		event: func(spec *EventSpec, p Param) error { spec.Source = p.Text; return nil },
	},
	{
		Name: "event.mode", Stage: StageMode, Param: ParamText, Needs: []Feature{"structured"},
		Doc: "the CloudEvent is rendered in the content mode given",
		check: func(p Param) error {
			if !slices.Contains([]string{ModeBinary, ModeStructured}, p.Text) {
				return fmt.Errorf("mode %q; there are binary, structured", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { d.mode = p.Text; return nil },
	},
}

// UnknownType stands for the scheme's unknown type in an EventSpec.
const UnknownType = "{unknown}"
