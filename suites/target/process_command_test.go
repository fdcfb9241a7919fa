//go:build unix

package target

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// shell is a command that a shell reads, for tests.
func shell(script string) []string { return []string{"/bin/sh", "-c", script} }

// commanded controls a receiver by commands that leave it in the background and
// note its number in the file pid. Whatever is left of it is ended.
func commanded(t *testing.T, change func(*ProcessSettings), odd ...string) (*Process, string) {
	t.Helper()
	address := ownAddress(t)
	s := receiverSettings(address, odd...)
	s.Dir = t.TempDir()
	s.Commands = map[string][]string{
		"start": append(shell(`"$0" >receiver.out 2>&1 & echo $! >pid; echo started`), s.Start...),
		"stop":  shell(`kill $(cat pid); while kill -0 $(cat pid) 2>/dev/null; do sleep 0.02; done; echo stopped`),
		"kill":  shell(`kill -9 $(cat pid); echo killed`),
		"break": shell(`touch broken`),
		"heal":  shell(`rm broken`),
	}
	s.Start = nil
	if change != nil {
		change(&s)
	}
	t.Cleanup(func() {
		if b, err := os.ReadFile(filepath.Join(s.Dir, "pid")); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
			}
		}
	})
	return NewProcess(s, processTarget(t, address)), address
}

// settled waits until the address takes connections, or takes none.
func settled(address string, listen bool) bool {
	return eventually(context.Background(), 5*time.Second, func() bool { return listens(address) == listen })
}

func TestCommands(t *testing.T) {
	t.Parallel()
	p, address := commanded(t, nil)
	if p.CanHideSecret() || p.CanShiftClock() {
		t.Error("commands hide and shift nothing by themselves")
	}
	for _, tt := range []struct {
		action, output  string
		running, listen bool
	}{
		{"start", "started", true, true},
		{"break", "", true, true},
		{"kill", "killed", false, false},
		{"heal", "", false, false},
		{"start", "started", true, true},
		{"stop", "stopped", false, false},
	} {
		r := p.Do(t.Context(), tt.action, ProcessOptions{})
		if !r.Done || r.Exit != "exit status 0" || r.Message != "" {
			t.Fatalf("%s: %+v", tt.action, r)
		}
		if tt.output != "" && r.Output[len(r.Output)-1] != tt.output {
			t.Errorf("%s: output %q", tt.action, r.Output)
		}
		if p.Running() != tt.running || !settled(address, tt.listen) {
			t.Errorf("%s: running %t, listens %t", tt.action, p.Running(), listens(address))
		}
	}
	if r := p.Close(); r != nil {
		t.Errorf("close: %+v", r)
	}
}

// Close leaves things as they were found.
func TestCloseOfCommands(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before bool
		do     []string
		want   string // what Close does last
		listen bool
	}{
		{"nothing was done", false, nil, "", false},
		{"started by us", false, []string{"start"}, "stop", false},
		{"started by us and killed", false, []string{"start", "kill"}, "", false},
		{"broken", false, []string{"break"}, "heal", false},
		{"broken while it runs", false, []string{"start", "break"}, "stop", false},
		{"ran before, and was started again", true, []string{"kill", "start"}, "", true},
		{"ran before, and was killed", true, []string{"kill"}, "start", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, address := commanded(t, nil)
			if tt.before {
				other := NewProcess(p.settings, processTarget(t, address))
				if r := other.Do(t.Context(), "start", ProcessOptions{}); !r.Done {
					t.Fatalf("start: %+v", r)
				}
			}
			for _, action := range tt.do {
				if r := p.Do(t.Context(), action, ProcessOptions{}); !r.Done {
					t.Fatalf("%s: %+v", action, r)
				}
			}
			did := ""
			if r := p.Close(); r != nil {
				did = r.Action
				if !r.Done {
					t.Errorf("close: %+v", r)
				}
			}
			if did != tt.want || !settled(address, tt.listen) {
				t.Errorf("%q was done last, want %q; listens: %t", did, tt.want, listens(address))
			}
			if _, err := os.Stat(filepath.Join(p.settings.Dir, "broken")); err == nil {
				t.Error("it is still broken")
			}
			if r := p.Close(); r != nil {
				t.Errorf("close again: %+v", r)
			}
		})
	}
}

func TestCommandsThatFail(t *testing.T) {
	t.Parallel()
	sleeps := shell(`sleep 60 & echo child $!; wait`)
	for _, tt := range []struct {
		name    string
		command []string
		within  time.Duration
		cancel  bool
		want    string
		exit    string
	}{
		{"not there", []string{"./none"}, time.Minute, false, "./none: no such file or directory", ""},
		{"fails", shell("echo why; exit 4"), time.Minute, false, "/bin/sh failed (exit status 4)", "exit status 4"},
		{"does not end", sleeps, 2 * time.Second, false, "/bin/sh did not end within 2s, and was killed", "signal: killed"},
		{"is not waited for", sleeps, time.Minute, true, "/bin/sh was killed: the run was ended", "signal: killed"},
		{"starts nothing", shell("true"), 2 * time.Second, false, "it was not ready within 2s: ", "exit status 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := commanded(t, func(s *ProcessSettings) {
				s.Commands["start"], s.StartWithin = tt.command, tt.within
			})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if tt.cancel {
				time.AfterFunc(2*time.Second, cancel)
			}
			r := p.Do(ctx, transcript.ProcessStart, ProcessOptions{})
			if r.Done || !strings.Contains(r.Message, tt.want) || r.Exit != tt.exit || r.MS > 10_000 {
				t.Errorf("got  %+v\nwant %s", r, tt.want)
			}
			if tt.exit == "signal: killed" && !gone(pids(t, r.Output, "child")["child"]) {
				t.Error("what the command started lives")
			}
		})
	}
}

// break and heal go beside a process of ours, whose lines they leave alone.
func TestBreakBesideStart(t *testing.T) {
	t.Parallel()
	p, _ := process(t, func(s *ProcessSettings) {
		s.Commands = map[string][]string{"break": shell("echo broken"), "heal": shell("echo healed; test -e tried || { touch tried; exit 1; }")}
		s.Dir = t.TempDir()
	})
	for _, action := range []string{transcript.ProcessStart, transcript.ProcessBreak} {
		if r := p.Do(t.Context(), action, ProcessOptions{}); !r.Done {
			t.Fatalf("%s: %+v", action, r)
		}
	}
	if !p.Running() {
		t.Error("it does not run any more")
	}
	r := p.Close()
	if r == nil || r.Done || r.Action != transcript.ProcessStop || r.Message != "heal: /bin/sh failed (exit status 1)" {
		t.Errorf("close: %+v", r)
	}
	if out := strings.Join(r.Output, " "); !strings.HasPrefix(out, "receiver ") || !strings.HasSuffix(out, "broken healed") {
		t.Errorf("output %q", out)
	}
}

// What could not be ended or mended counts as there still.
func TestFailedCommandsCountForNothing(t *testing.T) {
	t.Parallel()
	p, _ := commanded(t, func(s *ProcessSettings) {
		s.Commands["kill"], s.Commands["heal"] = shell("exit 1"), shell(`test -e mended && rm broken`)
	})
	for action, done := range map[string]bool{"start": true, "break": true} {
		if r := p.Do(t.Context(), action, ProcessOptions{}); r.Done != done {
			t.Fatalf("%s: %+v", action, r)
		}
	}
	for _, action := range []string{"kill", "heal"} {
		if r := p.Do(t.Context(), action, ProcessOptions{}); r.Done {
			t.Errorf("%s: %+v", action, r)
		}
	}
	if !p.Running() {
		t.Error("it was not killed, and counts as ended")
	}
	if err := os.WriteFile(filepath.Join(p.settings.Dir, "mended"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := p.Close(); r == nil || !r.Done || r.Action != transcript.ProcessStop {
		t.Errorf("close: %+v", r)
	}
	if _, err := os.Stat(filepath.Join(p.settings.Dir, "broken")); err == nil {
		t.Error("it is still broken")
	}
}
