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

// Main runs the program and returns its exit code. Ctrl-C ends a run early; a
// second one ends the program.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal()
	defer stop()
	cmd := newRoot(stdout, stderr)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var exit exitCode
	switch {
	case err == nil:
		return reports.ExitConformant
	case errors.As(err, &exit):
		return int(exit)
	}
	fmt.Fprintf(stderr, "hookassay: %v\n", err)
	return reports.ExitUsage
}

// untilSignal returns a context that ends with the first SIGINT or SIGTERM. The
// second ends the program: a run that does not stop must not hold the terminal.
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
