package specs

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// running keeps runs apart: Ginkgo has one suite a process.
var running sync.Mutex

// Run plays the tree that Describe makes, silently, and returns the report. It
// is for programs. In a Ginkgo suite use Describe: Run begins with an empty
// suite and leaves one behind.
//
// Errors of the configuration are the user's to mend (see conformance.Prepare);
// others mean that the harness broke, such as Ginkgo and the report telling
// different stories. When ctx ends, what was played so far is judged and the
// report says it was interrupted.
//
// While it runs, Ginkgo takes SIGINT and SIGTERM as ends of the run too, and it
// never gives them back: a program that wants to die of a later signal must
// listen itself (signal.Notify) before and after.
func Run(ctx context.Context, cfg conformance.Config) (reports.Report, error) {
	running.Lock()
	defer running.Unlock()
	if ginkgo.CurrentSpecReport().LeafNodeType != types.NodeTypeInvalid {
		return reports.Report{}, errors.New("specs.Run inside a running Ginkgo suite: use specs.Describe there")
	}
	session, err := conformance.Prepare(cfg)
	if err != nil {
		return reports.Report{}, err
	}
	t, err := newTree(types.NewCodeLocation(0), []any{Own(cfg.Scenarios...)})
	if err != nil {
		return reports.Report{}, err
	}
	t.outer = ctx
	t.prepare = func() (*conformance.Session, conformance.Config, error) { return session, cfg, nil }
	suite := types.NewDefaultSuiteConfig()
	suite.RandomSeed, suite.FailOnEmpty = cfg.Seed, true
	said := runSilently(suite, func() { t.declare() })
	if t.broke != nil {
		return t.report, t.broke
	}
	return t.report, t.compare(said)
}

// verdictOfSuite takes the place of *testing.T. What it is told is compared
// with the report, not trusted.
type verdictOfSuite struct{}

// Fail implements ginkgo.GinkgoTestingT.
func (verdictOfSuite) Fail() {}

// runSilently runs what declare declares, and nothing else, and returns what
// Ginkgo says of it. Arguments are those of ginkgo.RunSpecs.
func runSilently(suite types.SuiteConfig, declare func(), args ...any) types.Report {
	globals.Reset()
	defer globals.Reset()
	out := formatter.ColorableStdOut
	formatter.ColorableStdOut = io.Discard
	defer func() { formatter.ColorableStdOut = out }()

	var said types.Report
	ginkgo.ReportAfterSuite("", func(r ginkgo.Report) { said = r })
	declare()
	reporter := types.NewDefaultReporterConfig()
	reporter.Succinct, reporter.NoColor = true, true
	ginkgo.RunSpecs(verdictOfSuite{}, "hookassay", append(args, suite, reporter)...)
	return said
}
