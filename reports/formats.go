package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/agnivade/levenshtein"
)

// A format is one rendering of a report, by the name that users give.
type format struct {
	name   string
	render func(io.Writer, Report) error
}

var formats = []format{
	{"terminal", func(w io.Writer, r Report) error { return Terminal(w, r, TerminalOptions{}) }},
	{"json", writeJSON},
	{"junit", JUnit},
}

// Formats lists the names that Render takes.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// Render writes r in the named format; the terminal's without colour, 80 columns
// wide. The error on an unknown name says the nearest that there is.
func Render(w io.Writer, name string, r Report) error {
	nearest, distance := "", 0
	for _, f := range formats {
		if f.name == name {
			return f.render(w, r)
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(name), f.name); nearest == "" || d < distance {
			nearest, distance = f.name, d
		}
	}
	return fmt.Errorf("unknown report format %q: the nearest is %q (there are %s)", name, nearest, strings.Join(Formats(), ", "))
}

func writeJSON(w io.Writer, r Report) error {
	data, err := Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
