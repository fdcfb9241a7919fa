package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/reports"
)

func newReport(c *console) *cobra.Command {
	var o output
	var id string
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Renders a report",
		Example: `  hookassay report out/report.json
  hookassay report out/report.json --format junit > junit.xml
  hookassay report out/report.json --scenario auth.wrong-key`,
		Args: oneArg("a report, such as out/report.json"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			r, err := reports.Read(f)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if id != "" {
				return printScenario(c, r, id)
			}
			return o.print(c, r)
		},
	}
	o.formatFlags(cmd)
	cmd.Flags().StringVar(&id, "scenario", "", "one scenario with its whole evidence")
	return cmd
}

func printScenario(c *console, r reports.Report, id string) error {
	var ids []string
	for _, s := range r.Scenarios {
		if s.ID == id {
			width, _ := terminal(c.out)
			return reports.Detail(c.out, s, reports.TerminalOptions{Color: c.color(), Width: width})
		}
		ids = append(ids, s.ID)
	}
	return nearest.Unknown("scenario", id, ids)
}
