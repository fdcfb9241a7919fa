package conformance_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hookassay/hookassay/scenarios"
)

// ownScenarios are scenarios that are written for a test.
func ownScenarios(t testing.TB, yaml string) []scenarios.Scenario {
	t.Helper()
	file := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	own, err := scenarios.LoadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return own
}
