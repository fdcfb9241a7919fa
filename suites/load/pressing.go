package load

import (
	"github.com/hookassay/hookassay/mockprovider"
)

// A pressing makes the plan's deliveries: a press, and which of its forms is
// which class.
type pressing struct {
	press   *mockprovider.Press
	content *content
	own     [classes]int // the form of a class that has one of its own
}

func newPressing(cfg Config, plan *Plan) (*pressing, error) {
	m := mockprovider.NewMaker(cfg.Target.Scheme, cfg.Target.Samples, cfg.Seed, cfg.Nonce)
	if cfg.EventType != "" {
		m.Prefer(cfg.EventType)
	}
	forms, own := plan.content.forms(cfg.Scenario.Mix)
	press, err := mockprovider.NewPress(m, cfg.Target.Composer(m), "load/"+cfg.Scenario.Name+"/", forms)
	if err != nil {
		return nil, err
	}
	return &pressing{press: press, content: plan.content, own: own}, nil
}

// ids returns what tells an event's id, for use by one goroutine.
func (p *pressing) ids() func(event int) string {
	press := p.press.Clone()
	return func(event int) string { return string(press.AppendID(nil, event)) }
}

// form is the form of a delivery of the class that carries the event.
func (p *pressing) form(class Class, event int) int {
	if own := p.own[class]; own > 0 {
		return own
	}
	return p.content.form(event) // of copies, too: they are of genuine events
}
