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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
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
