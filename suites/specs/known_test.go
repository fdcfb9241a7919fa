package specs

import (
	"strings"
	"testing"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
)

// TestKnownFailures: a failure that is known skips its spec and says why; an
// entry that is stale fails the run as a whole.
func TestKnownFailures(t *testing.T) {
	tree := judged(reports.Fail, reports.Pass)
	expect := func(id string) reports.Expectation {
		return reports.Expectation{Scenario: id, Verdict: reports.Fail, Findings: []string{"ab"}, Reason: "PAY-1234", Location: "known.yaml:3"}
	}
	tree.report.Scenarios[0].Findings[0].Fingerprint = "ab"
	for _, tt := range []struct {
		name         string
		expectations []reports.Expectation
		fails, whole types.SpecState
		says         string
	}{
		{"as it says", []reports.Expectation{expect("test.fail")}, types.SpecStateSkipped, types.SpecStatePassed, ""},
		{"stale", []reports.Expectation{expect("test.fail"), expect("test.pass")}, types.SpecStateSkipped, types.SpecStateFailed,
			"known.yaml:3: test.pass: it does not fail any more"},
		{"none", nil, types.SpecStateFailed, types.SpecStatePassed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree.report.Expectations = tt.expectations
			reports.Conclude(&tree.report, nil)
			for _, s := range tree.report.Scenarios {
				tree.graded[s.ID] = s
			}
			said := read(tree)
			specs := its(said)
			if specs[0].State != tt.fails || specs[1].State != types.SpecStatePassed || specs[2].State != tt.whole {
				t.Errorf("%s, %s, as a whole %s", specs[0].State, specs[1].State, specs[2].State)
			}
			if known := tt.fails == types.SpecStateSkipped; known != strings.Contains(specs[0].Failure.Message, "known failure (expectations): PAY-1234") {
				t.Errorf("the spec says %q", specs[0].Failure.Message)
			}
			if !strings.Contains(specs[2].Failure.Message, tt.says) {
				t.Errorf("the run says %q, want %q", specs[2].Failure.Message, tt.says)
			}
			if err := tree.compare(said); err != nil {
				t.Error(err)
			}
		})
	}
}
