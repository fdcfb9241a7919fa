package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
)

// output is where a run's files go: DIR/report.json, transcript.jsonl and
// ids.jsonl, and receiver.log where the receiver's process is ours. Without a directory nothing is written.
type output struct {
	dir             string
	format          string
	verbose         bool
	untold          bool // there is no transcript
	transcript, ids *os.File
	receiver        *os.File // what its process writes; redacted
}

func (o *output) flags(cmd *cobra.Command) {
	files := "report.json, transcript.jsonl and ids.jsonl"
	if o.untold {
		files = "report.json and ids.jsonl"
	}
	cmd.Flags().StringVarP(&o.dir, "out", "o", "", "directory for "+files)
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
	if err := remove(o.dir, "report.json", receiverLog); err != nil {
		return err
	}
	if o.untold {
		err = remove(o.dir, "transcript.jsonl")
	} else if o.transcript, err = os.Create(filepath.Join(o.dir, "transcript.jsonl")); err != nil {
		err = fmt.Errorf("--out: %w", err)
	}
	if err != nil {
		return err
	}
	if o.ids, err = os.Create(filepath.Join(o.dir, "ids.jsonl")); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

const receiverLog = "receiver.log"

// listen keeps what the receiver's process writes; p may be nil.
func (o *output) listen(p *target.Process) (err error) {
	if p == nil || o.dir == "" {
		return nil
	}
	if o.receiver, err = os.Create(filepath.Join(o.dir, receiverLog)); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return p.LogTo(o.receiver)
}

// unlisten ends that, and says what could not be kept.
func (o *output) unlisten(p *target.Process) error {
	if o.receiver == nil {
		return nil
	}
	return errors.Join(p.LogTo(nil), o.receiver.Close())
}

// forget removes the repetitions that a run before has left, so that none
// stands beside what this one writes.
func (o *output) forget() error {
	if o.dir == "" {
		return nil
	}
	for n := 1; n <= mostRepetitions; n++ {
		if err := remove(o.repetition(n), "report.json", "transcript.jsonl", "ids.jsonl", receiverLog); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes files, as far as they are there.
func remove(dir string, names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !missing(err) {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return nil
}

// missing tells that there is no such file, nor a directory that could hold it.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
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
	if err := errors.Join(o.keep(r), o.print(c, r)); err != nil {
		return unfinished{err}
	}
	return nil
}

// keep closes the run's files and writes its report.
func (o *output) keep(r reports.Report) error {
	if o.dir == "" {
		return nil
	}
	return errors.Join(o.close(), o.write(r))
}

func (o *output) close() error {
	var errs []error
	for _, f := range []*os.File{o.transcript, o.ids} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
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
