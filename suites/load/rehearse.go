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

// rehearsals is how many events of a type, and second events about one object,
// are sent before the load: a receiver that loses one of them does something
// with its like all the same.
const rehearsals = 3

// rehearse finds out what nobody has declared: whether the receiver does
// anything with events of each type, and with a second event about one object.
// What it does nothing with is not waited for. Without a probe there is nothing
// to find out.
func (cfg Config) rehearse(ctx context.Context) (Config, error) {
	if cfg.rehearsing() == 0 {
		return cfg, nil
	}
	m := cfg.maker()
	events, err := cfg.rehearsal(m)
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
	types := cfg.unsure()
	if cfg.Scenario.Keys != nil {
		if why := shares(found[0], found[1:1+rehearsals]); why != "" {
			cfg.Scenario.Keys = nil
			cfg.left = append(cfg.left, reports.LeftOut{What: "keys", Reason: why})
		}
		found = found[1+rehearsals:]
	}
	idle := map[string]bool{}
	for i, name := range types {
		of := found[i*rehearsals:][:rehearsals]
		if slices.ContainsFunc(of, tookIt) && !slices.ContainsFunc(of, hadEffect) {
			idle[name] = true
		}
	}
	cfg.idle = idle
	return cfg, nil
}

func tookIt(r target.Rehearsal) bool { return accepted(r.Status) }

func hadEffect(r target.Rehearsal) bool { return r.Effect }

// unsure are the scenario's types of which nobody knows whether they have
// effects: the user does not say, and the preflight has not seen one.
func (cfg Config) unsure() (types []string) {
	if declares(cfg.Target.Samples) {
		return nil
	}
	for _, w := range cfg.Scenario.Types {
		if !cfg.Works || w.Name != cfg.EventType {
			types = append(types, w.Name)
		}
	}
	return types
}

// rehearsing is how many events are sent before the load.
func (cfg Config) rehearsing() int {
	if len(cfg.Target.Probes) == 0 || cfg.Distrust != "" {
		return 0
	}
	n := rehearsals * len(cfg.unsure())
	if cfg.Scenario.Keys != nil {
		n += 1 + rehearsals
	}
	return n
}

// rehearsal makes those events: one and further ones about one object, if
// objects are shared, and then those of each type.
func (cfg Config) rehearsal(m *mockprovider.Maker) (events []mockprovider.Event, err error) {
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
		for i := range rehearsals {
			add(mockprovider.EventSpec{Key: fmt.Sprintf("%sobject/second/%d", key, i), Now: now, About: &first})
		}
	}
	for _, name := range cfg.unsure() {
		for i := range rehearsals {
			add(mockprovider.EventSpec{Key: fmt.Sprintf("%stype/%s/%d", key, name, i), Now: now, Type: name})
		}
	}
	return events, err
}

// shares says why events about one object cannot be told from each other by
// what they do; "" where they can.
func shares(first target.Rehearsal, second []target.Rehearsal) string {
	switch {
	case tookIt(first) && !slices.ContainsFunc(second, tookIt):
		return fmt.Sprintf("further events about one object were answered %d", second[0].Status)
	case first.Effect && !slices.ContainsFunc(second, hadEffect):
		return fmt.Sprintf("none of %d further events about one object had an effect of its own", len(second))
	}
	return ""
}

// inert says that the receiver does something with none of the events, so that
// nothing of what it does can be seen; "" where it does.
func (p *pressing) inert() string {
	if slices.Contains(p.idle, false) {
		return ""
	}
	return "no type of event had an effect: check the probe, or name types that have one under events.handled"
}

// unhandled says which types are not waited for; "" where all are.
func (cfg Config) unhandled() string {
	if len(cfg.idle) == 0 {
		return ""
	}
	return "no effect is expected of " + strings.Join(slices.Sorted(maps.Keys(cfg.idle)), ", ") + fmt.Sprintf(": none of %d that were sent before had one", rehearsals)
}
