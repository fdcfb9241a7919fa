package interop

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

const (
	// NoSkipEnv, set to 1, makes a missing program a failure rather than a skip.
	NoSkipEnv = "HOOKASSAY_NO_SKIP"

	readyLimit = 30 * time.Second
	stopLimit  = 15 * time.Second
)

// Start builds the receivers once, starts one with secret, and returns the URL that
// takes its deliveries and the URL of its effects, which answers {"<id>": count, …}.
//
// The receiver runs in a process group of its own and is ended when the test is
// over; one that has crashed or does not end by itself fails the test. A receiver
// that needs what is not installed skips the test, unless HOOKASSAY_NO_SKIP is 1.
func Start(t testing.TB, r Receiver, secret string) (url, effectsURL string) {
	t.Helper()
	requireInstalled(t, r)
	cmd, err := command(r)
	if err != nil {
		t.Fatal(err)
	}
	log := stderrOf(t)
	cmd.Env = append(os.Environ(), serve.SecretEnv+"="+secret, nodeEnv)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, cmd) })
	base, effectsURL, err := readReady(stdout)
	if err != nil {
		t.Fatalf("%s is not ready: %v", r.Name, err)
	}
	return base + r.Path, effectsURL
}

// command is what runs a receiver, at an address that the system chooses.
func command(r Receiver) (*exec.Cmd, error) {
	dir, err := binaries()
	if err != nil {
		return nil, err
	}
	program, args := program(r)
	return exec.Command(filepath.Join(dir, program), append([]string{"-addr", "127.0.0.1:0"}, args...)...), nil
}

// program is the binary that is a receiver, or runs it, and its arguments.
func program(r Receiver) (binary string, args []string) {
	if r.Script != "" {
		return "node-receiver", []string{nodeDir + "/" + r.Script}
	}
	return r.Name, nil
}

func requireInstalled(t testing.TB, r Receiver) {
	t.Helper()
	err := installed(r)
	if err == nil {
		return
	}
	if os.Getenv(NoSkipEnv) == "1" {
		t.Fatalf("not installed: %v", err)
	}
	t.Skipf("not installed: %v", err)
}

func installed(r Receiver) error {
	if r.Script != "" {
		return nodeInstalled(r.Library)
	}
	if r.Program == "" {
		return nil
	}
	_, err := os.Stat(r.Program)
	return err
}

// stderrOf returns a file that is shown when the test fails.
func stderrOf(t testing.TB) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer file.Close()
		if !t.Failed() {
			return
		}
		const shown = 4 << 10
		output, err := io.ReadAll(io.NewSectionReader(file, 0, shown))
		t.Logf("stderr of the receiver (%v):\n%s", err, output)
	})
	return file
}

// readReady waits for the ready line. The receiver prints nothing after it.
func readReady(stdout io.Reader) (base, effectsURL string, err error) {
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	// It ends with the line, or with the process at the latest.
	go func() {
		line, err := bufio.NewReader(io.LimitReader(stdout, 4<<10)).ReadString('\n')
		read <- result{line, err}
	}()
	select {
	case got := <-read:
		if got.err != nil {
			return "", "", fmt.Errorf("stdout %q: %w", got.line, got.err)
		}
		_, err = fmt.Sscanf(got.line, serve.ReadyLine, &base, &effectsURL)
		return base, effectsURL, err
	case <-time.After(readyLimit):
		return "", "", fmt.Errorf("no line within %s", readyLimit)
	}
}

// stop asks the receiver to end, and kills its whole process group if it does not.
func stop(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	ended := make(chan error, 1)
	cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended, which Wait tells
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("%s did not end cleanly: %v", cmd.Path, err)
		}
	case <-time.After(stopLimit):
		// Not yet waited for, so the number still names this group.
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		t.Errorf("%s did not end within %s", cmd.Path, stopLimit)
	}
}
