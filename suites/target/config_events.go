package target

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
)

var (
	placeholder  = regexp.MustCompile(`\{[a-z_]+\}`)
	placeholders = []string{"{unique}", "{canary}", "{uuid}", "{sha}", "{number}", "{now}", "{now_unix}", "{id}", "{type}"}
)

func (c Config) checkEvents() error {
	e := c.Events
	if err := c.checkEventsAPI(); err != nil {
		return err
	}
	if e.Files == "" {
		if e.ID+e.Type+e.Poison != "" || len(e.Set)+len(e.Free)+len(e.Handled) > 0 {
			return c.at("events", errors.New("events.files is missing: the other keys of events say what its files hold"))
		}
		return nil
	}
	for _, key := range []struct{ key, pointer string }{{"id", e.ID}, {"type", e.Type}} {
		if err := checkPointer(key.pointer); key.pointer != "" && err != nil {
			return c.at("events."+key.key, err)
		}
	}
	for _, pointer := range e.Free {
		if err := checkPointer(pointer); err != nil {
			return c.at("events.free", err)
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(e.Set)) {
		if err := checkPointer(pointer); err != nil {
			return c.at("events.set."+pointer, err)
		}
		if err := checkPlaceholders(e.Set[pointer]); err != nil {
			return c.at("events.set."+pointer, err)
		}
	}
	return nil
}

func checkPointer(pointer string) error {
	if !strings.HasPrefix(pointer, "/") {
		return fmt.Errorf("%q is no JSON pointer: it begins with / (RFC 6901)", pointer)
	}
	return nil
}

func checkPlaceholders(text string) error {
	for _, p := range placeholder.FindAllString(text, -1) {
		if !slices.Contains(placeholders, p) {
			return nearest.Unknown("placeholder", p, placeholders)
		}
	}
	return nil
}

// samples loads the user's events; nil where there are none. Live ones are
// taken on loopback only.
func (c Config) samples(loopback bool) (*mockprovider.Samples, error) {
	e := c.Events
	if e.Files == "" {
		return nil, nil
	}
	s := &mockprovider.Samples{ID: e.ID, Type: e.Type, Set: e.Set, Free: e.Free, Handled: e.Handled}
	if err := s.Load(c.file("events.files", e.Files), loopback); err != nil {
		return nil, c.at("events.files", err)
	}
	if e.Poison != "" {
		if err := s.LoadPoison(c.file("events.poison", e.Poison), loopback); err != nil {
			return nil, c.at("events.poison", err)
		}
	}
	return s, nil
}
