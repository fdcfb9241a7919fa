package specs

import (
	"fmt"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
)

// An Option changes what Describe makes.
type Option func(*tree)

// Text names the container; default "webhook conformance". Two receivers in
// one suite want two names.
func Text(text string) Option { return func(t *tree) { t.text = text } }

// Own adds the user's own scenarios (scenarios.LoadFile reads them).
// They are needed here, not in the configuration: that is asked for when the
// specs exist already.
func Own(own ...scenarios.Scenario) Option {
	return func(t *tree) { t.own = append(t.own, own...) }
}

// Load adds load scenarios (scenarios.FindLoad, scenarios.LoadScenarioFile): a
// container "load NAME" each, with an It an objective and one for the run itself,
// labelled load, the scenario's name, risk-disruptive, and the class or generator.
//
// They are played behind the scenarios, one after the other, whatever became of
// those, but not when the preflight has failed; one of which a filter leaves any
// It is played whole. All stand in the one report. A run takes as long as its
// schedule says and go test ends a test after 10 minutes, if no -timeout is given.
func Load(list ...scenarios.LoadScenario) Option {
	return func(t *tree) {
		for _, s := range list {
			t.loads = append(t.loads, &loadPart{scenario: s})
		}
	}
}

// LoadLike gives what loads have beside what the run has itself (target, seed,
// nonce, ids), such as their progress, and the command that plays one again; nil:
// the default.
func LoadLike(base load.Config, again func(scenarios.LoadScenario) string) Option {
	return func(t *tree) { t.like, t.again = base, again }
}

// ReportTo hands over the report once everything is judged, to be rendered or
// kept. An error fails the suite.
func ReportTo(use func(reports.Report) error) Option { return func(t *tree) { t.use = use } }

// Describe adds one It a scenario to the suite, and one for the run as a whole:
//
//	var _ = specs.Describe(func() conformance.Config { … }, Label("webhooks"))
//
// It stands at the top level, as Ginkgo wants of what it does there. config is
// called late, behind every BeforeSuite, since that is where users start their
// servers. Arguments are Options and Ginkgo's decorators of containers.
//
// Everything selected is sent at once before the first It, and each It then
// says what became of its scenario; Ginkgo's filters (label, focus, skip, file)
// limit what is sent. The container is Serial: latency is measured, and other
// specs would disturb it. Ids, labels (level, group, risk-…, scheme) and the
// place in the catalogue are each It's own.
func Describe(config func() conformance.Config, args ...any) bool {
	t, err := newTree(types.NewCodeLocation(1), args)
	if err != nil {
		panic(fmt.Sprintf("specs.Describe: %v", err)) // Ginkgo has no other way to refuse while specs are declared
	}
	t.prepare = func() (*conformance.Session, conformance.Config, error) {
		c := config()
		if c.Command == "" && c.Again == (conformance.Again{}) {
			c.Again = conformance.Again{All: "go test", One: "go test -ginkgo.focus='{scenario} '"}
			if t.again == nil {
				t.again = func(s scenarios.LoadScenario) string { return fmt.Sprintf("go test -ginkgo.focus='load %s '", s.Name) }
			}
		}
		if err := t.adopt(&c); err != nil {
			return nil, c, err
		}
		s, err := conformance.Prepare(c)
		if err == nil {
			err = t.checkLoads(s, c)
		}
		return s, c, err
	}
	return t.declare()
}

// adopt makes the configuration and the tree speak of the same scenarios.
func (t *tree) adopt(c *conformance.Config) error {
	known := map[string]bool{}
	for _, s := range t.own {
		known[s.ID] = true
	}
	for _, s := range c.Scenarios {
		if !known[s.ID] {
			return fmt.Errorf("scenario %s has no spec: give it to Describe with specs.Own", s.ID)
		}
	}
	c.Scenarios = t.own
	return nil
}
