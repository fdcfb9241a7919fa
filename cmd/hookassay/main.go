// Command hookassay grades receivers of webhooks: whether they are correct,
// and how much they can take.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/hookassay/hookassay/reports"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

// Main runs the program and returns its exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	cmd := newRoot(stdout, stderr)
	cmd.SetArgs(args)
	err := cmd.Execute()
	var exit exitCode
	var late unfinished
	switch {
	case err == nil:
		return reports.ExitConformant
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintf(stderr, "hookassay: %v\n", err)
	if errors.As(err, &late) {
		return reports.ExitIncomplete
	}
	return reports.ExitUsage
}

// unfinished is what went wrong after sending had begun: no longer a matter of
// usage.
type unfinished struct{ error }

func (u unfinished) Unwrap() error { return u.error }

// untilSignal returns a context that ends with the first SIGINT or SIGTERM, so
// that a run can report what it has. The second ends the program: a run that
// does not stop must not hold the terminal. Until it is called, signals end the
// program as they do any other.
func untilSignal() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(signals)
		for n := 1; ; n++ {
			select {
			case <-signals:
				cancel()
				if n == 2 {
					os.Exit(reports.ExitIncomplete)
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() { cancel(); close(done) }
}

// exitCode ends the program without another word: the report has said it all.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// exitWith turns a report's exit code into what Main returns.
func exitWith(code int) error {
	if code == reports.ExitConformant {
		return nil
	}
	return exitCode(code)
}
