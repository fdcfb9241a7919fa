package load

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// A pressing makes the plan's deliveries: a press, and which of its forms is
// which class.
type pressing struct {
	press   *mockprovider.Press
	content *content
	own     [classes]int // the form of a class that has one of its own
	remarks []string     // on the content, for people
	idle    []bool       // by the content's types: the receiver does nothing with events of that one
}

func newPressing(cfg Config, plan *Plan) (*pressing, error) {
	m := cfg.maker()
	forms, own := plan.content.forms(cfg.Scenario.Mix)
	press, err := mockprovider.NewPress(m, cfg.Target.Composer(m), "load/"+cfg.Scenario.Name+"/", forms)
	if err != nil {
		return nil, err
	}
	p := &pressing{press: press, content: plan.content, own: own, idle: make([]bool, max(1, len(plan.content.names)))}
	for i, name := range plan.content.names {
		p.idle[i] = cfg.idle[name] || declaredIdle(cfg.Target.Samples, name)
	}
	p.remarks = p.larger(m.DefaultType())
	return p, nil
}

// larger tells of sizes that events exceed without any padding: they are sent as
// they are.
func (p *pressing) larger(defaultType string) (remarks []string) {
	now := time.Now()
	for form := range max(1, len(p.content.names)) * len(p.content.bytes) {
		request := p.press.AppendRequest(nil, mockprovider.Stamp{Form: form, Object: -1, Happened: now, At: now})
		_, body, _ := bytes.Cut(request, []byte("\r\n\r\n"))
		typ, size := defaultType, p.content.bytes[form%len(p.content.bytes)]
		if p.content.names != nil {
			typ = p.content.names[form/len(p.content.bytes)]
		}
		if len(body) > size {
			remarks = append(remarks, fmt.Sprintf("those of type %s are not brought to %d bytes: they have %d", typ, size, len(body)))
		}
	}
	return remarks
}

// declaredIdle reports whether the user says that events of the type have no
// effect.
func declaredIdle(s *mockprovider.Samples, name string) bool {
	return declares(s) && !slices.Contains(s.Handled, name)
}

// declares reports whether the user says which types of events have effects.
func declares(s *mockprovider.Samples) bool { return s != nil && len(s.Handled) > 0 }

// works reports whether the receiver does something with the event that a
// delivery of the class brings. What has a form of its own is of a type that
// the preflight has seen to work.
func (p *pressing) works(class Class, event int) bool {
	return p.own[class] > 0 || !p.idle[p.content.typeOf(event)]
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
