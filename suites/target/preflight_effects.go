package target

import (
	"context"
	"fmt"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// askFirst asks every probe about an event before it is sent. One that counts
// it would find an effect of everything. Why one does not answer is said later.
func (s *Sender) askFirst(ctx context.Context, f *Flight, id string) {
	for _, p := range s.Target.Probes {
		if counts, err := p.Counts(ctx, []string{id}); err == nil && counts[id] != 0 {
			f.invents = p.Describe().Kind
		}
	}
}

// Distrust says why what the probes count means nothing; "" where they were not
// caught at anything.
func (f Flight) Distrust() string {
	if f.invents == "" {
		return ""
	}
	return fmt.Sprintf("the %s probe counts an event that nobody has sent: does it look at the event's id?", f.invents)
}

// effectSeen waits until every probe has seen the effect.
func (s *Sender) effectSeen(ctx context.Context, f *Flight, e transcript.Exchange) bool {
	if f.invents != "" {
		return false
	}
	acked := time.Now()
	for _, p := range s.Target.Probes {
		for {
			counts, err := p.Counts(ctx, []string{e.EventID})
			f.blind, f.missed = err, p.Describe()
			if err != nil || time.Since(acked) > s.Target.Timeouts.Effect {
				return false
			}
			if counts[e.EventID] > 0 {
				f.Slowest = max(f.Slowest, time.Since(acked))
				s.Target.shown.note(p, e.EventID, counts[e.EventID])
				break
			}
			if Pause(ctx, pollEvery/5) != nil {
				return false
			}
		}
	}
	return len(s.Target.Probes) > 0
}

func (s *Sender) checkEffects(f Flight) {
	switch {
	case !f.Ready:
	case len(s.Target.Probes) == 0:
		s.check("effect-visible", "not-observed", "no effect probe is configured: answers are graded, what the receiver does is not")
	case f.Effects:
		s.check("effect-visible", "pass", fmt.Sprintf("a genuine delivery of type %s has its effect", s.Maker.DefaultType()))
	case f.invents != "":
		s.check("effect-visible", "blocked", f.Distrust())
	case f.blind != nil:
		s.check("effect-visible", "blocked", "a genuine delivery was accepted, but its effect could not be looked up"+s.byName(f)+": "+s.redactor.Text(f.blind.Error()))
	default:
		s.check("effect-visible", "blocked", fmt.Sprintf("a genuine delivery was accepted, but %s%s saw no effect within %s: check the probe, or name a type that has one under events.handled%s",
			f.missed.Kind, s.byName(f), s.Target.Timeouts.Effect, s.lacking()))
	}
}

// lacking tells of a log that is not there.
func (s *Sender) lacking() string {
	for _, p := range s.Target.Probes {
		if n, ok := p.(named); ok {
			p = n.Probe
		}
		if l, ok := p.(*Log); ok && !l.found() {
			return "; there is no file " + l.path
		}
	}
	return ""
}

// byName tells which of several probes it is about.
func (s *Sender) byName(f Flight) string {
	if len(s.Target.Probes) < 2 {
		return ""
	}
	return " (the effect " + f.missed.Name + ")"
}
