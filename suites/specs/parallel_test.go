package specs

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"
)

// Under `ginkgo -p` everything is played once, in one of the processes, and
// filters count there too.
func TestGinkgoInParallel(t *testing.T) {
	if testing.Short() {
		t.Skip("builds Ginkgo's own program and the example")
	}
	for name, filter := range map[string]string{"all": "", "filtered": "conformance && auth"} {
		t.Run(name, func(t *testing.T) {
			said := ginkgoInParallel(t, filter)
			if !said.SuiteSucceeded || said.SuiteConfig.ParallelTotal != 2 {
				t.Errorf("succeeded %v with %d processes: %s", said.SuiteSucceeded, said.SuiteConfig.ParallelTotal, complaint(said))
			}
			played, passed := 0, 0
			for _, s := range its(said) {
				played += begun(s, types.NodeTypeBeforeAll)
				if s.State == types.SpecStatePassed && strings.HasPrefix(s.LeafNodeText, "auth.") {
					passed++
				}
			}
			if played != 1 || passed == 0 {
				t.Errorf("played %d times, %d specs of auth passed", played, passed)
			}
		})
	}
}

// begun counts how often a spec began a node of a type.
func begun(s types.SpecReport, of types.NodeType) int {
	n := 0
	for _, e := range s.SpecEvents.WithType(types.SpecEventNodeStart) {
		if e.NodeType == of {
			n++
		}
	}
	return n
}

// ginkgoInParallel runs the example as its users would.
func ginkgoInParallel(t *testing.T, filter string) types.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	file := filepath.Join(t.TempDir(), "report.json")
	cmd := exec.CommandContext(ctx, "go", "run", "github.com/onsi/ginkgo/v2/ginkgo",
		"-p", "--procs=2", "--no-color", "--json-report=report.json", "--output-dir="+filepath.Dir(file), "--label-filter="+filter, "../../examples/ginkgo")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var said []types.Report
	if err := json.Unmarshal(data, &said); err != nil || len(said) != 1 {
		t.Fatalf("%d reports: %v", len(said), err)
	}
	return said[0]
}
