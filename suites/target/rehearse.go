package target

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A Rehearsal is what became of one genuine delivery that was sent to learn
// what the receiver does with its like.
type Rehearsal struct {
	Status int  // of the answer; 0: none
	Effect bool // every probe saw one
}

// Rehearse sends genuine deliveries of the events, one after the other, and
// then waits, no longer than Timeouts.Effect, until those that were accepted
// have their effects. One that is answered "not now" is sent again, as told. An
// error means that nothing can be said.
func (s *Sender) Rehearse(ctx context.Context, events []mockprovider.Event) ([]Rehearsal, error) {
	out := make([]Rehearsal, len(events))
	patient := time.Now().Add(Tries * MaxRetryAfter) // for all of them
	for i, e := range events {
		d, err := s.Composer.Compose(e, time.Now(), nil)
		if err != nil {
			return nil, err
		}
		for try := 1; ; try++ {
			sent, err := s.Send(ctx, transcript.Exchange{Play: 1, Label: "rehearsal", Control: true}, d, nil)
			if err != nil {
				return nil, err
			}
			out[i].Status = sent.Answer.Status
			if try == Tries || !NotNow(out[i].Status) || time.Now().After(patient) {
				break
			}
			if err := Pause(ctx, RetryAfter(sent.Answer, try)); err != nil {
				return nil, err
			}
		}
	}
	until := time.Now().Add(s.Target.Timeouts.Effect)
	for len(s.Target.Probes) > 0 {
		missing, err := s.rehearsed(ctx, events, out)
		if err != nil {
			return nil, err
		}
		if missing == 0 || time.Now().After(until) {
			break
		}
		if err := Pause(ctx, pollEvery); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rehearsed looks which of the accepted events have had their effect, and counts
// those that have not.
func (s *Sender) rehearsed(ctx context.Context, events []mockprovider.Event, out []Rehearsal) (missing int, err error) {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i], out[i].Effect = e.ID, true
	}
	for _, p := range s.Target.Probes {
		counts, err := p.Counts(ctx, ids)
		if err != nil {
			return 0, err
		}
		for i, id := range ids {
			out[i].Effect = out[i].Effect && counts[id] > 0
		}
	}
	for _, r := range out {
		if r.Status/100 == 2 && !r.Effect {
			missing++
		}
	}
	return missing, nil
}
