// Package findings compares what hookassay found in a receiver with what a person
// expects it to find, argued from the library's source, and shows both.
package findings

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/reports"
)

const maxFile = 1 << 20 // bytes of one file of expectations

// Cause says whose code a finding is about.
type Cause string

const (
	Library Cause = "library" // the library's own code decides
	Example Cause = "example" // its documentation leaves it open, and who follows that gets it
	Server  Cause = "server"  // the HTTP server or the framework under it, which its documentation chose
	Wrapper Cause = "wrapper" // code of ours that stands in for what the library has not
)

var causes = map[Cause]string{
	Library: "the library itself",
	Example: "what its documentation shows, or leaves to its users",
	Server:  "the HTTP server or framework under it",
	Wrapper: "our wrapper, not the library",
}

// moving is a page whose lines do not stay where they are.
var moving = regexp.MustCompile(`^https://github\.com/[^/]+/[^/]+/blob/(main|master)/`)

// Expected is one finding that a receiver must give.
type Expected struct {
	Verdict reports.Verdict `yaml:"verdict"`
	As      string          `yaml:"as"` // another scenario of the file, which says what this leaves out
	Cause   Cause           `yaml:"cause"`
	Because string          `yaml:"because"` // one line, argued from the source
	Source  string          `yaml:"source"`  // public URL of that source, at its version
}

// Expectations holds, by scenario id, every scenario that must come to something
// else than pass or not-applicable.
type Expectations map[string]Expected

// Load reads a file of expectations. An unknown key is an error, as is an entry
// that leaves something out.
func Load(path string) (Expectations, error) {
	doc, err := strictyaml.ReadFile(path, maxFile)
	if err != nil {
		return nil, err
	}
	expected := Expectations{}
	if err := doc.Decode(doc.Body, &expected); err != nil {
		return nil, err
	}
	for id := range expected {
		e, err := expected.resolve(id)
		if err == nil {
			err = e.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, id, err)
		}
		expected[id] = e
	}
	return expected, nil
}

// resolve fills in what an entry leaves to another, which may leave some to a third.
func (x Expectations) resolve(id string) (Expected, error) {
	e := x[id]
	for next, hops := e.As, 0; next != ""; hops++ {
		other, ok := x[next]
		if !ok || hops == len(x) {
			return e, fmt.Errorf("as %q leads to no scenario with a reason of its own in this file", e.As)
		}
		e.Cause = cmp.Or(e.Cause, other.Cause)
		e.Because = cmp.Or(e.Because, other.Because)
		e.Source = cmp.Or(e.Source, other.Source)
		next = other.As
	}
	return e, nil
}

func (e Expected) check() error {
	switch e.Verdict {
	case reports.Fail, reports.Warn, reports.Info:
	default:
		return fmt.Errorf("verdict %q is none of fail, warn, info", e.Verdict)
	}
	if _, ok := causes[e.Cause]; !ok {
		return fmt.Errorf("cause %q is none of library, example, server, wrapper", e.Cause)
	}
	if e.Because == "" || strings.Contains(e.Because, "\n") {
		return fmt.Errorf("because must be one line")
	}
	if !strings.HasPrefix(e.Source, "https://") {
		return fmt.Errorf("source %q is no https URL", e.Source)
	}
	if moving.MatchString(e.Source) {
		return fmt.Errorf("source %q is not of the version graded", e.Source)
	}
	return nil
}
