package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/load"
	"github.com/hookassay/hookassay/suites/specs"
	"github.com/hookassay/hookassay/suites/target"
)

// demoFlaws are what the demo's second receiver has.
var demoFlaws = []string{"reserialises", "short-compare", "dedupe-racy"}

// demoCommand is what plays the demo's scenarios again, against a receiver that
// goes on running.
const demoCommand = "hookassay run --target http://127.0.0.1:8080/webhooks --scheme standard-webhooks --secret-env WEBHOOK_SECRET"

func newDemo(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Grades a correct receiver, a flawed one, and a short load; needs nothing",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return demo(ctx, c)
		},
	}
}

// demo shows three runs. It fails when any of them does not end as it must.
func demo(ctx context.Context, c *console) error {
	fmt.Fprintf(c.out, "1. A receiver of Standard Webhooks that is correct\n\n")
	if err := demoRun(ctx, c, nil, reports.Conformant); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n2. The same receiver with three flaws: %s\n\n", strings.Join(demoFlaws, ", "))
	if err := demoRun(ctx, c, demoFlaws, reports.NotConformant); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n3. The correct receiver under a short load\n\n")
	if err := demoLoad(ctx, c); err != nil {
		return err
	}
	fmt.Fprintf(c.out, `
To keep the flawed receiver running and play its scenarios again:
  export WEBHOOK_SECRET=whsec_$(head -c 32 /dev/urandom | base64)
  hookassay receiver --flaw %s &
  %s --effects-http http://127.0.0.1:8080/effects

Now your own receiver:
  %s
`, strings.Join(demoFlaws, ","), demoCommand, demoCommand)
	return nil
}

func demoRun(ctx context.Context, c *console, flaws []string, want reports.RunVerdict) error {
	t, end, err := demoTarget(flaws)
	if err != nil {
		return err
	}
	bar := newProgress(c)
	report, err := specs.Run(ctx, conformance.Config{Target: t, Seed: newSeed(), Progress: bar.scenario, Command: demoCommand})
	bar.done()
	return errors.Join(err, end(), demoShow(c, report, want))
}

func demoLoad(ctx context.Context, c *console) error {
	t, end, err := demoTarget(nil)
	if err != nil {
		return err
	}
	s, err := scenarios.FindLoad("smoke")
	if err != nil {
		return errors.Join(err, end())
	}
	if s, err = s.Override(scenarios.Rate{}, 3*time.Second); err != nil {
		return errors.Join(err, end())
	}
	bar := newProgress(c)
	cfg := load.Config{Target: t, Scenario: s, Seed: newSeed(), Nonce: newNonce(), Progress: bar.load}
	report, err := load.Grade(ctx, cfg, conformance.Version, strings.Replace(demoCommand, "run", "load smoke", 1))
	bar.done()
	return errors.Join(err, end(), demoShow(c, report, reports.Conformant))
}

func demoShow(c *console, r reports.Report, want reports.RunVerdict) error {
	width, _ := terminal(c.out)
	if err := reports.Terminal(c.out, r, reports.TerminalOptions{Color: c.color(), Width: width}); err != nil {
		return err
	}
	if r.Verdict == want || r.ExitCode == reports.ExitGeneratorLimited {
		return nil
	}
	fmt.Fprintf(c.err, "hookassay: the demo expected %s\n", want)
	return exitCode(reports.ExitIncomplete)
}

// demoTarget starts a reference receiver on a free port.
func demoTarget(flaws []string) (*target.Target, func() error, error) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	secret := "whsec_" + base64.StdEncoding.EncodeToString(key[:])
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{"standard-webhooks": {secret}}, Flaws: flaws})
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	end := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err := r.Shutdown(ctx)
		<-served
		return err
	}
	t, err := target.New(target.Settings{
		URL: fmt.Sprintf("http://%s/webhooks", l.Addr()), Scheme: "standard-webhooks", Secret: secret, SecretFrom: "made up for the demo",
	})
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	probe, err := target.NewHTTP(fmt.Sprintf("http://%s/effects", l.Addr()), "/{id}")
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	t.Probes = []target.Probe{probe}
	return t, func() error { return errors.Join(probe.Close(), end()) }, nil
}
