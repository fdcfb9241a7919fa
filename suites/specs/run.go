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
	"github.com/hookassay/hookassay/suites/load"
)

// running keeps runs apart: Ginkgo has one suite a process.
var running sync.Mutex

// Run plays the tree that Describe makes, silently, and returns the report. It
// is for programs. Options are Load and LoadLike. In a Ginkgo suite use Describe: Run begins with an empty
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
func Run(ctx context.Context, cfg conformance.Config, options ...Option) (reports.Report, error) {
	leave, err := enter()
	if err != nil {
		return reports.Report{}, err
	}
	defer leave()
	t, err := prepared(cfg, options)
	if err != nil {
		return reports.Report{}, err
	}
	return t.run(ctx, cfg.Seed)
}

// Check finds what Run would refuse; nothing is sent.
func Check(cfg conformance.Config, options ...Option) error {
	_, err := prepared(cfg, options)
	return err
}

// prepared is the tree of a run whose configuration is in order.
func prepared(cfg conformance.Config, options []Option) (*tree, error) {
	session, err := conformance.Prepare(cfg)
	if err != nil {
		return nil, err
	}
	args := []any{Own(cfg.Scenarios...)}
	for _, o := range options {
		args = append(args, o)
	}
	t, err := newTree(types.NewCodeLocation(0), args)
	if err != nil {
		return nil, err
	}
	t.prepare = func() (*conformance.Session, conformance.Config, error) { return session, cfg, nil }
	return t, t.checkLoads(session, cfg)
}

// RunLoad plays one load scenario as Run does: the tree has nothing else in it,
// and load.Grade makes the report. Command plays it again.
func RunLoad(ctx context.Context, cfg load.Config, command string) (reports.Report, error) {
	leave, err := enter()
	if err != nil {
		return reports.Report{}, err
	}
	defer leave()
	if err := cfg.Check(); err != nil {
		return reports.Report{}, err
	}
	t := &tree{
		text: "webhook load", at: types.NewCodeLocation(0), loads: []*loadPart{{scenario: cfg.Scenario}},
		alone: func(ctx context.Context) (reports.Report, error) {
			return load.Grade(ctx, cfg, conformance.Version, command)
		},
	}
	return t.run(ctx, cfg.Seed)
}

// enter waits for its turn. The function gives the turn to the next.
func enter() (leave func(), err error) {
	running.Lock()
	if ginkgo.CurrentSpecReport().LeafNodeType != types.NodeTypeInvalid {
		running.Unlock()
		return nil, errors.New("specs.Run inside a running Ginkgo suite: use specs.Describe there")
	}
	return running.Unlock, nil
}

// run plays the tree in a suite of its own.
func (t *tree) run(ctx context.Context, seed int64) (reports.Report, error) {
	t.outer = ctx
	suite := types.NewDefaultSuiteConfig()
	suite.RandomSeed, suite.FailOnEmpty = seed, true
	suite.Timeout = 0 // a load may last for days; everything that is waited for has a limit of its own
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
