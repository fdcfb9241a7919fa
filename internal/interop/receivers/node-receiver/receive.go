package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

const (
	program     = "node"
	maxRestarts = 100
	maxLine     = 1 << 20 // bytes of one id, escaped
	stopGrace   = 3 * time.Second
)

// receive runs the script on the listener's socket until ctx ends, again and again
// when it ends by itself. It calls ready once, when the script first listens, and
// processed for every id that the script reports.
func receive(ctx context.Context, setup serve.Setup, script string, processed func(string), ready func()) error {
	socket, err := setup.Listener.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return err
	}
	defer socket.Close()
	// Only the script is to accept; between two of its runs connections wait.
	if err := setup.Listener.Close(); err != nil {
		return err
	}
	once := sync.OnceFunc(ready)
	for range maxRestarts {
		listened, err := runScript(ctx, socket, script, processed, once)
		if ctx.Err() != nil {
			return nil
		}
		fmt.Fprintf(os.Stderr, "node-receiver: %s ended: %v\n", script, err)
		if !listened {
			return fmt.Errorf("%s ended before it listened: %w", script, err)
		}
	}
	return errors.New(script + " ends again and again")
}

// runScript runs the script once and says whether it came as far as to listen.
func runScript(ctx context.Context, socket *os.File, script string, processed func(string), ready func()) (listened bool, err error) {
	cmd := exec.CommandContext(ctx, program, script)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
	cmd.Stderr = os.Stderr
	cmd.ExtraFiles = []*os.File{socket} // its file descriptor 3
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	listened, readErr := readReports(stdout, processed, ready)
	if readErr != nil {
		cmd.Process.Kill() // it may have ended already, which Wait tells
	}
	return listened, errors.Join(readErr, cmd.Wait())
}

// readReports reads the line "ready" and, after it, one JSON text for each event
// that was processed.
func readReports(r io.Reader, processed func(string), ready func()) (listened bool, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if !listened {
			if lines.Text() != "ready" {
				return false, fmt.Errorf("reported %q before it listened", lines.Text())
			}
			listened = true
			ready()
			continue
		}
		var id string
		if err := json.Unmarshal(lines.Bytes(), &id); err != nil {
			return true, fmt.Errorf("reported %q: %w", lines.Text(), err)
		}
		processed(id)
	}
	return listened, lines.Err()
}
