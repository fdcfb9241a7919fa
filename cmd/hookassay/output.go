package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/reports"
)

// output is where a run's files go: DIR/report.json, transcript.jsonl and
// ids.jsonl. Without a directory nothing is written.
type output struct {
	dir             string
	format          string
	verbose         bool
	transcript, ids *os.File
}

func (o *output) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.dir, "out", "o", "", "directory for report.json, transcript.jsonl and ids.jsonl")
	o.formatFlags(cmd)
}

func (o *output) formatFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.format, "format", "f", "terminal", "what is printed: terminal, json or junit")
	cmd.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "name what passed, too")
}

// check finds a slip in --format before a run, not after it.
func (o *output) check() error { return reports.CheckFormat(o.format) }

// open makes the directory and its files before anything is sent: what cannot
// be kept is not begun.
func (o *output) open() (err error) {
	if err := o.check(); err != nil {
		return err
	}
	if o.dir == "" {
		return nil
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if o.transcript, err = os.Create(filepath.Join(o.dir, "transcript.jsonl")); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if o.ids, err = os.Create(filepath.Join(o.dir, "ids.jsonl")); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// writers are nil interfaces where there is no file.
func (o *output) writers() (transcript, ids io.Writer) {
	if o.transcript != nil {
		transcript = o.transcript
	}
	if o.ids != nil {
		ids = o.ids
	}
	return transcript, ids
}

// finish writes the report's file, prints the report and closes everything.
func (o *output) finish(c *console, r reports.Report) error {
	for _, f := range []*os.File{o.transcript, o.ids} {
		if f == nil {
			continue
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if o.dir != "" {
		b, err := reports.Marshal(r)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.dir, "report.json"), b, 0o644); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return o.print(c, r)
}

func (o *output) print(c *console, r reports.Report) error {
	if o.format != "terminal" {
		return reports.Render(c.out, o.format, r)
	}
	width, _ := terminal(c.out)
	return reports.Terminal(c.out, r, reports.TerminalOptions{Color: c.color(), Width: width, Verbose: o.verbose})
}
