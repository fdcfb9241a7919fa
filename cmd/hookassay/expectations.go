package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// checkFiles finds files that the run would overwrite although somebody needs
// them, before anything is sent.
func (f *runFlags) checkFiles() error {
	if f.config.Baseline != "" && f.output.dir != "" && sameFile(f.config.Baseline, filepath.Join(f.output.dir, "report.json")) {
		return fmt.Errorf("--out %s would overwrite the baseline: keep it under another name", f.output.dir)
	}
	if f.write == "" || f.config.Expectations != "" && sameFile(f.write, f.config.Expectations) {
		return nil
	}
	if _, err := os.Stat(f.write); err == nil {
		return fmt.Errorf("--write-expectations: %s exists; with --expectations %s, too, what still holds of it is kept", f.write, f.write)
	}
	if info, err := os.Stat(filepath.Dir(f.write)); err != nil || !info.IsDir() {
		return fmt.Errorf("--write-expectations: %s is no directory", filepath.Dir(f.write))
	}
	return nil
}

// sameFile also takes two spellings of a file that is not there for one.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX == nil && errY == nil {
		return os.SameFile(x, y)
	}
	return filepath.Clean(a) == filepath.Clean(b)
}

// writeExpectations makes the file of known failures, whole or not at all.
func (f *runFlags) writeExpectations(c *console, r reports.Report) error {
	if f.write == "" {
		return nil
	}
	part := f.write + ".part"
	if err := os.WriteFile(part, []byte(conformance.WriteExpectations(r)), 0o644); err != nil {
		return err
	}
	if err := os.Rename(part, f.write); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if !c.quiet {
		fmt.Fprintf(c.err, "Known failures are in %s: say in each why it is put up with.\n", f.write)
	}
	return nil
}
