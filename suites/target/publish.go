package target

import (
	"context"
	"errors"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/suites/transcript"
)

// published is an event that the receiver can have delivered again.
type published struct {
	event mockprovider.Event
	about transcript.Exchange
}

// Publish puts an event that has happened into the producer's list, with the
// body that a genuine delivery has: whether it is delivered or not, the receiver
// can learn of it there. When the receiver has it delivered again, that is a
// fresh attempt, and about says where in the run it belongs.
func (s *Sender) Publish(about transcript.Exchange, e mockprovider.Event, at time.Time) error {
	list := s.Target.EventsAPI
	if list == nil {
		return errors.New("the target has no events.api to publish in")
	}
	d, err := s.Composer.Compose(e, at, nil)
	if err != nil {
		return err
	}
	if err := s.writeID(d.SentID, about.Scenario); err != nil {
		return err
	}
	s.remember(d.SentID, published{e, about})
	return list.Publish(server.Event{ID: d.SentID, Type: e.Type, Source: e.Source, Created: at, Body: d.Message.Body})
}

func (s *Sender) remember(id string, p published) {
	s.publishedMu.Lock()
	defer s.publishedMu.Unlock()
	if s.published == nil {
		s.published = map[string]published{}
		s.Target.EventsAPI.OnReplay(s.replay)
	}
	s.published[id] = p
}

// replay delivers a published event as it is asked for. Whoever ends the run
// stops replays first, with EventsAPI.StopReplays.
func (s *Sender) replay(ctx context.Context, e server.Event) {
	s.publishedMu.Lock()
	p, ok := s.published[e.ID]
	s.publishedMu.Unlock()
	if !ok {
		return // an earlier run's
	}
	d, err := s.Composer.Compose(p.event, time.Now(), nil)
	if err == nil {
		_, err = s.Send(ctx, p.about, d, nil)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	kind := "harness"
	if errors.Is(err, ErrBudget) {
		kind = "budget"
	}
	s.Record.Add(transcript.Record{Trouble: &transcript.Trouble{
		Scenario: p.about.Scenario, Play: p.about.Play, Kind: kind, Message: "a replay that the receiver asked for was not sent: " + err.Error(),
	}})
}
