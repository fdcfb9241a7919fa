package target

import (
	"fmt"
	"strings"
)

// at words an error with the place where the value was given: file:line:column
// or the flag's name. A key that was not given takes the place of the map that
// should have it.
func (c Config) at(key string, err error) error {
	if err == nil {
		return nil
	}
	for key != "" {
		if place, ok := c.places[key]; ok {
			return fmt.Errorf("%s: %w", place, err)
		}
		key = key[:max(0, strings.LastIndex(key, "."))]
	}
	return err
}

func (c Config) fromFlag(key string) bool {
	return strings.HasPrefix(c.places[key], "--")
}
