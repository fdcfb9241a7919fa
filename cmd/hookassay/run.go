package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/specs"
	"github.com/hookassay/hookassay/suites/target"
)

// runFlags choose what is played.
type runFlags struct {
	target  targetFlags
	output  output
	config  conformance.Config
	own     []string
	loads   loads
	seed    int64
	profile string
	dryRun  bool
	repeat  int
	write   string // file for what fails
	lost    error  // what of the run's files could not be kept
}

func newRun(c *console) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Grades a receiver",
		Long: `Sends genuine deliveries and ones that deviate in one way each, and grades what
the receiver answers and, where an effect probe is given, what it does.`,
		Example: `  hookassay run --target http://127.0.0.1:8080/webhooks --scheme github --secret-env WEBHOOK_SECRET
  hookassay run -t http://127.0.0.1:8080/webhooks -s standard-webhooks --secret-env WEBHOOK_SECRET \
      --effects-http http://127.0.0.1:8080/effects --effects-pointer '/{id}' --out out
  hookassay run --only 'auth.*,ts.stale'
  hookassay run --load smoke
  hookassay run --write-expectations known.yaml; hookassay run --expectations known.yaml
  hookassay run --baseline main/report.json --fail-on new`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, c) },
	}
	f.target.flags(cmd)
	f.output.flags(cmd)
	fs := cmd.Flags()
	fs.StringVarP(&f.profile, "profile", "p", "", "choice of scenarios: "+strings.Join(scenarios.ProfileNames(), ", ")+" (default core)")
	fs.StringSliceVar(&f.config.Only, "only", nil, "play only these, such as 'auth.*,ts.stale'")
	fs.StringSliceVar(&f.config.Exclude, "exclude", nil, "do not play these")
	fs.StringSliceVar(&f.loads.names, "load", nil, "load scenarios to play behind the others, by name or file (see hookassay load --list)")
	fs.StringSliceVar(&f.own, "scenarios", nil, "file or directory with scenarios of your own")
	fs.Int64Var(&f.seed, "seed", 0, "order and content of a run before (default a new one)")
	fs.BoolVar(&f.config.Strict, "strict", false, "recommendations fail, too")
	fs.StringVar(&f.target.over.Rate, "rate", "", "at most so many requests, such as 10/s")
	fs.StringVar(&f.config.Expectations, "expectations", "", "file of known failures: they do not fail the run, and going away does")
	fs.StringVar(&f.write, "write-expectations", "", "file to write what fails into, as known failures")
	fs.StringVar(&f.config.Baseline, "baseline", "", "report of an earlier run to compare with")
	fs.StringVar(&f.config.FailOn, "fail-on", "", "with --baseline: new, or any failure fails the run (default new)")
	fs.IntVar(&f.repeat, "repeat", 1, "play the whole run so many times; the worst verdicts count")
	fs.BoolVar(&f.dryRun, "dry-run", false, "say what would be sent, and send nothing")
	return cmd
}

func (f *runFlags) run(cmd *cobra.Command, c *console) error {
	t, closeProbes, err := f.target.target(cmd)
	if err != nil {
		return err
	}
	err = f.play(cmd, c, t)
	return errors.Join(err, closeProbes())
}

func (f *runFlags) play(cmd *cobra.Command, c *console, t *target.Target) error {
	if err := f.resolve(cmd, t); err != nil {
		return err
	}
	if f.dryRun {
		return f.listAll(c)
	}
	// What the user got wrong is told before any file is made.
	if err := specs.Check(f.config, f.options(nil)...); err != nil {
		return err
	}
	if err := errors.Join(f.checkFiles(), f.output.check()); err != nil {
		return err
	}
	report, err := f.grade(c)
	if err != nil {
		return err
	}
	// Whoever waited sees the report, whatever could not be kept.
	err = errors.Join(f.lost, f.output.print(c, report), f.writeExpectations(c, report))
	if err != nil {
		return unfinished{err}
	}
	return exitWith(report.ExitCode)
}

// listAll says what would be sent.
func (f *runFlags) listAll(c *console) error {
	if err := specs.Check(f.config, f.options(nil)...); err != nil {
		return err
	}
	return dryRun(c, f.config, f.loads.list)
}

// grade plays the run, once or several times, and keeps its files.
func (f *runFlags) grade(c *console) (reports.Report, error) {
	if err := f.output.forget(); err != nil {
		return reports.Report{}, err
	}
	bar := newProgress(c)
	defer bar.done()
	if f.repeat > 1 {
		return f.repeated(bar)
	}
	if err := f.output.open(); err != nil {
		return reports.Report{}, err
	}
	ctx, stop := untilSignal()
	defer stop()
	show, end := progressOfLoads(c, bar)
	defer end()
	return f.once(ctx, bar, f.config, &f.output, f.options(show)...)
}

// once plays a run and writes what belongs to it. What cannot be written is kept
// for later: the report is there.
func (f *runFlags) once(ctx context.Context, bar *progress, config conformance.Config, o *output, options ...specs.Option) (reports.Report, error) {
	config.Progress = bar.scenario
	config.Transcript, config.IDs = o.writers()
	if err := o.listen(config.Target.Process); err != nil {
		return reports.Report{}, errors.Join(err, o.close())
	}
	report, err := specs.Run(ctx, config, options...)
	f.lost = errors.Join(f.lost, o.unlisten(config.Target.Process))
	if err != nil {
		return report, unfinished{errors.Join(err, o.close())}
	}
	f.lost = errors.Join(f.lost, o.keep(report))
	return report, nil
}

// resolve puts together what is played.
func (f *runFlags) resolve(cmd *cobra.Command, t *target.Target) error {
	for _, name := range []string{"only", "exclude", "load"} {
		if list, _ := cmd.Flags().GetStringSlice(name); cmd.Flags().Changed(name) && len(list) == 0 {
			return fmt.Errorf("--%s names nothing: an empty variable, perhaps", name)
		}
	}
	f.config.Target, f.config.Profile = t, f.target.file.Profile
	if f.profile != "" {
		f.config.Profile = f.profile
	}
	if f.repeat < 1 || f.repeat > mostRepetitions {
		return fmt.Errorf("--repeat %d: 1 to %d", f.repeat, mostRepetitions)
	}
	if f.config.FailOn != "" && f.config.Baseline == "" {
		return errors.New("--fail-on goes with --baseline")
	}
	f.config.Baseline = within(f.config.Baseline, "report.json")
	var err error
	if f.config.Scenarios, err = ownScenarios(f.own); err != nil {
		return err
	}
	f.config.Seed = f.seed
	if !cmd.Flags().Changed("seed") {
		f.config.Seed = newSeed()
	}
	f.config.Command = f.command()
	if len(f.loads.names) > 0 {
		f.config.Again = f.runAgain()
	}
	return f.loads.find(f.repeat)
}

// command begins the command that plays this run again, with the same verdicts.
func (f *runFlags) command() string {
	command := f.target.command("run")
	add := func(flag, value string) {
		if value != "" {
			command += " " + flag + " " + quote(value)
		}
	}
	add("--rate", f.target.over.Rate)
	for _, name := range f.own {
		add("--scenarios", name)
	}
	add("--profile", f.profile)
	add("--expectations", f.config.Expectations)
	add("--baseline", f.config.Baseline)
	add("--fail-on", f.config.FailOn)
	if f.config.Strict {
		command += " --strict"
	}
	return command
}

// newSeed is short enough to be typed and exact in JSON.
func newSeed() int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint32(b[:]))
}
