package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

func newJudge(c *console) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:     "judge TRANSCRIPT",
		Short:   "Grades a transcript again, without the receiver",
		Example: "  hookassay judge out/transcript.jsonl\n  hookassay judge out/transcript.jsonl --format json",
		Args:    oneArg("a transcript, such as out/transcript.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			records, err := transcript.Read(f)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			report, err := conformance.Judge(records)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := o.print(c, report); err != nil {
				return err
			}
			return exitWith(report.ExitCode)
		},
	}
	o.formatFlags(cmd)
	return cmd
}
