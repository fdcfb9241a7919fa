package conformance_test

import (
	"os"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

func TestDurableScratch(t *testing.T) {
	tgt := durable(t, settings[0])
	own := ownScenarios(t, `
- id: ack.scratch
  title: it holds
  level: BASE
  risk: disruptive
  sources: ["https://example.com/"]
  why: because
  fix: mend it
  needs_effects: true
  steps:
    - {send: before, control: true, expect: accepted}
    - {await: before}
    - {send: many, times: 32, lanes: 8, meanwhile: {process: kill, after: 16}, expect: anything}
    - {process: start}
    - {retry: many, lanes: 8, expect: duplicate}
    - {again: before, expect: duplicate}
  effects: {before: "1", many: "1"}
`)
	f, _ := os.Create("/tmp/matrix-scratch.jsonl")
	defer f.Close()
	report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Scenarios: own, Only: []string{"ack.scratch"}, Transcript: f})
	if err != nil {
		t.Fatal(err)
	}
	reports.Terminal(os.Stderr, report, reports.TerminalOptions{})
}
