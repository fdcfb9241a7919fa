package target

import (
	"errors"
	"maps"
	"slices"
)

var errNoExec = errors.New("this runs a command, and --no-exec allows none")

// refuseCommands finds the first part that runs a command of the file's choice.
// A file from a stranger may hold any.
func (c Config) refuseCommands() error {
	for _, name := range slices.Sorted(maps.Keys(c.Effects)) {
		if c.Effects[name].Exec != nil {
			return c.at("effects."+name, errNoExec)
		}
	}
	return nil
}
