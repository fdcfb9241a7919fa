package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

func newJudge(c *console) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "judge TRANSCRIPT",
		Short: "Grades a transcript again, without the receiver",
		Long: `Grades a run's transcript again, without the receiver: the report and the exit
code are the run's own. A load that was played behind the scenarios is not
judged again: its measurements are what the transcript has of it.`,
		Example: "  hookassay judge out/transcript.jsonl\n  hookassay judge out/transcript.jsonl --format json",
		Args:    oneArg("a transcript, such as out/transcript.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			report, err := judgeAll(args[0])
			if err != nil {
				return err
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

// judgeAll grades a transcript, or all of a run that was played several times.
func judgeAll(name string) (reports.Report, error) {
	single := within(name, "transcript.jsonl")
	if first := filepath.Join(name, "1", "transcript.jsonl"); exists(single) || !exists(first) {
		return judge(single)
	}
	o := output{dir: name}
	var all conformance.Repeats
	for n := 1; n <= mostRepetitions; n++ {
		transcript := filepath.Join(o.repetition(n), "transcript.jsonl")
		if !exists(transcript) {
			break // the run was interrupted, or this was its last
		}
		report, err := judge(transcript)
		if err != nil {
			return report, err
		}
		if err := all.Add(report); err != nil {
			return report, fmt.Errorf("%s: %w", transcript, err)
		}
	}
	return all.Report(), nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func judge(name string) (reports.Report, error) {
	f, err := os.Open(name)
	if err != nil {
		return reports.Report{}, err
	}
	defer f.Close()
	records, err := transcript.Read(f)
	if err != nil {
		if _, notReport := readReport(name); notReport == nil {
			return reports.Report{}, fmt.Errorf("%s is a report; hookassay report shows it, and its transcript can be judged", name)
		}
		return reports.Report{}, fmt.Errorf("%s: %w", name, err)
	}
	report, err := conformance.Judge(records)
	if err != nil {
		return report, fmt.Errorf("%s: %w", name, err)
	}
	return report, nil
}
