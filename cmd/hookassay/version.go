package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

func newVersion(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Prints the versions of the program and its catalogue",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalogue, err := scenarios.Load()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "hookassay %s, %d scenarios (sha256 %s), %s %s/%s\n", conformance.Version,
				len(catalogue.Scenarios), catalogue.Digest[:12], runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
