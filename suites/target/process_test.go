//go:build unix

package target

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/transcript"
)

// given are the addresses that tests of processes have: those that run beside
// each other must not get the same one, though nobody listens there yet.
var given sync.Map

// ownAddress is one that nobody listens on, and that no other test gets.
func ownAddress(t *testing.T) string {
	t.Helper()
	for {
		address := freeAddress(t)
		if _, taken := given.LoadOrStore(address, true); !taken {
			return address
		}
	}
}

func processTarget(t *testing.T, address string) *Target {
	t.Helper()
	tgt, err := New(Settings{URL: "http://" + address + "/webhooks", Scheme: "github", Secret: "a secret of tests"})
	if err != nil {
		t.Fatal(err)
	}
	return tgt
}

// process controls a receiver with some oddities, and sees to its end.
func process(t *testing.T, change func(*ProcessSettings), odd ...string) (*Process, string) {
	t.Helper()
	address := ownAddress(t)
	s := receiverSettings(address, odd...)
	if change != nil {
		change(&s)
	}
	p := NewProcess(s, processTarget(t, address))
	t.Cleanup(func() {
		if r := p.Close(); r != nil && !r.Done {
			t.Errorf("close: %+v", r)
		}
	})
	return p, address
}

func listens(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func TestProcessStartsStopsAndIsKilled(t *testing.T) {
	p, address := process(t, nil, "grandchild")
	for _, tt := range []struct{ end, exit string }{{"stop", "signal: terminated"}, {"kill", "signal: killed"}} {
		r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{})
		if !r.Done || r.MS <= 0 || len(r.Output) != 2 || !p.Running() || !listens(address) {
			t.Fatalf("start: %+v; running %t", r, p.Running())
		}
		group := p.life.group.leader.Process.Pid
		if n := membersOf(group); n != 2 {
			t.Errorf("%d processes are in the group, want receiver and grandchild", n)
		}
		ended := p.Ended()
		r = p.Do(t.Context(), tt.end, ProcessOptions{})
		if !r.Done || r.Exit != tt.exit || r.Forced || r.Message != "" || p.Running() || listens(address) {
			t.Errorf("%s: %+v; running %t", tt.end, r, p.Running())
		}
		if n := membersOf(group); n != 0 {
			t.Errorf("%d processes are left", n)
		}
		select {
		case <-ended:
			t.Errorf("%s was asked for, and counts as an end of its own", tt.end)
		default:
		}
	}
}

func TestProcessThatEndsByItself(t *testing.T) {
	p, address := process(t, nil, "grandchild")
	if r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done {
		t.Fatalf("start: %+v", r)
	}
	ended := p.Ended()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/crash", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultTransport.RoundTrip(req); err == nil {
		t.Error("it answered")
	}
	select {
	case <-ended:
	case <-ctx.Done():
		t.Fatal("nobody noticed that it ended")
	}
	r := p.HowItEnded()
	if p.Running() || r.Action != transcript.ProcessEnded || r.Exit != "exit status 9" || len(r.Output) != 2 {
		t.Errorf("running %t; %+v", p.Running(), r)
	}
	if n := membersOf(p.life.group.leader.Process.Pid); n != 0 {
		t.Errorf("%d processes are left", n)
	}
}
