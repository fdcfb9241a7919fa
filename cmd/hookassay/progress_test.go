package main

import (
	"strings"
	"testing"

	"github.com/hookassay/hookassay/suites/conformance"
)

// Plain lines tell each phase once, and every scenario of the slow one.
func TestPlainProgress(t *testing.T) {
	var out strings.Builder
	p := &progress{out: &out}
	for _, s := range []conformance.Progress{
		{Phase: "playing", Done: 1, Total: 4, Now: "auth.a"},
		{Phase: "playing", Done: 1, Total: 4, Now: "auth.b"},
		{Phase: "settling", Done: 2, Total: 4},
		{Phase: conformance.PhaseProcess, Done: 2, Total: 4, Now: "idem.a"},
		{Phase: conformance.PhaseProcess, Done: 3, Total: 4, Now: "idem.b"},
	} {
		p.scenario(s)
	}
	want := `playing (1 of 4 scenarios done)
settling (2 of 4 scenarios done)
crashes and outages (2 of 4 scenarios done)
  idem.a
  idem.b
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
