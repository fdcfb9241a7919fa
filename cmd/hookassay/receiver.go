package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
)

// receiverFlags say what the reference receiver is to be.
type receiverFlags struct {
	listen, scheme, secretEnv string
	flaws, variants           []string
	origins                   []string
	data, brokenWhile         string
	eventsAPI                 string
	retention, reconcile      time.Duration
	list, listVariants        bool
}

func newReceiver(c *console) *cobra.Command {
	var f receiverFlags
	cmd := &cobra.Command{
		Use:   "receiver",
		Short: "Runs the reference receiver, correct, otherwise built, or with chosen flaws",
		Example: `  WEBHOOK_SECRET=$(printf whsec_; head -c 32 /dev/urandom | base64) hookassay receiver --scheme standard-webhooks
  hookassay receiver --list-flaws
  hookassay receiver --scheme github --flaw no-dedupe
  hookassay receiver --variant refuses-404 --variant answers-204
  hookassay receiver --data receiver.db --broken-while broken`,
		Long: `Runs the reference receiver, correct, otherwise built, or with chosen flaws.

With --data it keeps what it must not forget in an SQLite file, and can be killed
at any moment: docs/durable-receiver.md says how. Its clock is moved by the
duration in HOOKASSAY_CLOCK, as 6m10s or -1h.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch {
			case f.list:
				return listFlaws(c)
			case f.listVariants:
				return listVariants(c)
			}
			ctx, stop := untilSignal()
			defer stop()
			return f.serve(ctx, c)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.listen, "listen", "127.0.0.1:8080", "host:port to listen on")
	fs.StringVarP(&f.scheme, "scheme", "s", "standard-webhooks", "how deliveries are signed")
	fs.StringVar(&f.secretEnv, "secret-env", "WEBHOOK_SECRET", "environment variable that holds the secret")
	fs.StringSliceVar(&f.flaws, "flaw", nil, "name of a flaw to have; may be repeated")
	fs.StringSliceVar(&f.variants, "variant", nil, "name of a variant to be: correct, and built otherwise; may be repeated")
	fs.StringSliceVar(&f.origins, "origin", nil, "origin that the handshake grants (CloudEvents; default that of the producer)")
	fs.StringVar(&f.data, "data", "", "SQLite file that holds ids, work and effects (default: in memory)")
	fs.StringVar(&f.brokenWhile, "broken-while", "", "while this file exists, nothing can be written to --data")
	fs.DurationVar(&f.retention, "retention", 0, "how long ids are kept in --data (default 168h)")
	fs.StringVar(&f.eventsAPI, "events-api", "", "URL of the producer's list of events (default $"+eventsURLEnv+"); its token is in $"+eventsTokenEnv)
	fs.DurationVar(&f.reconcile, "reconcile", 0, "how often --events-api is asked for what was missed (default 1m)")
	fs.BoolVar(&f.list, "list-flaws", false, "list the flaws")
	fs.BoolVar(&f.listVariants, "list-variants", false, "list the variants, and what a target has to be told of them")
	return cmd
}

func listFlaws(c *console) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, f := range receiver.Flaws() {
		fmt.Fprintf(w, "%s\t%s\n", f.Name, f.Summary)
	}
	return w.Flush()
}

func listVariants(c *console) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, v := range receiver.Variants() {
		told := ""
		if v.Target != "" {
			told = " (target: {" + v.Target + "})"
		}
		fmt.Fprintf(w, "%s\t%s%s\n", v.Name, v.Summary, told)
	}
	return w.Flush()
}

func (f *receiverFlags) serve(ctx context.Context, c *console) error {
	scheme, err := mockprovider.FindScheme(f.scheme)
	if err != nil {
		return err
	}
	secrets, err := f.secrets()
	if err != nil {
		return err
	}
	if len(f.origins) == 0 {
		f.origins = []string{scheme.Origin}
	}
	if f.eventsAPI == "" && f.data != "" { // in memory nothing is reconciled
		f.eventsAPI = os.Getenv(eventsURLEnv)
	}
	now, err := movedClock()
	if err != nil {
		return err
	}
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{f.scheme: secrets}, Origins: f.origins, Flaws: f.flaws, Variants: f.variants,
		Data: f.data, BrokenWhile: f.brokenWhile, Retention: f.retention, Now: now,
		EventsAPI: f.eventsAPI, EventsToken: os.Getenv(eventsTokenEnv), Reconcile: f.reconcile,
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "listening on http://%s/webhooks, effects at http://%s/effects\n", l.Addr(), l.Addr())
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = r.Shutdown(end)
	<-served
	return err
}

const (
	clockEnv       = "HOOKASSAY_CLOCK"
	eventsURLEnv   = "HOOKASSAY_EVENTS_URL"
	eventsTokenEnv = "HOOKASSAY_EVENTS_TOKEN"
)

// secrets are those of the environment. Without any, only a receiver whose flaw
// is just that starts.
func (f *receiverFlags) secrets() ([]string, error) {
	secret, ok := os.LookupEnv(f.secretEnv)
	unset := slices.ContainsFunc(f.flaws, func(name string) bool {
		return slices.Contains(receiver.Flaw{Name: name}.Needs(), receiver.NeedsNoSecret)
	})
	switch {
	case ok && (secret != "" || !unset):
		return []string{secret}, nil
	case unset:
		return nil, nil
	}
	return nil, fmt.Errorf("environment variable %s is not set: put the secret there", f.secretEnv)
}

// movedClock is the machine's clock moved by the duration in the environment;
// nil where none is given.
func movedClock() (func() time.Time, error) {
	text := os.Getenv(clockEnv)
	if text == "" {
		return nil, nil
	}
	by, err := time.ParseDuration(text)
	if err != nil {
		return nil, fmt.Errorf("environment variable %s is %q: expected a duration such as 6m10s", clockEnv, text)
	}
	return func() time.Time { return time.Now().Add(by) }, nil
}
