package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/scenarios"
)

func newList(c *console) *cobra.Command {
	var own []string
	var asJSON bool
	var profile string
	cmd := &cobra.Command{
		Use:     "list [PATTERN...]",
		Short:   "Lists the scenarios",
		Example: "  hookassay list\n  hookassay list 'auth.*' ts\n  hookassay list --profile production",
		RunE: func(_ *cobra.Command, patterns []string) error {
			catalogue, err := catalogueWith(own)
			if err != nil {
				return err
			}
			matched, err := catalogue.Match(patterns)
			if err != nil {
				return err
			}
			in := func(scenarios.Scenario) bool { return true }
			if profile != "" {
				p, err := scenarios.FindProfile(profile)
				if err != nil {
					return err
				}
				in = p.Has
			}
			var chosen []scenarios.Scenario
			for _, s := range catalogue.Scenarios {
				if (len(patterns) == 0 || matched[s.ID]) && in(s) {
					chosen = append(chosen, s)
				}
			}
			if asJSON {
				enc := json.NewEncoder(c.out)
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				return enc.Encode(chosen)
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			for _, s := range chosen {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.ID, s.Level, s.Risk, s.Title)
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringSliceVar(&own, "scenarios", nil, "file or directory with scenarios of your own")
	cmd.Flags().StringVarP(&profile, "profile", "p", "", "only those of a profile: "+strings.Join(scenarios.ProfileNames(), ", "))
	cmd.Flags().BoolVar(&asJSON, "json", false, "whole definitions, as JSON")
	return cmd
}

func catalogueWith(own []string) (scenarios.Catalogue, error) {
	list, err := ownScenarios(own)
	if err != nil {
		return scenarios.Catalogue{}, err
	}
	built, err := scenarios.Load()
	if err != nil {
		return scenarios.Catalogue{}, err
	}
	return built.With(list)
}
