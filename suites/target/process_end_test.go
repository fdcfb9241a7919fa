//go:build unix

package target

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// pids finds the numbers of processes in lines such as "receiver 123".
func pids(t *testing.T, lines []string, names ...string) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, line := range lines {
		name, number, _ := strings.Cut(line, " ")
		if pid, err := strconv.Atoi(number); err == nil {
			found[name] = pid
		}
	}
	for _, name := range names {
		if found[name] == 0 {
			t.Fatalf("no process %s in %q", name, lines)
		}
	}
	return found
}

// gone waits until a process has ended; a zombie that nobody waits for has.
func gone(pid int) bool {
	return eventually(context.Background(), 10*time.Second, func() bool {
		if runtime.GOOS == "linux" {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			return err != nil || bytes.HasPrefix(b[bytes.LastIndexByte(b, ')')+1:], []byte(" Z"))
		}
		return syscall.Kill(pid, 0) != nil
	})
}

// A run that is killed takes the receiver with it, and what that has started.
func TestKilledRunLeavesNothing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
		odd    []string
	}{
		{"killed", syscall.SIGKILL, []string{"grandchild"}},
		{"killed, with a receiver that ignores SIGTERM", syscall.SIGKILL, []string{"grandchild", "stubborn"}},
		{"killed, with a receiver that floods", syscall.SIGKILL, []string{"grandchild", "flood"}},
		{"terminated", syscall.SIGTERM, []string{"grandchild"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := ownAddress(t)
			run := exec.Command(os.Args[0])
			run.Env = append(os.Environ(), testRole+"=run "+address+" "+strings.Join(tt.odd, " "))
			out, err := run.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			var lines []string
			for s := bufio.NewScanner(out); s.Scan(); {
				if lines = append(lines, s.Text()); strings.HasPrefix(s.Text(), "started") {
					break
				}
			}
			if lines[len(lines)-1] != "started true " || !listens(address) {
				t.Fatalf("it did not start: %q", lines)
			}
			names := []string{"keeper"}
			if !strings.Contains(tt.name, "floods") { // their lines are gone
				names = append(names, "receiver", "grandchild")
			}
			who := pids(t, lines, names...)
			if err := run.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			_ = run.Wait() // it was killed
			for name, pid := range who {
				if !gone(pid) {
					t.Errorf("the %s lives", name)
				}
			}
			if n := membersOf(who["keeper"]); n != 0 || listens(address) {
				t.Errorf("%d processes are left; listens: %t", n, listens(address))
			}
		})
	}
}

// A wrapper that ends at once does not cut the receiver's own end short.
func TestStopWaitsForTheWholeGroup(t *testing.T) {
	t.Parallel()
	p, _ := process(t, func(s *ProcessSettings) {
		s.Start = []string{"/bin/sh", "-c", `"$0" & wait`, os.Args[0]}
	}, "drains")
	if r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done {
		t.Fatalf("start: %+v", r)
	}
	r := p.Do(t.Context(), transcript.ProcessStop, ProcessOptions{})
	if !r.Done || r.Forced || r.Output[len(r.Output)-1] != "drained" || r.MS < 300 {
		t.Errorf("got %+v", r)
	}
}

func TestStopOfOneThatIgnoresSIGTERM(t *testing.T) {
	t.Parallel()
	for name, cancelled := range map[string]bool{"in time": false, "when the run was ended": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			within := 300 * time.Millisecond
			if cancelled {
				within = lifetime
			}
			p, _ := process(t, func(s *ProcessSettings) { s.StopWithin = within }, "stubborn", "grandchild")
			if r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done {
				t.Fatalf("start: %+v", r)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if cancelled {
				cancel()
			}
			r := p.Do(ctx, transcript.ProcessStop, ProcessOptions{})
			if !r.Done || !r.Forced || r.Exit != "signal: killed" || !cancelled && r.MS < 300 || r.MS > 20_000 {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// What leaves the group cannot be ended, but does not go unnoticed.
func TestKillOfOneThatLeftItsGroup(t *testing.T) {
	t.Parallel()
	address := ownAddress(t)
	s := receiverSettings(address, "escapes")
	s.Start = []string{"/bin/sh", "-c", `"$0" & wait`, os.Args[0]}
	p := NewProcess(s, processTarget(t, address))
	r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{})
	if !r.Done {
		t.Fatalf("start: %+v", r)
	}
	who := pids(t, r.Output, "receiver")
	defer func() {
		if err := syscall.Kill(who["receiver"], syscall.SIGKILL); err != nil {
			t.Error(err)
		}
	}()
	r = p.Do(t.Context(), transcript.ProcessKill, ProcessOptions{})
	if r.Done || !strings.Contains(r.Message, address+" still takes connections") {
		t.Errorf("got %+v", r)
	}
	if r := p.Close(); r != nil {
		t.Errorf("close: %+v", r)
	}
}

// Starting and killing again and again leaves neither files nor processes.
func TestRestartsLeaveNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are counted in /proc")
	}
	p, _ := process(t, nil)
	open := func() int {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	before := open()
	for i := range 20 {
		for _, action := range []string{transcript.ProcessStart, []string{transcript.ProcessStop, transcript.ProcessKill}[i%2]} {
			if r := p.Do(t.Context(), action, ProcessOptions{}); !r.Done {
				t.Fatalf("%s %d: %+v", action, i, r)
			}
		}
	}
	if r := p.Close(); r != nil {
		t.Errorf("close: %+v", r)
	}
	if after := open(); after > before+2 { // the runtime's own
		t.Errorf("%d files are open, %d were before", after, before)
	}
}
