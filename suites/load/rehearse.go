package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// rehearse finds out what nobody has declared: whether the receiver does
// anything with events of each type, and with a second event about one object.
// What it does nothing with is not waited for. Without a probe there is nothing
// to find out.
func (cfg Config) rehearse(ctx context.Context) (Config, error) {
	s := cfg.Scenario
	if len(cfg.Target.Probes) == 0 || s.Types == nil && s.Keys == nil {
		return cfg, nil
	}
	m := cfg.maker()
	if cfg.EventType != "" {
		m.Prefer(cfg.EventType)
	}
	events, err := cfg.rehearsals(m)
	if err != nil {
		return cfg, err
	}
	sender := target.NewSender(cfg.Target, m, transcript.NewRecorder(nil), cfg.IDs)
	found, err := sender.Rehearse(ctx, events)
	cfg.rehearsed = sender.Sent()
	if ctx.Err() != nil {
		return cfg, nil // which is said of the run, too
	}
	if err != nil {
		return cfg, fmt.Errorf("events were sent to learn which have effects, but: %w", err)
	}
	if s.Keys != nil {
		first, second := found[0], found[1]
		found = found[2:]
		if why := shares(first, second); why != "" {
			cfg.Scenario.Keys = nil
			cfg.left = append(cfg.left, reports.LeftOut{What: "keys", Reason: why})
		}
	}
	cfg.idle = maps.Clone(cfg.idle)
	for i, w := range s.Types {
		if accepted(found[i].Status) && !found[i].Effect {
			if cfg.idle == nil {
				cfg.idle = map[string]bool{}
			}
			cfg.idle[w.Name] = true
		}
	}
	return cfg, nil
}

// rehearsals are two events about one object, if objects are shared, and one of
// each type.
func (cfg Config) rehearsals(m *mockprovider.Maker) (events []mockprovider.Event, err error) {
	now, key := time.Now(), "load/"+cfg.Scenario.Name+"/rehearsal/"
	add := func(spec mockprovider.EventSpec) (e mockprovider.Event) {
		if err == nil {
			e, err = m.Make(spec)
			events = append(events, e)
		}
		return e
	}
	if cfg.Scenario.Keys != nil {
		first := add(mockprovider.EventSpec{Key: key + "object/first", Now: now})
		add(mockprovider.EventSpec{Key: key + "object/second", Now: now, About: &first})
	}
	for _, w := range cfg.Scenario.Types {
		add(mockprovider.EventSpec{Key: key + "type/" + w.Name, Now: now, Type: w.Name})
	}
	return events, err
}

// shares says why events about one object cannot be told from each other by
// what they do; "" where they can.
func shares(first, second target.Rehearsal) string {
	switch {
	case !accepted(second.Status) && accepted(first.Status):
		return fmt.Sprintf("the second of two events about one object was answered %d", second.Status)
	case first.Effect && !second.Effect:
		return "the second of two events about one object had no effect of its own"
	}
	return ""
}

// unhandled says which types are not waited for; "" where all are.
func (cfg Config) unhandled() string {
	if len(cfg.idle) == 0 {
		return ""
	}
	return "no effect is expected of " + strings.Join(slices.Sorted(maps.Keys(cfg.idle)), ", ") + ": one that was sent before had none"
}
