package main

import (
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// dryRun lists what would be sent, by risk, and behind it the loads.
func dryRun(c *console, config conformance.Config, loads []scenarios.LoadScenario) error {
	plan, err := conformance.NewPlan(config)
	if err != nil {
		return err
	}
	t := config.Target
	fmt.Fprintf(c.out, "Nothing is sent. To %s (%s) would go:\n", t.URL, t.Scheme.Name)
	total := 0
	for _, risk := range scenarios.Risks {
		n, requests := 0, 0
		var names []string
		for _, p := range plan.Planned {
			if p.Decision == conformance.Play && p.Scenario.Risk == risk {
				n, requests = n+1, requests+conformance.Requests(p.Scenario)
				names = append(names, fmt.Sprintf("  %-28s %2d requests  %s", p.Scenario.ID, conformance.Requests(p.Scenario), p.Scenario.Title))
			}
		}
		if n == 0 {
			continue
		}
		total += requests
		fmt.Fprintf(c.out, "\n%s: %d scenarios, %d requests\n", risk, n, requests)
		for _, line := range names {
			fmt.Fprintln(c.out, line)
		}
	}
	behind, err := dryRunLoads(c, config, loads)
	if err != nil {
		return err
	}
	total += behind
	left := 0
	for _, p := range plan.Planned {
		if p.Decision != conformance.Play {
			left++
		}
	}
	fmt.Fprintf(c.out, "\n%d requests in all, at least, and a preflight; %d scenarios would not be played.\n", total, left)
	apart := ""
	if behind > 0 && t.Loopback() {
		apart = " without the loads"
	}
	fmt.Fprintf(c.out, "Limits: %d requests%s, risk at most %s.\n", t.Limits.Requests, apart, t.Limits.Risk)
	if t.Process != nil {
		fmt.Fprintf(c.out, "The receiver's process would be controlled with\n  %s\n", strings.Join(t.Process.Commands(), "\n  "))
	}
	if staged := plan.Staged(); len(staged) > 0 {
		fmt.Fprintf(c.out, "It would be stopped, killed or broken, and brought back, by\n  %s\n", strings.Join(staged, "\n  "))
	}
	return nil
}
