package target

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	maxOutput      = 64 << 10 // bytes that are remembered of what it wrote last
	maxOutputLines = 100      // … and lines of them that a record holds
	maxOutputText  = 16 << 10 // … and bytes
)

// An output takes what the receiver writes to its standard output and error,
// in the order in which it comes, and never keeps it waiting long.
type output struct {
	redactor *transcript.Redactor
	lines    bool // a secret has several

	mu    sync.Mutex
	tail  []byte // raw; at least the last bytes that keep wants, where there are so many
	cut   bool   // there was more before
	log   *outputLog
	pipes map[*os.File]chan struct{} // being read; closed when that has ended
}

func newOutput(hidden []mockprovider.Sensitive) *output {
	return &output{
		redactor: transcript.NewRedactor(hidden),
		lines:    slices.ContainsFunc(hidden, func(s mockprovider.Sensitive) bool { return strings.Contains(s.Value, "\n") }),
		pipes:    map[*os.File]chan struct{}{},
	}
}

// keep is how much of the tail is needed: what stands at its beginning may be
// the end of a secret, which redaction would not know.
func (o *output) keep() int { return maxOutput + o.redactor.Longest() }

// of starts a command that writes here.
func (o *output) of(cmd *exec.Cmd, foreseen bool) (*life, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = w, w
	ended := make(chan struct{})
	o.mu.Lock()
	o.pipes[r] = ended
	o.mu.Unlock()
	go o.read(r, ended)
	l, err := begin(cmd, foreseen)
	_ = w.Close() // the child has its own
	if l != nil {
		l.heard = ended
	}
	return l, err
}

// forget makes room for the lines of another process.
func (o *output) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail, o.cut = nil, false
}

func (o *output) read(r *os.File, ended chan struct{}) {
	defer close(ended)
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.pipes, r)
		_ = r.Close() // it was only read
	}()
	chunk := make([]byte, 32<<10)
	for {
		n, err := r.Read(chunk)
		o.take(chunk[:n])
		if err != nil {
			return
		}
	}
}

func (o *output) take(b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail = append(o.tail, b...)
	if keep := o.keep(); len(o.tail) > 2*keep {
		o.tail = append(o.tail[:0], o.tail[len(o.tail)-keep:]...)
		o.cut = true
	}
	o.log.take(b)
}

// last returns the last lines, redacted.
func (o *output) last() []string {
	o.mu.Lock()
	raw, cut := bytes.Clone(o.tail), o.cut
	o.mu.Unlock()
	raw = raw[:len(raw)-o.redactor.Unfinished(raw)] // half a secret, whose rest is still to come
	text := strings.ToValidUTF8(o.redactor.Text(string(raw)), "\uFFFD")
	if cut { // what is left of a secret goes with the line that it is in
		text = text[min(len(text), o.redactor.Longest()):]
	}
	if len(text) > maxOutputText {
		text, cut = text[len(text)-maxOutputText:], true
	}
	if _, rest, ok := strings.Cut(text, "\n"); cut && ok {
		text = rest
	}
	text = strings.ToValidUTF8(strings.TrimRight(text, "\r\n"), "")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-maxOutputLines):]
}

// note marks in the log what is done to the process.
func (o *output) note(action string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log.note("--- hookassay: " + action + "\n")
}

// close ends all reading.
func (o *output) close() {
	o.mu.Lock()
	var all []chan struct{}
	for r, ended := range o.pipes {
		_ = r.SetReadDeadline(time.Now()) // whoever still writes is heard no more
		all = append(all, ended)
	}
	o.mu.Unlock()
	for _, ended := range all {
		<-ended
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.log.flush()
}

// LogTo copies what the process writes from now on to a file, as well, redacted;
// the first 16 MiB of it. Nil ends that. The error is what became of the copy
// before.
func (p *Process) LogTo(w io.Writer) (err error) {
	p.output.mu.Lock()
	defer p.output.mu.Unlock()
	if before := p.output.log; before != nil {
		before.flush()
		err = before.err
	}
	p.output.log = nil
	if w == nil {
		return err
	}
	p.output.log = &outputLog{to: w, redactor: p.output.redactor, lines: p.output.lines, left: maxOutputLog}
	return err
}
