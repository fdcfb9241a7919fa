// Package nearest words the error for a name that does not exist.
package nearest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Unknown returns the error for an unknown name of a kind ("scheme", "key"),
// with the nearest valid name, or with all of them where none is near and they
// are few.
func Unknown(kind, name string, valid []string) error {
	if near := Name(name, valid); near != "" {
		return fmt.Errorf("unknown %s %q; did you mean %q?", kind, name, near)
	}
	if len(valid) > 0 && len(valid) <= 12 {
		return fmt.Errorf("unknown %s %q; there are %s", kind, name, strings.Join(valid, ", "))
	}
	return fmt.Errorf("unknown %s %q", kind, name)
}

// Name returns the valid name nearest to name, or "" when none is near enough
// to be what was meant.
func Name(name string, valid []string) string {
	best, nearest := len(name)/2+2, ""
	for _, v := range valid {
		d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(v))
		if strings.HasPrefix(v, name) && name != "" {
			d = min(d, 1)
		}
		if d < best {
			best, nearest = d, v
		}
	}
	return nearest
}
