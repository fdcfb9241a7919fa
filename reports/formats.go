package reports

import (
	"io"
	"slices"

	"github.com/hookassay/hookassay/internal/nearest"
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

// CheckFormat says whether there is a format of that name; the error names the
// nearest.
func CheckFormat(name string) error {
	if slices.Contains(Formats(), name) {
		return nil
	}
	return nearest.Unknown("format", name, Formats())
}

// Render writes r in the named format; the terminal's without colour, 80 columns
// wide.
func Render(w io.Writer, name string, r Report) error {
	for _, f := range formats {
		if f.name == name {
			return f.render(w, r)
		}
	}
	return CheckFormat(name)
}

func writeJSON(w io.Writer, r Report) error {
	data, err := Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
