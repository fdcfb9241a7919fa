package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"
)

const (
	logEvery    = 25 * time.Millisecond // how often the file is looked at
	logGone     = time.Second           // a file that is rotated may be missing so long
	logLine     = 64 << 10              // bytes of a line that the pattern sees
	logAtOnce   = 64 << 20              // bytes read in one look
	logFiles    = 8                     // that are followed at once, after rotations
	maxLogIDs   = 64 << 20              // bytes of ids, ours and others'
	logIDLength = 1 << 10               // bytes of an id
	logEntry    = 64                    // bytes that keeping an id takes beside it
)

// Log counts lines of a file that the receiver writes while we look: those that
// match a pattern, by the pattern's group named id; a line counts once. What
// stood there at the beginning is not read. A file that was renamed is read on,
// beside the new one; one that shrinks is an error, because what it held may not
// have been read.
type Log struct {
	path    string
	pattern *regexp.Regexp
	group   int
	stop    chan struct{}
	done    chan struct{}

	mu     sync.Mutex
	files  []*followed // the newest last
	seen   time.Time   // when the path last led to a file; zero: never yet
	counts map[string]int
	room   int   // bytes of ids that may still be kept
	broken error // for good
}

// followed is one file as far as it has been read.
type followed struct {
	file *os.File
	at   int64
	line []byte // that has no end yet, and at most logLine of it
}

// NewLog follows the file at path, which need not be there yet.
func NewLog(path, pattern string) (*Log, error) {
	re, err := logPattern(pattern)
	if err != nil {
		return nil, err
	}
	l := &Log{
		path: path, pattern: re, group: re.SubexpIndex("id"), counts: map[string]int{}, room: maxLogIDs,
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := l.open(io.SeekEnd); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	go l.follow()
	return l, nil
}

// Describe implements Probe.
func (l *Log) Describe() Description {
	return Description{Name: "effects", Kind: "log", Counts: fmt.Sprintf("lines of %s that match %s", l.path, clipped(l.pattern.String(), maxWords))}
}

// Close stops following, and waits until that has ended.
func (l *Log) Close() error {
	close(l.stop)
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []error
	for _, f := range l.files {
		all = append(all, f.file.Close())
	}
	l.files = nil
	return errors.Join(all...)
}

func (l *Log) follow() {
	defer close(l.done)
	ticker := time.NewTicker(logEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			l.mu.Lock()
			l.look()
			l.mu.Unlock()
		}
	}
}

// Counts implements Probe.
func (l *Log) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	whole := l.look()
	switch {
	case ctx.Err() != nil:
		return nil, l.failed("was not read: interrupted")
	case l.broken != nil:
		return nil, l.broken
	case !whole:
		return nil, l.failed("grows faster than it can be read")
	case !l.seen.IsZero() && time.Since(l.seen) > logGone:
		return nil, l.failed("is not there any more")
	}
	out := map[string]int{}
	for _, id := range ids {
		if n := l.counts[id]; n > 0 {
			out[id] = n
		}
	}
	return out, nil
}

// look reads what was written since the last look, and reports whether that was
// all.
func (l *Log) look() (whole bool) {
	if l.broken != nil {
		return true
	}
	// The new file is opened before the old one is read to its end: a writer that
	// has changed to the new one adds nothing to the old.
	if err := l.open(io.SeekStart); err != nil && !errors.Is(err, os.ErrNotExist) {
		l.broken = err
		return true
	}
	whole = true
	for _, f := range l.files {
		all, err := l.read(f)
		if err != nil {
			l.broken = err
			return true
		}
		whole = whole && all
	}
	return whole
}

// open opens the file at the path where it is not the one that was opened last.
func (l *Log) open(from int) error {
	info, err := os.Stat(l.path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return err
		}
		return l.failed("cannot be read")
	}
	if !info.Mode().IsRegular() {
		return l.failed("is no file that is written to")
	}
	if n := len(l.files); n > 0 {
		if last, err := l.files[n-1].file.Stat(); err == nil && os.SameFile(last, info) {
			l.seen = time.Now()
			return nil
		}
	}
	file, err := os.Open(l.path)
	if errors.Is(err, os.ErrNotExist) { // renamed just now
		return err
	}
	if err != nil {
		return l.failed("cannot be read")
	}
	at, err := file.Seek(0, from)
	if err != nil {
		return errors.Join(l.failed("cannot be read"), file.Close())
	}
	l.seen = time.Now()
	l.files = append(l.files, &followed{file: file, at: at})
	if len(l.files) > logFiles {
		_ = l.files[0].file.Close() // it was only read
		l.files = slices.Delete(l.files, 0, 1)
	}
	return nil
}

// read reads a file on, logAtOnce bytes at most, and reports whether that was
// all.
func (l *Log) read(f *followed) (whole bool, err error) {
	info, err := f.file.Stat()
	if err != nil {
		return false, l.failed("cannot be read")
	}
	if info.Size() < f.at {
		return false, l.failed("was cut off while it was followed, so that lines may have been missed: append to it, or rotate it by renaming")
	}
	buf := make([]byte, 64<<10)
	for left := int64(logAtOnce); left > 0; {
		n, err := f.file.ReadAt(buf, f.at)
		f.at += int64(n)
		left -= int64(n)
		if full := l.take(f, buf[:n]); full != nil {
			return false, full
		}
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, l.failed("cannot be read")
		}
	}
	return false, nil
}

// take takes bytes that were read, and counts the lines that they end.
func (l *Log) take(f *followed, b []byte) error {
	for len(b) > 0 {
		end := slices.Index(b, '\n')
		part := b
		if end >= 0 {
			part = b[:end]
		}
		f.line = append(f.line, part[:min(len(part), logLine-len(f.line))]...)
		if end < 0 {
			return nil
		}
		b = b[end+1:]
		err := l.count(f.line)
		f.line = f.line[:0]
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) count(line []byte) error {
	match := l.pattern.FindSubmatch(line)
	if match == nil || len(match[l.group]) == 0 || len(match[l.group]) > logIDLength {
		return nil
	}
	id := string(match[l.group])
	if _, known := l.counts[id]; !known {
		if l.room -= len(id) + logEntry; l.room < 0 {
			return l.failed("holds too many ids")
		}
	}
	l.counts[id]++
	return nil
}

func (l *Log) failed(how string) error { return fmt.Errorf("effects probe: %s %s", l.path, how) }

// found reports whether there ever was a file at the path.
func (p *Log) found() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.seen.IsZero()
}
