package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/scenarios"
)

func newExplain(c *console) *cobra.Command {
	var own []string
	cmd := &cobra.Command{
		Use:     "explain ID",
		Short:   "Explains a scenario: what is sent, what must happen, why, and how to mend it",
		Example: "  hookassay explain auth.wrong-key",
		Args:    oneArg("the id of a scenario (see hookassay list)"),
		RunE: func(_ *cobra.Command, args []string) error {
			catalogue, err := catalogueWith(own)
			if err != nil {
				return err
			}
			s, err := catalogue.Find(args[0])
			if err != nil {
				return loadInstead(args[0], err)
			}
			width, _ := terminal(c.out)
			return s.Explain(c.out, width)
		},
	}
	cmd.Flags().StringSliceVar(&own, "scenarios", nil, "file or directory with scenarios of your own")
	return cmd
}

// loadInstead says where the name of a load scenario, as reports have it, too, is
// explained.
func loadInstead(id string, unknown error) error {
	if name := strings.TrimPrefix(id, "load."); slices.Contains(scenarios.LoadNames(), name) {
		return fmt.Errorf("%s is a load scenario: hookassay load %s --dry-run explains it", name, name)
	}
	return unknown
}
