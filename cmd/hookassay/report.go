package main

import (
	"fmt"
	"os"
	"path/filepath"

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
			r, err := readReport(within(args[0], "report.json"))
			if err != nil {
				return err
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

func readReport(name string) (reports.Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return reports.Report{}, err
	}
	defer f.Close()
	r, err := reports.Read(f)
	if err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// within lets the directory of --out stand for a file in it.
func within(name, file string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return filepath.Join(name, file)
	}
	return name
}
