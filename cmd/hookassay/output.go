package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	// A report of a run before must not stand beside the transcript of this one.
	if err := os.Remove(filepath.Join(o.dir, "report.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
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

// finish prints the report, writes its file and closes everything. What fails
// is said in the end: whoever waits sees the report all the same.
func (o *output) finish(c *console, r reports.Report) error {
	var errs []error
	for _, f := range []*os.File{o.transcript, o.ids} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if o.dir != "" {
		errs = append(errs, o.write(r))
	}
	errs = append(errs, o.print(c, r))
	if err := errors.Join(errs...); err != nil {
		return unfinished{err}
	}
	return nil
}

// write makes report.json whole or not at all.
func (o *output) write(r reports.Report) error {
	b, err := reports.Marshal(r)
	if err != nil {
		return err
	}
	name := filepath.Join(o.dir, "report.json")
	if err := os.WriteFile(name+".part", b, 0o644); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

func (o *output) print(c *console, r reports.Report) error {
	if o.format != "terminal" {
		return reports.Render(c.out, o.format, r)
	}
	width, _ := terminal(c.out)
	return reports.Terminal(c.out, r, reports.TerminalOptions{Color: c.color(), Width: width, Verbose: o.verbose})
}
