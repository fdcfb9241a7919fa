package specs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// interruptedChild makes the test binary a program that runs until it is
// interrupted, as a user's terminal would interrupt it.
const interruptedChild = "HOOKASSAY_TEST_INTERRUPTED"

// runInterrupted sends itself the signal while it plays and writes the report
// to standard output.
func runInterrupted() int {
	c, stop, err := startReceiver()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	defer stop()
	ctx := context.Background()
	if os.Getenv(interruptedChild) == "listening" {
		var cancel context.CancelFunc
		ctx, cancel = signal.NotifyContext(ctx, os.Interrupt)
		defer cancel()
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	var once sync.Once
	c.Progress = func(p conformance.Progress) {
		if p.Phase == "playing" && p.Done >= 3 {
			once.Do(func() { _ = self.Signal(os.Interrupt) })
		}
	}
	r, err := Run(ctx, c)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return 1
	}
	return 0
}

// An interrupt ends the run with a report and not a word of Ginkgo's, whether
// or not the program listens too.
func TestInterrupt(t *testing.T) {
	for _, who := range []string{"listening", "deaf"} {
		t.Run(who, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			child := exec.CommandContext(ctx, os.Args[0])
			child.Env = append(os.Environ(), interruptedChild+"="+who)
			var stdout, stderr bytes.Buffer
			child.Stdout, child.Stderr = &stdout, &stderr
			if err := child.Run(); err != nil {
				t.Fatalf("%v\n%s", err, stderr.String())
			}
			var r reports.Report
			if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
				t.Fatalf("standard output is more than the report: %v\n%.300s", err, stdout.String())
			}
			if stderr.Len() > 0 {
				t.Errorf("standard error: %.300s", stderr.String())
			}
			if !r.Interrupted || r.Counts.Error == 0 {
				t.Errorf("interrupted %v, counts %+v", r.Interrupted, r.Counts)
			}
		})
	}
}
