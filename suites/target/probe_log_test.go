package target

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newLog(t *testing.T, path string) *Log {
	t.Helper()
	l, err := NewLog(path, `processed id=(?P<id>\S+)`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// appendTo writes to the end of a file, which it makes where there is none.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func expectCounts(t *testing.T, p Probe, want map[string]int) {
	t.Helper()
	got, err := p.Counts(t.Context(), []string{"a", "b", "c"})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func expectBroken(t *testing.T, p Probe, says string) {
	t.Helper()
	if got, err := p.Counts(t.Context(), []string{"a"}); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, %v; want %q", got, err, says)
	}
}

func TestLogCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	appendTo(t, path, "processed id=a\nprocessed id=b\n")
	l := newLog(t, path)
	expectCounts(t, l, map[string]int{}) // that was before we came
	appendTo(t, path, "processed id=a\r\n12:00 INFO processed id=a took=3ms processed id=b\nreceived id=b\nprocessed id=\n")
	expectCounts(t, l, map[string]int{"a": 2})
	appendTo(t, path, "processed id=")
	expectCounts(t, l, map[string]int{"a": 2})
	appendTo(t, path, "c")
	expectCounts(t, l, map[string]int{"a": 2})
	appendTo(t, path, "\n")
	expectCounts(t, l, map[string]int{"a": 2, "c": 1})
	if d := l.Describe(); d.Kind != "log" || d.Counts != "lines of "+path+` that match processed id=(?P<id>\S+)` {
		t.Errorf("described as %v", d)
	}
}

func TestLogThatComesLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := newLog(t, path)
	time.Sleep(2 * logEvery)
	expectCounts(t, l, map[string]int{})
	appendTo(t, path, "processed id=a\n") // from its beginning: it was made while we looked
	expectCounts(t, l, map[string]int{"a": 1})
}

func TestLogRotatedByRenaming(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	appendTo(t, path, "before\n")
	l := newLog(t, path)
	old, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	appendTo(t, path, "processed id=a\n")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	// The receiver still has the old file open, and ends a line there after the
	// new one has begun.
	fmt.Fprint(old, "processed id=")
	expectCounts(t, l, map[string]int{"a": 1})
	appendTo(t, path, "processed id=b\n")
	expectCounts(t, l, map[string]int{"a": 1, "b": 1})
	fmt.Fprint(old, "c\n")
	expectCounts(t, l, map[string]int{"a": 1, "b": 1, "c": 1})
}

func TestLogThatIsCutOffIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := newLog(t, path)
	appendTo(t, path, "processed id=a\n")
	expectCounts(t, l, map[string]int{"a": 1})
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	expectBroken(t, l, "was cut off while it was followed")
	appendTo(t, path, strings.Repeat("processed id=b\n", 9)) // longer than before
	expectBroken(t, l, "was cut off while it was followed")
}

func TestLogThatIsDeletedIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := newLog(t, path)
	appendTo(t, path, "processed id=a\n")
	expectCounts(t, l, map[string]int{"a": 1})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expectCounts(t, l, map[string]int{"a": 1}) // it may be in the middle of a rotation
	l.mu.Lock()
	l.seen = l.seen.Add(-logGone)
	l.mu.Unlock()
	expectBroken(t, l, "app.log is not there any more")
	appendTo(t, path, "processed id=b\n")
	expectCounts(t, l, map[string]int{"a": 1, "b": 1})
}

func TestLogOfAHostileReceiver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := newLog(t, path)
	long := strings.Repeat("x", logLine)
	appendTo(t, path, long+" processed id=a\n"+long+long+"\nprocessed id="+long[:logIDLength+1]+"\nprocessed id=b\n")
	expectCounts(t, l, map[string]int{"b": 1})
	l.mu.Lock()
	for _, f := range l.files {
		if cap(f.line) > 2*logLine {
			t.Errorf("%d bytes of a line are kept", cap(f.line))
		}
	}
	l.room = 2 * (1 + logEntry)
	l.mu.Unlock()
	appendTo(t, path, "processed id=c\nprocessed id=b\nprocessed id=d\n")
	expectCounts(t, l, map[string]int{"b": 2, "c": 1})
	appendTo(t, path, "processed id=e\n")
	expectBroken(t, l, "holds too many ids")
}

func TestLogSettings(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ path, pattern, says string }{
		{"app.log", "", "pattern is missing"},
		{"app.log", "id=(.*)", "no group named id"},
		{"app.log", "(", "error parsing regexp"},
		{dir, "(?P<id>.*)", "is no file that is written to"},
	} {
		if l, err := NewLog(c.path, c.pattern); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: got %v, %v", c.pattern, l, err)
		}
	}
}

// What is written while somebody else reads the counts is not counted twice.
func TestLogConcurrently(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	l := newLog(t, path)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			appendTo(t, path, "processed id=a\n")
		}
	}()
	for range 20 {
		if _, err := l.Counts(t.Context(), []string{"a"}); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Millisecond)
	}
	<-done
	expectCounts(t, l, map[string]int{"a": 200})
}
