//go:build unix

package target

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A receiver that writes without end is neither held up nor kept.
func TestOutputThatFloods(t *testing.T) {
	p, address := process(t, nil, "flood")
	var log bytes.Buffer
	if err := p.LogTo(&log); err != nil {
		t.Fatal(err)
	}
	if r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done {
		t.Fatalf("start: %+v", r)
	}
	client := &http.Client{Timeout: 10 * time.Second}
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		resp, err := client.Get("http://" + address + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	r := p.Do(t.Context(), transcript.ProcessKill, ProcessOptions{})
	if !r.Done || len(r.Output) < maxOutputLines/2 || len(r.Output) > maxOutputLines {
		t.Errorf("%t, %s, %d lines", r.Done, r.Message, len(r.Output))
	}
	for _, line := range r.Output[:len(r.Output)-1] {
		if !strings.HasPrefix(line, "flood flood") {
			t.Errorf("a line is %q", line)
		}
	}
	if err := p.LogTo(nil); err != nil {
		t.Error(err)
	}
	if n := log.Len(); n > maxOutputLog+1024 {
		t.Errorf("%d bytes are in the log", n)
	}
	if n := cap(p.output.tail); n > 8*maxOutput {
		t.Errorf("%d bytes are kept", n)
	}
}

func TestOutputIsRedacted(t *testing.T) {
	p, _ := process(t, func(s *ProcessSettings) {
		s.Env = append(s.Env, "WEBHOOK_SECRET=a secret of tests", "API_KEY=k3y-hunter2")
		s.Sensitive = credentials("API_KEY", "k3y-hunter2")
	}, "env")
	var log bytes.Buffer
	if err := p.LogTo(&log); err != nil {
		t.Fatal(err)
	}
	r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{})
	if !r.Done {
		t.Fatalf("start: %+v", r)
	}
	p.Close()
	if err := p.LogTo(nil); err != nil {
		t.Error(err)
	}
	for where, text := range map[string]string{"record": strings.Join(r.Output, "\n"), "log": log.String()} {
		if !strings.Contains(text, "secret=[redacted:secret:current:text] key=[redacted:credential:API_KEY:text] clock=") {
			t.Errorf("%s: %q", where, text)
		}
	}
	if !strings.HasPrefix(log.String(), "--- hookassay: start\nreceiver ") || !strings.HasSuffix(log.String(), "--- hookassay: stop\n") {
		t.Errorf("log %q", log.String())
	}
}

// sensitive is one value as it is.
func sensitive(value string) []mockprovider.Sensitive {
	return []mockprovider.Sensitive{{Kind: "secret", Place: "current", As: "text", Value: value}}
}

// Wherever the memory of the last lines begins, it does not begin in a secret.
func TestTailDoesNotBeginInASecret(t *testing.T) {
	secret := strings.Repeat("hunter2\n", 20) + "hunter2"
	for shift := range len(secret) + 10 {
		o := newOutput(sensitive(secret))
		o.take([]byte(strings.Repeat("-", maxOutput)))
		o.take([]byte(secret))
		o.take([]byte(strings.Repeat("x", shift) + "\n"))
		for len(o.tail) > o.keep() || !o.cut { // until the memory has been cut
			o.take([]byte("a line of it\n"))
		}
		if text := strings.Join(o.last(), "\n"); strings.Contains(text, "hunter2") || !strings.HasSuffix(text, "a line of it") {
			t.Fatalf("shifted by %d: %q", shift, text[:100])
		}
	}
}

// A record may be made while a secret is being written.
func TestTailDoesNotEndInASecret(t *testing.T) {
	o := newOutput(sensitive("hunter2"))
	for _, tt := range []struct{ text, want string }{
		{"key hunt", "key "},
		{"er2", "key [redacted:secret:current:text]"},
		{" is used\n", "key [redacted:secret:current:text] is used"},
	} {
		o.take([]byte(tt.text))
		if got := strings.Join(o.last(), "\n"); got != tt.want {
			t.Errorf("after %q: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestOutputLog(t *testing.T) {
	const lines = "begin hunter2\nhunter3 end\n"
	for _, tt := range []struct {
		name, secret, text, want string
	}{
		{"a line", "hunter2", "key hunter2 is used\n", "key [redacted:secret:current:text] is used\n"},
		{"no end of line", "hunter2", "key hunter2", "key [redacted:secret:current:text]\n"},
		{"half a secret in the end", "hunter2", "key hunt", "key \n"},
		{"several lines", "hunter2\nhunter3", lines, "begin [redacted:secret:current:text] end\n"},
		{"no line at all", "hunter2", strings.Repeat("x", maxLogPending) + "hunter2" + strings.Repeat("y", maxLogPending),
			strings.Repeat("x", maxLogPending) + "[redacted:secret:current:text]" + strings.Repeat("y", maxLogPending) + "\n"},
	} {
		for _, size := range []int{1, 7, 1 << 20} { // bytes that are read at once
			t.Run(fmt.Sprintf("%s, by %d", tt.name, size), func(t *testing.T) {
				var log bytes.Buffer
				p := &Process{output: newOutput(sensitive(tt.secret))}
				if err := p.LogTo(&log); err != nil {
					t.Fatal(err)
				}
				for b := []byte(tt.text); len(b) > 0; b = b[min(size, len(b)):] {
					p.output.take(b[:min(size, len(b))])
				}
				if err := p.LogTo(nil); err != nil || log.String() != tt.want {
					t.Errorf("error %v, got %.300q, want %.300q", err, log.String(), tt.want)
				}
			})
		}
	}
}

func TestOutputLogIsBounded(t *testing.T) {
	var log bytes.Buffer
	o := newOutput(nil)
	o.log = &outputLog{to: &log, redactor: o.redactor, left: 20}
	for range 10 {
		o.take([]byte("0123456\n"))
	}
	if want := "0123456\n0123456\n0123\n--- hookassay: more than 16 MiB: the rest is not kept\n"; log.String() != want {
		t.Errorf("got %q, want %q", log.String(), want)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestOutputLogThatCannotBeWritten(t *testing.T) {
	p := &Process{output: newOutput(nil)}
	if err := p.LogTo(full{}); err != nil {
		t.Fatal(err)
	}
	p.output.take([]byte("a line\nanother\n"))
	if err := p.LogTo(nil); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v", err)
	}
}

// Everything may be asked at once.
func TestProcessIsUsedConcurrently(t *testing.T) {
	p, _ := process(t, nil)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 3 {
				p.Do(t.Context(), transcript.ProcessActions[i%3], ProcessOptions{})
				p.Running()
				p.Ended()
				p.HowItEnded()
				runtime.Gosched()
			}
		})
	}
	all.Wait()
	if r := p.Do(t.Context(), transcript.ProcessStart, ProcessOptions{}); !r.Done && r.Message != "it runs already" {
		t.Errorf("start: %+v", r)
	}
	if !p.Running() {
		t.Error("it does not run")
	}
}
