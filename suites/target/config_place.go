package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// at words an error with the place where the value was given: file:line:column
// or the flag's name.
func (c Config) at(key string, err error) error {
	if err == nil {
		return nil
	}
	if place := c.place(key); place != "" {
		return fmt.Errorf("%s: %w", place, err)
	}
	return err
}

// place is the key's own; else that of the first key below it that was given;
// else that of the map that should have the key.
func (c Config) place(key string) string {
	if place, ok := c.places[key]; ok {
		return place
	}
	for _, k := range slices.Sorted(maps.Keys(c.places)) {
		if strings.HasPrefix(k, key+".") {
			return c.places[k]
		}
	}
	for key != "" {
		if place, ok := c.places[key]; ok {
			return place
		}
		key = key[:max(0, strings.LastIndex(key, "."))]
	}
	return ""
}

func (c Config) fromFlag(key string) bool {
	return strings.HasPrefix(c.places[key], "--")
}
