package target

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// StateConfig says what becomes of the things that events are about; see State.
type StateConfig struct {
	Object string                 `yaml:"object"`
	After  []StageConfig          `yaml:"after"`
	HTTP   *StateHTTPConfig       `yaml:"http"`
	SQL    strictyaml.Unavailable `yaml:"sql"`
}

// StageConfig is one event that happens to an object, and the state it is in
// then.
type StageConfig struct {
	Type string            `yaml:"type"`
	Set  map[string]string `yaml:"set"`
	Is   string            `yaml:"is"`
}

// StateHTTPConfig is a URL of the receiver; see NewHTTPState.
type StateHTTPConfig struct {
	URL     string `yaml:"url"`
	Pointer string `yaml:"pointer"`
}

// maxStages bounds the events of one object.
const maxStages = 20

func (c Config) checkState() error {
	s := c.State
	if reflect.ValueOf(s).IsZero() && !c.has("state") {
		return nil
	}
	if s.Object == "" {
		return c.at("state", errors.New("state.object is missing: where an event's payload says what it is about, such as /data/id"))
	}
	if err := checkPointer(s.Object); err != nil {
		return c.at("state.object", err)
	}
	if err := s.checkAfter(); err != nil {
		return c.at("state.after", err)
	}
	if s.HTTP == nil {
		return c.at("state", errors.New("state.http is missing: where the state of an object is seen"))
	}
	_, err := s.HTTP.probe()
	return c.at("state.http", err)
}

// checkAfter finds stages that could not be told apart.
func (s StateConfig) checkAfter() error {
	if len(s.After) < 2 || len(s.After) > maxStages {
		return fmt.Errorf("state.after has 2 to %d events, in the order in which they happen", maxStages)
	}
	for i, stage := range s.After {
		if stage.Type == "" || stage.Is == "" {
			return fmt.Errorf("number %d of state.after lacks its type or what the object is then: write {type: invoice.paid, is: paid}", i+1)
		}
		for pointer, text := range stage.Set {
			if err := cmp.Or(checkPointer(pointer), checkPlaceholders(text)); err != nil {
				return fmt.Errorf("number %d of state.after: set: %w", i+1, err)
			}
		}
		for _, before := range s.After[:i] {
			if before.Type == stage.Type && maps.Equal(before.Set, stage.Set) || before.Is == stage.Is {
				return fmt.Errorf("state.after has %s, is %s and %s, is %s: events and states differ, or no order could be seen", before.Type, before.Is, stage.Type, stage.Is)
			}
		}
	}
	return nil
}

func (h StateHTTPConfig) probe() (*HTTPState, error) {
	if h.URL == "" {
		return nil, errors.New("state.http: url is missing")
	}
	if u, err := url.Parse(h.URL); err == nil && u.User != nil {
		return nil, errors.New("state.http: a user in the URL would reach reports")
	}
	return NewHTTPState(h.URL, h.Pointer)
}

// state makes what the file says of states; nil where it says nothing.
func (c Config) state(t *Target) (*State, error) {
	if c.State.HTTP == nil {
		return nil, nil
	}
	probe, err := c.State.HTTP.probe()
	if err != nil {
		return nil, c.at("state.http", err)
	}
	s := &State{Object: c.State.Object, Probe: probe}
	for _, stage := range c.State.After {
		s.After = append(s.After, Stage(stage))
	}
	maker := mockprovider.NewMaker(t.Scheme, t.Samples, 0, "")
	for _, stage := range s.After {
		if t.Samples != nil && !slices.Contains(maker.Types(), stage.Type) {
			return nil, c.at("state.after", nearest.Unknown("type of a sample", stage.Type, maker.Types()))
		}
		if err := s.fresh(maker, stage); err != nil {
			return nil, c.at("state.object", err)
		}
	}
	return s, nil
}

// fresh reports whether events of the type say what they are about, and whether
// that is another object in each: scenarios would disturb each other otherwise.
func (s *State) fresh(m *mockprovider.Maker, stage Stage) error {
	var objects []string
	for _, key := range []string{"one", "another"} {
		e, err := m.Make(mockprovider.EventSpec{Key: key, Type: stage.Type, Set: stage.Set})
		if err != nil {
			return err
		}
		object, err := e.Object(s.Object)
		if err != nil {
			return err
		}
		objects = append(objects, object)
	}
	if objects[0] == objects[1] {
		return fmt.Errorf("every event of type %s is about %q at %s: name the place under events.set, so that it is fresh", stage.Type, strings.ToValidUTF8(objects[0], "?"), s.Object)
	}
	return nil
}
