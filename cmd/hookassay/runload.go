package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
	"github.com/hookassay/hookassay/suites/specs"
)

// findLoad finds a load scenario by its name, or reads it from a file.
func findLoad(name string) (scenarios.LoadScenario, error) {
	if _, err := os.Stat(name); err == nil || isFile(name) {
		return scenarios.LoadScenarioFile(name)
	}
	return scenarios.FindLoad(name)
}

// isFile tells a file by its name, whether it is there or not.
func isFile(name string) bool {
	return strings.ContainsRune(name, filepath.Separator) || slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name))
}

// loads are the load scenarios that are played behind a run.
type loads struct {
	names []string // as they were given
	list  []scenarios.LoadScenario
}

// find finds what --load names.
func (l *loads) find(repeat int) error {
	if len(l.names) > 0 && repeat > 1 {
		return errors.New("--repeat plays scenarios again, and no load: leave --load out, or --repeat")
	}
	for _, name := range l.names {
		s, err := findLoad(name)
		if err != nil {
			return fmt.Errorf("--load: %w", err)
		}
		l.list = append(l.list, s)
	}
	return nil
}

// options are what the run's tree needs of the loads. Progress may be nil.
func (f *runFlags) options(progress func(load.Status)) []specs.Option {
	base := load.Config{Requests: cmp.Or(f.target.over.Requests, f.target.file.Limits.Requests), Progress: progress}
	return []specs.Option{specs.Load(f.loads.list...), specs.LoadLike(base, f.loadAgain)}
}

// loadAgain is the command that plays a load by itself again.
func (f *runFlags) loadAgain(s scenarios.LoadScenario) string {
	name := s.Name
	for i, other := range f.loads.list {
		if other.Name == s.Name {
			name = f.loads.names[i]
		}
	}
	return fmt.Sprintf("%s --seed %d", f.target.command("load "+quote(name)), f.config.Seed)
}

// runAgain are the commands that play the run with its loads, or one scenario
// without them, again.
func (f *runFlags) runAgain() conformance.Again {
	command := f.command()
	return conformance.Again{
		All: fmt.Sprintf("%s --load %s --seed %d", command, quote(strings.Join(f.loads.names, ",")), f.config.Seed),
		One: fmt.Sprintf("%s --only {scenario} --seed %d", command, f.config.Seed),
	}
}

// progressOfLoads shows loads in a line of their own behind that of scenarios,
// which ends with the first of them. The function ends it.
func progressOfLoads(c *console, before *progress) (show func(load.Status), end func()) {
	var bar *progress // only the run tells its progress, and one load after the other
	show = func(s load.Status) {
		if bar == nil {
			before.done()
			bar = newProgress(c)
		}
		bar.load(s)
	}
	return show, func() {
		if bar != nil {
			bar.done()
		}
	}
}

// dryRunLoads lists the loads that would be played, and returns how many
// deliveries they plan.
func dryRunLoads(c *console, config conformance.Config, list []scenarios.LoadScenario) (deliveries int, err error) {
	if len(list) == 0 {
		return 0, nil
	}
	fmt.Fprintf(c.out, "\n%s: %d load scenarios, behind the others\n", scenarios.Disruptive, len(list))
	ask := 0
	for _, s := range list {
		plan, err := load.NewPlan(s, config.Seed)
		if err != nil {
			return 0, err
		}
		deliveries += plan.Len()
		ask = max(ask, load.Config{Target: config.Target, Scenario: s}.Asks())
		fmt.Fprintf(c.out, "  %-25s %d deliveries, %s: %s\n", "load "+s.Name, plan.Len(), plan, s.Title)
	}
	if ask > 0 {
		fmt.Fprintf(c.out, "  The receiver would be asked to permit %d requests a minute before.\n", ask)
	}
	return deliveries, nil
}
