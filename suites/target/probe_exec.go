package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	execTogether = time.Minute            // for a question that takes many runs
	execDelay    = 500 * time.Millisecond // after its end, for output that its children hold open
	execNumber   = 64                     // bytes of one count
	execErrors   = 4 << 10                // bytes of standard error, of which the last line is told
)

// Exec runs a program of the user's, never a shell. With {id} in an argument it
// runs once an event and prints a number; without, it reads a JSON array of ids
// and prints an object of counts by id, in which what is missing counts as 0.
type Exec struct {
	argv []string
	dir  string
}

// NewExec returns a probe that runs a command in a directory, in which a command
// with a slash in it is looked for, too.
func NewExec(argv []string, dir string) (*Exec, error) {
	if err := checkCount(argv); err != nil {
		return nil, err
	}
	if !strings.ContainsRune(argv[0], filepath.Separator) {
		if _, err := exec.LookPath(argv[0]); err != nil {
			return nil, fmt.Errorf("exec: there is no program %q in the path", argv[0])
		}
		return &Exec{argv, dir}, nil
	}
	path := argv[0]
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("exec: there is no program %q", path)
	}
	return &Exec{argv, dir}, nil
}

func checkCount(argv []string) error {
	if err := checkArgv(argv); err != nil {
		return fmt.Errorf("exec: %w", err)
	}
	if strings.Contains(argv[0], "{id}") {
		return errors.New("exec: {id} stands in the program's name, not in an argument")
	}
	return nil
}

// Describe implements Probe.
func (p *Exec) Describe() Description {
	return Description{Name: "effects", Kind: "exec", Counts: "what this prints: " + clipped(strings.Join(p.argv, " "), maxWords)}
}

// PerID reports whether the program runs once an event.
func (p *Exec) PerID() bool {
	for _, arg := range p.argv {
		if strings.Contains(arg, "{id}") {
			return true
		}
	}
	return false
}

// Close implements io.Closer. Nothing runs between questions.
func (p *Exec) Close() error { return nil }

// Counts implements Probe.
func (p *Exec) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	if !p.PerID() {
		return p.together(ctx, ids)
	}
	ctx, cancel := context.WithTimeout(ctx, execTogether)
	defer cancel()
	return countEach(ctx, ids, p.one)
}

func (p *Exec) one(ctx context.Context, id string) (int, error) {
	argv := make([]string, len(p.argv))
	for i, arg := range p.argv {
		argv[i] = strings.ReplaceAll(arg, "{id}", id)
	}
	out, err := p.run(ctx, argv, nil, execNumber)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil || n < 0 {
		return 0, p.failed(fmt.Sprintf("printed %q, which is no count", clipped(string(out), execNumber)))
	}
	return n, nil
}

func (p *Exec) together(ctx context.Context, ids []string) (map[string]int, error) {
	list, err := json.Marshal(append([]string{}, ids...)) // [] rather than null
	if err != nil {
		return nil, err
	}
	out, err := p.run(ctx, p.argv, list, probeBody)
	if err != nil {
		return nil, err
	}
	var printed map[string]*int
	if err := json.Unmarshal(out, &printed); err != nil {
		return nil, p.failed("did not print a JSON object of whole numbers by id")
	}
	counts := map[string]int{}
	for _, id := range ids {
		switch n := printed[id]; {
		case n == nil || *n == 0:
		case *n < 0:
			return nil, p.failed("printed a count below 0")
		default:
			counts[id] = *n
		}
	}
	return counts, nil
}

// run runs the command to its end, or ends it and the processes that it has
// started. It returns standard output, which has a bound.
func (p *Exec) run(ctx context.Context, argv []string, stdin []byte, most int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.WaitDelay = p.dir, execDelay
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	out, complaints := &head{most: most}, &tail{most: execErrors}
	cmd.Stdout, cmd.Stderr = out, complaints
	endWithChildren(cmd)
	err := cmd.Run()
	endChildren(cmd)
	var status *exec.ExitError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, p.failed(fmt.Sprintf("did not end within %s", probeTimeout))
	case ctx.Err() != nil:
		return nil, p.failed("was not waited for: interrupted")
	case out.over:
		return nil, p.failed(fmt.Sprintf("printed more than %d bytes", most))
	case errors.Is(err, exec.ErrWaitDelay):
		return nil, p.failed("ended, but something that it started holds its output open")
	case errors.As(err, &status):
		return nil, p.failed("ended with " + status.String() + complaints.lastLine())
	case err != nil:
		return nil, p.failed("cannot be run: " + clipped(err.Error(), maxWords))
	}
	return out.kept, nil
}

func (p *Exec) failed(how string) error {
	return fmt.Errorf("effects probe: %s %s", clipped(p.argv[0], maxWords), how)
}

// A head keeps the beginning of what is written. What is beyond is an error, so
// that a program that prints without end is ended.
type head struct {
	most int
	kept []byte
	over bool
}

var errOver = errors.New("too much output")

// Write implements io.Writer.
func (h *head) Write(b []byte) (int, error) {
	if len(h.kept)+len(b) > h.most {
		h.over = true
		return 0, errOver
	}
	h.kept = append(h.kept, b...)
	return len(b), nil
}

// A tail keeps the end of what is written.
type tail struct {
	most int
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if len(t.kept) > t.most {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.most:]...)
	}
	return len(b), nil
}

// lastLine is the last line that says something, to be put behind a sentence.
func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.kept)), "\n")
	if last := clipped(lines[len(lines)-1], maxWords); last != "" {
		return ": " + last
	}
	return ""
}
