package conformance

import (
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// stageApart is how much later each stage of an object happened than the one
// before it. Some producers date events to the second.
const stageApart = time.Second

// tell puts a new event into the story of its object: which object it is about,
// what happens to it, and when. The last stage happened just when the object's
// first event was made, whatever the order of sending.
func (p *player) tell(spec *mockprovider.EventSpec, step scenarios.Step, name string) {
	state := p.sender.Target.State
	if about, ok := p.events[step.ObjectOf]; ok {
		spec.About, spec.Now = &about, p.told[step.ObjectOf]
		if state != nil {
			spec.Object = state.Object
		}
	}
	p.told[name] = spec.Now
	if step.Stage == 0 {
		return
	}
	spec.Age = time.Duration(p.scenario.LastStage()-step.Stage) * stageApart
	if state != nil {
		spec.Type, spec.Set = state.After[step.Stage-1].Type, state.After[step.Stage-1].Set
	}
}

// object is what the label's event is about, where that will be asked for.
func (p *player) object(label string) string {
	e, ok := p.events[label]
	if !ok || len(p.scenario.States) == 0 {
		return ""
	}
	object, err := e.Object(p.sender.Target.State.Object)
	if err != nil {
		return "" // a fault took it out
	}
	return object
}
