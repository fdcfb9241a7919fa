package endpoint

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

const (
	startLimit = 30 * time.Second
	stopLimit  = 10 * time.Second
	askLimit   = 10 * time.Second
)

// A Process is a receiver in a process of its own.
type Process struct {
	Address string // host:port
	cmd     *exec.Cmd
	stdin   io.Closer
}

// Start runs cmd, which calls Serve.
func Start(cmd *exec.Cmd) (*Process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, stdin: stdin}
	kill := time.AfterFunc(startLimit, func() { _ = cmd.Process.Kill() }) // ends the read below
	line, err := bufio.NewReader(io.LimitReader(stdout, 1<<10)).ReadString('\n')
	kill.Stop()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the receiver named no address: %w", err), p.Stop())
	}
	p.Address = strings.TrimSpace(line)
	return p, nil
}

// URL is that of a path.
func (p *Process) URL(path string) string { return "http://" + p.Address + path }

// Seen asks what was seen since it was asked last.
func (p *Process) Seen(ctx context.Context) (s Seen, err error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL(seenPath), nil)
	if err != nil {
		return s, err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	return s, json.NewDecoder(io.LimitReader(answer.Body, 1<<10)).Decode(&s)
}

// Stop ends the receiver.
func (p *Process) Stop() error {
	kill := time.AfterFunc(stopLimit, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	return errors.Join(p.stdin.Close(), p.cmd.Wait())
}
