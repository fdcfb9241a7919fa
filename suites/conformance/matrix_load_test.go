package conformance_test

import (
	"os"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// loadMatrix is where suites/load says what finds the flaws that show under load.
const loadMatrix = "../load/testdata/load-matrix.yaml"

// checkLoadMatrix holds the two matrices to each other: what this one leaves to
// load must fail there.
func checkLoadMatrix(t *testing.T, expected map[string]expectation) {
	t.Helper()
	b, err := os.ReadFile(loadMatrix)
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Flaw    string `yaml:"flaw"`
		Verdict string `yaml:"verdict"`
	}
	if err := yaml.Unmarshal(b, &rows); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, row := range rows {
		if row.Verdict == "fail" {
			found = append(found, row.Flaw)
		}
	}
	for flaw, e := range expected {
		if e.Load && !slices.Contains(found, flaw) {
			t.Errorf("%s is left to the load run, which fails it nowhere in %s", flaw, loadMatrix)
		}
	}
}

// quietly is how many deliveries a second no receiver here finds many.
const quietly = 60

// oneAtATime is the same run with one scenario at a time, and quietly.
func oneAtATime(t *testing.T, s setting, c conformance.Config) conformance.Config {
	t.Helper()
	tgt, err := target.New(target.Settings{URL: c.URL, Scheme: c.Scheme, Secret: c.Secret})
	if err != nil {
		t.Fatal(err)
	}
	s.tellOthers(t, tgt)
	tgt.Limits.Concurrency, tgt.Limits.Rate = 1, quietly
	c.Target = tgt
	return c
}
