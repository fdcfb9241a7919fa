//go:build unix

package target

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

func TestStartsThatFail(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		odd    []string
		change func(s *ProcessSettings, address string)
		want   string // in the message; ADDRESS stands for it
		exit   string
		output string // its last line
	}{
		{"one that is not there", nil, func(s *ProcessSettings, _ string) { s.Start = []string{"./none"} }, "./none: no such file or directory", "", ""},
		{"one that is not in PATH", nil, func(s *ProcessSettings, _ string) { s.Start = []string{"none-of-that-name"} }, "none-of-that-name: executable file not found", "", ""},
		{"one that ends", []string{"ends"}, nil, "it ended while it was started (exit status 7)", "exit status 7", "no database"},
		{"one that leaves its work to another", []string{"orphan"}, nil, "process.start must not return", "exit status 0", "grandchild"},
		{"one that never listens", []string{"deaf", "grandchild"}, func(s *ProcessSettings, _ string) { s.StartWithin = 300 * time.Millisecond },
			"it was not ready within 300ms: ADDRESS takes no connections", "signal: killed", ""},
		{"one that is never ready", []string{"unready"}, func(s *ProcessSettings, address string) {
			s.StartWithin, s.Ready = 3*time.Second, "http://"+address+"/healthz"
		}, "it was not ready within 3s: http://ADDRESS/healthz answers 503", "signal: killed", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := ownAddress(t)
			s := receiverSettings(address, tt.odd...)
			if tt.change != nil {
				tt.change(&s, address)
			}
			p := NewProcess(s, processTarget(t, address))
			r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{})
			want := strings.ReplaceAll(tt.want, "ADDRESS", address)
			if r.Done || !strings.Contains(r.Message, want) || r.Exit != tt.exit || r.MS > 10_000 {
				t.Errorf("got %+v\nwant %s", r, want)
			}
			if tt.output != "" && (len(r.Output) == 0 || !strings.HasPrefix(r.Output[len(r.Output)-1], tt.output)) {
				t.Errorf("output %q", r.Output)
			}
			if p.life != nil && membersOf(p.life.group.leader.Process.Pid) != 0 || p.Running() || listens(address) {
				t.Error("something is left")
			}
			if r := p.Close(); r != nil {
				t.Errorf("close: %+v", r)
			}
		})
	}
}

func TestStartThatIsCancelled(t *testing.T) {
	t.Parallel()
	p, _ := process(t, nil, "deaf", "grandchild")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	r := p.Do(ctx, transcript.ProcessStart, ProcessOptions{})
	if r.Done || r.Message != "the run was ended while it was started" || r.MS > 10_000 {
		t.Errorf("got %+v", r)
	}
	if p.Running() || membersOf(p.life.group.leader.Process.Pid) != 0 {
		t.Error("something is left")
	}
	if r := p.Do(ctx, transcript.ProcessStart, ProcessOptions{}); r.Done || r.Message != "the run was ended" {
		t.Errorf("again: %+v", r)
	}
}

func TestStartWhereSomebodyElseListens(t *testing.T) {
	t.Parallel()
	first, address := process(t, nil)
	if r := first.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done {
		t.Fatalf("start: %+v", r)
	}
	second := NewProcess(receiverSettings(address), processTarget(t, address))
	r := second.Do(t.Context(), transcript.ProcessStart, ProcessOptions{})
	if r.Done || !strings.Contains(r.Message, "something that was not started here takes connections at "+address) {
		t.Errorf("got %+v", r)
	}
	if r := first.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); r.Done || r.Message != "it runs already" {
		t.Errorf("again: %+v", r)
	}
}

func TestWhatCannotBeDone(t *testing.T) {
	t.Parallel()
	p, _ := process(t, nil)
	for _, tt := range []struct {
		action  string
		options ProcessOptions
		want    string
	}{
		{transcript.ProcessBreak, ProcessOptions{}, "no way to break the receiver"},
		{"restart", ProcessOptions{}, "no way to restart the receiver"},
		{transcript.ProcessKill, ProcessOptions{}, "nothing runs that was started here"},
		{transcript.ProcessStop, ProcessOptions{}, "nothing runs that was started here"},
		{transcript.ProcessStart, ProcessOptions{WithoutSecret: true}, "give process.secret_env"},
		{transcript.ProcessStart, ProcessOptions{Clock: time.Hour}, "give process.clock"},
	} {
		if r := p.Do(t.Context(), tt.action, tt.options); r.Done || !strings.Contains(r.Message, tt.want) {
			t.Errorf("%s: got %+v", tt.action, r)
		}
	}
	if p.CanHideSecret() || p.CanShiftClock() || p.Can(transcript.ProcessBreak) || !p.Can(transcript.ProcessKill) {
		t.Error("it says otherwise beforehand")
	}
	if r := p.Close(); r != nil {
		t.Errorf("close of what was never started: %+v", r)
	}
}

func TestEnvironmentOfTheReceiver(t *testing.T) {
	t.Parallel()
	library := filepath.Join(t.TempDir(), "libfaketime.so.1")
	if err := os.WriteFile(library, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	byVariable := func(s *ProcessSettings) { s.ClockEnv = "RECEIVER_CLOCK" }
	byLibrary := func(s *ProcessSettings) { s.Faketime = library }
	for _, tt := range []struct {
		name    string
		change  func(*ProcessSettings)
		options ProcessOptions
		want    string
		clock   string
	}{
		{"as it is", byVariable, ProcessOptions{}, "secret=s3 key= clock= preload= faketime=", ""},
		{"without secret", byVariable, ProcessOptions{WithoutSecret: true}, "secret= key= clock= preload= faketime=", ""},
		{"clock by a variable", byVariable, ProcessOptions{Clock: 370 * time.Second}, "secret=s3 key= clock=6m10s preload= faketime=", "6m10s"},
		{"clock by a library", byLibrary, ProcessOptions{Clock: 370 * time.Second}, "secret=s3 key= clock= preload=" + library + " faketime=+370s", "6m10s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := process(t, func(s *ProcessSettings) {
				s.SecretEnv, s.Env = "WEBHOOK_SECRET", append(s.Env, "WEBHOOK_SECRET=s3")
				tt.change(s)
			}, "env")
			if !p.CanHideSecret() || !p.CanShiftClock() {
				t.Fatal("it says that it cannot")
			}
			r := p.Do(t.Context(), transcript.ProcessStart, tt.options)
			if !r.Done || r.Clock != tt.clock || !strings.Contains("\n"+strings.Join(r.Output, "\n")+"\n", "\n"+tt.want+"\n") {
				t.Errorf("got  %+v\nwant %s", r, tt.want)
			}
		})
	}
}
