package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

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
	seed    int64
	profile string
	dryRun  bool
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
  hookassay run --only 'auth.*,ts.stale'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, c) },
	}
	f.target.flags(cmd)
	f.output.flags(cmd)
	fs := cmd.Flags()
	fs.StringVarP(&f.profile, "profile", "p", "", "choice of scenarios: "+strings.Join(scenarios.ProfileNames(), ", ")+" (default core)")
	fs.StringSliceVar(&f.config.Only, "only", nil, "play only these, such as 'auth.*,ts.stale'")
	fs.StringSliceVar(&f.config.Exclude, "exclude", nil, "do not play these")
	fs.StringSliceVar(&f.own, "scenarios", nil, "file or directory with scenarios of your own")
	fs.Int64Var(&f.seed, "seed", 0, "order and content of a run before (default a new one)")
	fs.BoolVar(&f.config.Strict, "strict", false, "recommendations fail, too")
	fs.StringVar(&f.target.over.Rate, "rate", "", "at most so many requests, such as 10/s")
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
		return dryRun(c, f.config)
	}
	// What the user got wrong is told before any file is made.
	if _, err := conformance.NewPlan(f.config); err != nil {
		return err
	}
	if err := f.output.open(); err != nil {
		return err
	}
	f.config.Transcript, f.config.IDs = f.output.writers()
	bar := newProgress(c)
	f.config.Progress = bar.scenario
	ctx, stop := untilSignal()
	defer stop()
	report, err := specs.Run(ctx, f.config)
	bar.done()
	if err != nil {
		return unfinished{err}
	}
	if err := f.output.finish(c, report); err != nil {
		return err
	}
	return exitWith(report.ExitCode)
}

// resolve puts together what is played.
func (f *runFlags) resolve(cmd *cobra.Command, t *target.Target) error {
	for _, name := range []string{"only", "exclude"} {
		if list, _ := cmd.Flags().GetStringSlice(name); cmd.Flags().Changed(name) && len(list) == 0 {
			return fmt.Errorf("--%s names nothing: an empty variable, perhaps", name)
		}
	}
	f.config.Target, f.config.Profile = t, f.target.file.Profile
	if f.profile != "" {
		f.config.Profile = f.profile
	}
	var err error
	if f.config.Scenarios, err = ownScenarios(f.own); err != nil {
		return err
	}
	f.config.Seed = f.seed
	if !cmd.Flags().Changed("seed") {
		f.config.Seed = newSeed()
	}
	f.config.Command = f.target.command("run")
	if f.target.over.Rate != "" {
		f.config.Command += " --rate " + quote(f.target.over.Rate)
	}
	for _, name := range f.own {
		f.config.Command += " --scenarios " + quote(name)
	}
	return nil
}

// newSeed is short enough to be typed and exact in JSON.
func newSeed() int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.BigEndian.Uint32(b[:]))
}
