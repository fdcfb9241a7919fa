package target

import (
	"fmt"
	"maps"
	"slices"
)

// refuseCommands finds the first part that runs a command of the file's choice.
// A file from a stranger may hold any.
func (c Config) refuseCommands() error {
	var keys []string
	for _, name := range slices.Sorted(maps.Keys(c.Effects)) {
		if c.Effects[name].Exec != nil {
			keys = append(keys, "effects."+name)
		}
	}
	if c.Process != nil {
		keys = append(keys, "process")
	}
	if len(keys) == 0 {
		return nil
	}
	return c.at(keys[0], fmt.Errorf("%s runs commands, and --no-exec forbids it", keys[0]))
}
