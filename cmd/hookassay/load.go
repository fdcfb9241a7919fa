package main

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/load"
	"github.com/hookassay/hookassay/suites/specs"
)

type loadFlags struct {
	target   targetFlags
	output   output
	rate     string
	duration time.Duration
	seed     int64
	list     bool
	dryRun   bool

	prometheus string
}

func newLoad(c *console) *cobra.Command {
	var f loadFlags
	cmd := &cobra.Command{
		Use:   "load SCENARIO",
		Short: "Grades a receiver under load",
		Long: `Sends freshly signed, unique deliveries at a fixed schedule, with forged and
duplicated ones among them, and grades latency, answers and effects together.
SCENARIO is a name (see --list) or a file of your own (docs/load.md, and
hookassay schema load). --rate sets the highest rate and --for the whole
duration; the schedule keeps its shape.

Exit codes: 0 every objective was met that could be looked at, 1 one was
missed, 2 usage, 3 nothing was proven or the run was interrupted, 5 what was
missed may be due to this machine and not to the receiver.`,
		Example: `  hookassay load --list
  hookassay load storm --dry-run
  hookassay load smoke --target http://127.0.0.1:8080/webhooks --scheme github --secret-env WEBHOOK_SECRET
  hookassay load launch-day --rate 800/s -c hookassay.yaml --out out
  hookassay load own.yaml -c hookassay.yaml --prometheus 127.0.0.1:9464`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return noneBeside(args)
			}
			return oneArg("the name of a load scenario (see hookassay load --list)")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return listLoad(c)
			}
			return f.run(cmd, c, args[0])
		},
	}
	f.target.flags(cmd)
	f.output.untold = true // what was sent is too much to be written down
	f.output.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.rate, "rate", "", "another highest rate than the scenario's, such as 500/s")
	fs.DurationVar(&f.duration, "for", 0, "another duration than the scenario's")
	fs.Int64Var(&f.seed, "seed", 0, "order and content of a run before (default a new one)")
	fs.BoolVar(&f.list, "list", false, "list the load scenarios")
	fs.BoolVar(&f.dryRun, "dry-run", false, "say what would be sent, and send nothing; needs no target")
	fs.StringVar(&f.prometheus, "prometheus", "", "serve /metrics on this host:port while the run goes on")
	return cmd
}

func noneBeside(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("load: --list goes alone; hookassay load %s --dry-run says what that one sends", quote(args[0]))
	}
	return nil
}

// listLoad lists the load scenarios, with how much they send: whoever chooses
// one wants to know how long it takes, and what the receiver is to bear.
func listLoad(c *console) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, name := range scenarios.LoadNames() {
		s, err := scenarios.FindLoad(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\tup to %s\t%s\n", s.Name, short(s.Schedule.Duration()), s.Schedule.PeakRate(), s.Title)
	}
	return w.Flush()
}

// scenario finds the scenario and puts the flags over it. A flag that says
// nothing is a slip, such as a variable that is not set.
func (f *loadFlags) scenario(fs *pflag.FlagSet, name string) (scenarios.LoadScenario, error) {
	s, err := findLoad(name)
	if err != nil {
		return s, err
	}
	if fs.Changed("for") && f.duration <= 0 {
		return s, fmt.Errorf("--for %s: more than 0", f.duration)
	}
	var rate scenarios.Rate
	if fs.Changed("rate") {
		if err := rate.UnmarshalText([]byte(f.rate)); err != nil {
			return s, fmt.Errorf("--rate: %w", err)
		}
	}
	return s.Override(rate, f.duration)
}

func (f *loadFlags) run(cmd *cobra.Command, c *console, name string) error {
	s, err := f.scenario(cmd.Flags(), name)
	if err != nil {
		return err
	}
	if f.dryRun && !f.targeted() {
		return f.explain(c, s, "")
	}
	t, closeProbes, err := f.target.target(cmd)
	if err != nil {
		return err
	}
	cfg := load.Config{
		Target: t, Scenario: s, Seed: f.seed, Nonce: newNonce(),
		Requests: cmp.Or(f.target.over.Requests, f.target.file.Limits.Requests),
	}
	if !cmd.Flags().Changed("seed") {
		cfg.Seed = newSeed()
	}
	if f.dryRun {
		return errors.Join(f.dry(c, cfg), closeProbes())
	}
	err = f.scraped(cmd, c, cfg, f.command(name))
	return errors.Join(err, closeProbes())
}

// scraped plays the scenario with a page for Prometheus beside it, where one is
// asked for. Nothing is sent before it can be scraped, and its last state can be
// until the report is out.
func (f *loadFlags) scraped(cmd *cobra.Command, c *console, cfg load.Config, command string) error {
	bar := newProgress(c)
	cfg.Progress = bar.load
	if !cmd.Flags().Changed("prometheus") {
		return f.play(c, cfg, bar, command)
	}
	page, err := serveScrapes(f.prometheus)
	if err != nil {
		return err
	}
	cfg.Progress = func(s load.Status) {
		page.keep(s)
		bar.load(s)
	}
	if !c.quiet {
		fmt.Fprintf(c.err, "metrics: %s\n", page.url())
	}
	return errors.Join(f.play(c, cfg, bar, command), page.close())
}

func (f *loadFlags) play(c *console, cfg load.Config, bar *progress, command string) error {
	// What the user got wrong is told before any file is made.
	if err := cfg.Check(); err != nil {
		return err
	}
	if err := f.output.open(); err != nil {
		return err
	}
	_, cfg.IDs = f.output.writers()
	ctx, stop := untilSignal()
	defer stop()
	report, err := specs.RunLoad(ctx, cfg, command)
	bar.done()
	if refused := (*load.Refused)(nil); errors.As(err, &refused) {
		return errors.Join(err, f.output.close())
	}
	if err != nil {
		return unfinished{err}
	}
	if err := f.output.finish(c, report); err != nil {
		return err
	}
	return exitWith(report.ExitCode)
}

func (f *loadFlags) command(name string) string {
	text := f.target.command("load " + quote(name))
	if f.rate != "" {
		text += " --rate " + quote(f.rate)
	}
	if f.duration != 0 {
		text += " --for " + f.duration.String()
	}
	return text
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
