//go:build unix

package target_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/target"
)

// script makes a program that a shell runs, in a directory of its own.
func script(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "count"), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func newExec(t *testing.T, dir string, argv ...string) *target.Exec {
	t.Helper()
	p, err := target.NewExec(argv, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExecCounts(t *testing.T) {
	each, all := []string{"./count", "--of={id}"}, []string{"./count"}
	ids := []string{"a", "b; exit 3", "none"}
	for _, c := range []struct {
		name, script string
		argv         []string
		want         map[string]int
		says         string
	}{
		{"once an event", `case "$1" in --of=a) echo 2;; "--of=b; exit 3") echo " 1 ";; *) echo 0;; esac`, each, map[string]int{"a": 2, "b; exit 3": 1}, ""},
		{"the file's directory", `cat ./number`, each, map[string]int{"a": 7, "b; exit 3": 7, "none": 7}, ""},
		{"all at once", `test "$(cat)" = '["a","b; exit 3","none"]' && echo '{"a": 2, "b; exit 3": null, "more": 1}'`, all, map[string]int{"a": 2}, ""},
		{"nothing", `echo '{}'`, all, map[string]int{}, ""},
		{"stdin is left alone", `echo '{"a": 1}'`, all, map[string]int{"a": 1}, ""},
		{"no number", `echo many`, each, nil, `./count printed "many", which is no count`},
		{"no output", `:`, each, nil, `printed "", which is no count`},
		{"below 0", `echo -1`, each, nil, `no count`},
		{"below 0 in an object", `echo '{"a": -1}'`, all, nil, `below 0`},
		{"no object", `echo '[1]'`, all, nil, `did not print a JSON object`},
		{"a fraction", `echo '{"a": 1.5}'`, all, nil, `did not print a JSON object`},
		{"too much", `yes`, each, nil, `printed more than 64 bytes`},
		{"it fails", `echo 1; echo "first" >&2; echo "no such table" >&2; exit 4`, each, nil, `./count ended with exit status 4: no such table`},
		{"it fails without a word", `exit 4`, all, nil, `./count ended with exit status 4`},
		{"it is killed", `kill -9 $$`, all, nil, `./count ended with signal: killed`},
		{"much to complain of", `yes complaint | head -c 100000 >&2; echo end >&2; exit 1`, all, nil, `exit status 1: end`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := script(t, c.script)
			if err := os.WriteFile(filepath.Join(dir, "number"), []byte("7\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := newExec(t, dir, c.argv...).Counts(t.Context(), ids)
			if c.says == "" && (err != nil || !maps.Equal(got, c.want)) {
				t.Errorf("got %v, %v", got, err)
			}
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// gone waits until a process has ended.
func gone(t *testing.T, pidFile string) {
	t.Helper()
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !ended(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a process outlives the question")
		}
	}
}

// ended reports whether a process is gone, or waits to be buried by whoever has
// inherited it.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestExecLeavesNothingRunning(t *testing.T) {
	t.Run("at the deadline", func(t *testing.T) {
		t.Parallel()
		dir := script(t, `sleep 60 & echo $! > child; wait`)
		start := time.Now()
		_, err := newExec(t, dir, "./count").Counts(t.Context(), []string{"a"})
		if err == nil || !strings.Contains(err.Error(), "./count did not end within 5s") || time.Since(start) > 20*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		gone(t, filepath.Join(dir, "child"))
	})
	t.Run("when interrupted", func(t *testing.T) {
		t.Parallel()
		dir := script(t, `sleep 60 & echo $! > child; wait`)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			for ctx.Err() == nil {
				if b, err := os.ReadFile(filepath.Join(dir, "child")); err == nil && strings.HasSuffix(string(b), "\n") {
					cancel()
				}
				time.Sleep(5 * time.Millisecond)
			}
		}()
		if _, err := newExec(t, dir, "./count").Counts(ctx, []string{"a"}); err == nil || !strings.Contains(err.Error(), "interrupted") {
			t.Errorf("got %v", err)
		}
		gone(t, filepath.Join(dir, "child"))
	})
	t.Run("after its end", func(t *testing.T) {
		t.Parallel()
		dir := script(t, `sleep 60 & echo $! > child; echo '{"a": 1}'`)
		if _, err := newExec(t, dir, "./count").Counts(t.Context(), []string{"a"}); err == nil || !strings.Contains(err.Error(), "holds its output open") {
			t.Errorf("got %v", err)
		}
		gone(t, filepath.Join(dir, "child"))
	})
	t.Run("after its end, silently", func(t *testing.T) {
		t.Parallel()
		dir := script(t, `sleep 60 >/dev/null 2>&1 </dev/null & echo $! > child; echo '{"a": 1}'`)
		if got, err := newExec(t, dir, "./count").Counts(t.Context(), []string{"a"}); err != nil || got["a"] != 1 {
			t.Errorf("got %v, %v", got, err)
		}
		gone(t, filepath.Join(dir, "child"))
	})
}

func TestExecSettings(t *testing.T) {
	for _, c := range []struct {
		argv []string
		says string
	}{
		{nil, "a command is a list of words"},
		{[]string{"{id}"}, "{id} stands in the program's name"},
		{[]string{"count all"}, "no shell takes it apart"},
		{[]string{"no-such-program-anywhere"}, `there is no program "no-such-program-anywhere" in the path`},
		{[]string{"./none", "{id}"}, "there is no program"},
	} {
		if p, err := target.NewExec(c.argv, t.TempDir()); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: got %v, %v", c.argv, p, err)
		}
	}
	dir := script(t, "echo 1")
	if p := newExec(t, dir, "./count", "{id}"); !p.PerID() || p.Describe().Counts != "what this prints: ./count {id}" {
		t.Errorf("described as %v", p.Describe())
	}
	if p := newExec(t, "", filepath.Join(dir, "count")); p.PerID() {
		t.Error("without {id} it says to be asked once an event")
	}
}

// It answers once, and then no more.
func TestExecThatBreaks(t *testing.T) {
	dir := script(t, `if test -e asked; then echo "connection refused" >&2; exit 1; fi; touch asked; echo '{"a": 1}'`)
	w := target.Wait{IDs: []string{"a", "b"}}
	e := newTarget(t, "http://127.0.0.1/").Settle(t.Context(), newExec(t, dir, "./count"), w)
	if !strings.Contains(e.Error, "ended with exit status 1: connection refused") {
		t.Errorf("read as %+v", e)
	}
}
