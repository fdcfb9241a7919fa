package conformance

import (
	"context"
	"fmt"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// inTurn sends the fresh events of one step, one after the other. What would
// come behind one that broke the receiver could prove nothing, and each may
// cost a whole timeout.
func (p *player) inTurn(ctx context.Context, step scenarios.Step, about transcript.Exchange) error {
	defer func() { p.number = 0 }()
	for n := 1; n <= step.Times; n++ {
		p.number, about.Copy = n, n
		d, err := p.delivery(step)
		if err == nil {
			err = p.send(ctx, step, about, d)
		}
		if err != nil {
			return fmt.Errorf("number %d: %w", n, err)
		}
		if brokeOff(step, p.exchanges[len(p.exchanges)-1]) {
			return nil
		}
	}
	return nil
}

// name tells the events that the player has made apart: by their label, and
// those of one step by their number too.
func (p *player) name(step scenarios.Step) string {
	if p.number == 0 {
		return step.Send
	}
	return numberedName(step.Send, p.number)
}

// brokeOff reports whether a step of many events ends with this one: it was left
// without an answer where that is not what is expected.
func brokeOff(step scenarios.Step, e transcript.Exchange) bool {
	o, err := scenarios.FindOutcome(step.Expect)
	if err != nil || step.Times == 0 || e.Answer.Status != 0 {
		return false
	}
	grade, _ := o.Grade(0)
	return grade != scenarios.GradePass
}
