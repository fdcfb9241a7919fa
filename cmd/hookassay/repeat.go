package main

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// mostRepetitions bounds --repeat.
const mostRepetitions = 100

// repetition is where the files of one repetition go: DIR/1, DIR/2, …
func (o *output) repetition(n int) string {
	if o.dir == "" {
		return ""
	}
	return filepath.Join(o.dir, strconv.Itoa(n))
}

// repeated plays the run several times, each with ids of its own and the seed
// after the last one's: another order, which can be played again by itself. Of
// each repetition only what the report shows is kept in memory.
func (f *runFlags) repeated(bar *progress) (reports.Report, error) {
	var all conformance.Repeats
	if f.output.dir != "" {
		if err := remove(f.output.dir, "report.json", "transcript.jsonl", "ids.jsonl", receiverLog); err != nil {
			return reports.Report{}, err
		}
	}
	ctx, stop := untilSignal()
	defer stop()
	for n := 1; n <= f.repeat && (n == 1 || ctx.Err() == nil); n++ {
		report, err := f.repetition(ctx, bar, n)
		if err != nil {
			return report, err
		}
		if err := all.Add(report); err != nil {
			return report, unfinished{err}
		}
	}
	report := all.Report()
	if f.output.dir != "" {
		f.lost = errors.Join(f.lost, f.output.write(report))
	}
	return report, nil
}

func (f *runFlags) repetition(ctx context.Context, bar *progress, n int) (reports.Report, error) {
	o := output{dir: f.output.repetition(n), format: f.output.format}
	if err := o.open(); err != nil {
		if n > 1 { // sending has begun
			err = unfinished{err}
		}
		return reports.Report{}, err
	}
	config := f.config
	config.Seed += int64(n - 1)
	config.Repetition, config.Repetitions = n, f.repeat
	bar.repetition(n, f.repeat)
	return f.once(ctx, bar, config, &o)
}
