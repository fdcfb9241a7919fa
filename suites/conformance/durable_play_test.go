package conformance_test

import (
	"os"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

func TestDurableScratch(t *testing.T) {
	tgt := durable(t, settings[0])
	f, _ := os.Create("/tmp/matrix-scratch.jsonl")
	defer f.Close()
	report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Profile: "production", Only: []string{"idem.*", "ack.*", "retry.*", "auth.secret-unset", "auth.verifier-down"}, Transcript: f})
	if err != nil {
		t.Fatal(err)
	}
	reports.Terminal(os.Stderr, report, reports.TerminalOptions{})
}
