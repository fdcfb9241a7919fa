package specs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/suites/conformance"
)

// compare holds what Ginkgo says of every spec against the report. The two
// come from the same verdicts by different ways, so a difference is a defect
// of the harness.
func (t *tree) compare(said types.Report) error {
	if t.report.Schema == "" {
		return fmt.Errorf("the run has no report: %s", complaint(said))
	}
	if len(said.SpecialSuiteFailureReasons) > 0 {
		// A signal or the suite's time limit: Ginkgo drops the specs still to
		// be read, and the report holds everything all the same.
		return nil
	}
	if conformance.Unready(t.report) != "" {
		if said.SuiteSucceeded {
			return errors.New("the preflight blocked the run, and Ginkgo took it for a success")
		}
		return nil
	}
	states := map[string]types.SpecState{}
	for _, r := range said.SpecReports.WithLeafNodeType(types.NodeTypeIt) {
		key := append(r.ContainerHierarchyTexts[1:len(r.ContainerHierarchyTexts):len(r.ContainerHierarchyTexts)], r.LeafNodeText)
		states[strings.Join(key, " ")] = r.State
	}
	var differ []string
	expect := func(text string, want types.SpecState) {
		if got := states[text]; got != want {
			differ = append(differ, fmt.Sprintf("%q %s where the report asks for %s", text, got, want))
		}
	}
	for _, s := range t.list {
		want := types.SpecStateSkipped
		if graded, ok := t.graded[s.ID]; ok {
			want = endingOf(graded).state()
		}
		expect(specText(s), want)
	}
	t.expectLoads(expect)
	whole := types.SpecStatePassed
	if wholeFailure(t.report) != "" {
		whole = types.SpecStateFailed
	}
	expect(wholeText, whole)
	if len(differ) > 0 {
		return errors.New("Ginkgo and the report differ: " + strings.Join(differ, "; "))
	}
	return nil
}

// complaint is the first failure that Ginkgo tells of.
func complaint(said types.Report) string {
	for _, r := range said.SpecReports {
		if r.State.Is(types.SpecStateFailureStates) {
			return strings.TrimSpace(r.Failure.Message + " " + r.Failure.ForwardedPanic)
		}
	}
	return strings.Join(append(said.SpecialSuiteFailureReasons, "no spec failed"), "; ")
}
