package conformance

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// together sends copies that all wait with their last byte until every one has
// had time to arrive there. When none was acknowledged, the event is sent once
// more, as a producer does.
func (p *player) together(ctx context.Context, step scenarios.Step, about transcript.Exchange, d mockprovider.Delivery) error {
	copies, err := p.race(ctx, step.AtOnce, time.Duration(step.Stagger), about, d)
	p.exchanges = append(p.exchanges, copies...)
	if err != nil {
		return err
	}
	last := -1 // the last copy that was answered
	for i, e := range copies {
		if e.Answer.Status/100 == 2 {
			return nil
		}
		if e.Answer.Status != 0 {
			last = i
		}
	}
	if last < 0 {
		return nil // nobody to send to, as it seems
	}
	return p.after(ctx, step, about, copies[last])
}

// after sends the event of a race once more; again while it is told "not now".
func (p *player) after(ctx context.Context, step scenarios.Step, about transcript.Exchange, e transcript.Exchange) error {
	about.Copy = step.AtOnce + 1
	for try := 1; ; try++ {
		if try > 1 {
			about.Try = try
		}
		if err := target.Pause(ctx, target.RetryAfter(e.Answer, try)); err != nil {
			return err
		}
		d, err := p.delivery(step)
		if err != nil {
			return err
		}
		if e, err = p.sender.Send(ctx, about, d, nil); err != nil {
			return err
		}
		if try == target.Tries || !target.NotNow(e.Answer.Status) {
			p.exchanges = append(p.exchanges, e)
			return nil
		}
	}
}

// race sends the copies, each so much later than the one before.
func (p *player) race(ctx context.Context, n int, stagger time.Duration, about transcript.Exchange, d mockprovider.Delivery) ([]transcript.Exchange, error) {
	abouts, all := make([]transcript.Exchange, n), make([]mockprovider.Delivery, n)
	for i := range all {
		abouts[i], all[i] = about, d
		abouts[i].Copy = i + 1
	}
	return p.atOnce(ctx, func(int) time.Duration { return stagger }, abouts, all)
}

// turnedAway reports whether a copy was left without an answer for want of
// room: in the queue of connections that wait to be accepted, or of time. A
// receiver that takes a copy and closes its connection has made up its mind.
func turnedAway(step scenarios.Step, e transcript.Exchange) bool {
	switch wire.Outcome(e.Outcome) {
	case wire.Refused, wire.Unreachable, wire.WasReset, wire.Timeout:
		return step.AtOnce > 1 && e.Answer.Status == 0 && e.Broken == ""
	}
	return false
}

// raced reports whether the receiver took at least two copies of a step.
func raced(s scenarios.Scenario, n int, exchanges []transcript.Exchange) bool {
	taken := 0
	for _, e := range exchanges {
		if step := s.Steps[n-1]; e.Step == n && e.Copy <= step.AtOnce && !turnedAway(step, e) {
			taken++
		}
	}
	return taken >= 2
}
