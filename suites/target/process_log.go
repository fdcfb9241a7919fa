package target

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	maxOutputLog  = 16 << 20
	maxLogPending = 64 << 10 // bytes that wait for the end of their line
)

// An outputLog writes output to a file, redacted line by line: a whole line
// holds a whole secret. Nil is none. It needs the output's lock.
type outputLog struct {
	to       io.Writer
	redactor *transcript.Redactor
	lines    bool // a secret has several
	pending  []byte
	left     int
	inLine   bool // the line that is being written has not ended
	err      error
}

// take writes the lines that are complete.
func (l *outputLog) take(b []byte) {
	if l == nil || l.left <= 0 || l.err != nil {
		return
	}
	whole := bytes.LastIndexByte(b, '\n') + 1
	if whole > 0 {
		whole += len(l.pending)
	}
	l.pending = append(l.pending, b...)
	long := whole == 0 && len(l.pending) > maxLogPending
	if long {
		whole = len(l.pending)
	}
	if long || l.lines {
		whole -= l.redactor.Unfinished(l.pending[:whole])
	}
	if whole > 0 {
		l.write(l.pending[:whole])
		l.pending = append(l.pending[:0], l.pending[whole:]...)
	}
}

func (l *outputLog) write(b []byte) {
	text := l.redactor.Text(string(b))
	l.inLine = !strings.HasSuffix(text, "\n")
	if len(text) > l.left {
		text = fmt.Sprintf("%s\n--- hookassay: more than %d MiB: the rest is not kept\n", text[:l.left], maxOutputLog>>20)
		l.left = 0
	}
	l.left -= len(text)
	_, l.err = io.WriteString(l.to, text)
}

// flush ends the line, without what may be half a secret.
func (l *outputLog) flush() {
	if l == nil || l.left <= 0 || l.err != nil || len(l.pending) == 0 && !l.inLine {
		return
	}
	l.write(append(l.pending[:len(l.pending)-l.redactor.Unfinished(l.pending)], '\n'))
	l.pending = nil
}

// note writes a line of ours.
func (l *outputLog) note(line string) {
	if l == nil || l.err != nil {
		return
	}
	l.flush()
	_, l.err = io.WriteString(l.to, line)
}
