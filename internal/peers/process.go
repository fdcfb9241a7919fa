package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

// An outcome is what one job of one tool came to.
type outcome struct {
	said said
	seen endpoint.Seen
	cpu  time.Duration // of the generator's process
	peak int64         // bytes of memory at most; 0: not known
}

// micros is the CPU time of one accepted delivery, in microseconds.
func (o outcome) micros() float64 {
	return float64(o.cpu.Nanoseconds()) / 1000 / float64(o.seen.Accepted)
}

const (
	grace     = 60 * time.Second // on top of what the job takes
	maxOutput = 64 << 20
)

// measure runs a job. No delivery may have been refused, and some must have
// been accepted: else a figure would be of something else.
func (b *bench) measure(t *tool, j job) (o outcome, err error) {
	if _, err := b.receiver.Seen(b.ctx); err != nil { // begin at nothing
		return o, err
	}
	ctx, cancel := context.WithTimeout(b.ctx, j.lasts+grace)
	defer cancel()
	cmd, err := t.command(j, b.receiver.URL(j.path))
	if err != nil {
		return o, err
	}
	stdout, err := o.run(ctx, cmd, t.verdicts)
	if err != nil {
		return o, fmt.Errorf("%s: %w", t.name, err)
	}
	if o.seen, err = b.receiver.Seen(b.ctx); err != nil {
		return o, err
	}
	if o.seen.Refused > 0 || o.seen.Accepted == 0 {
		return o, fmt.Errorf("%s: %d deliveries were accepted, %d refused", t.name, o.seen.Accepted, o.seen.Refused)
	}
	if t.read != nil {
		if o.said, err = t.read(j, stdout); err != nil {
			return o, fmt.Errorf("%s: what it said: %w", t.name, err)
		}
	}
	return o, nil
}

// run runs the process to its end and takes its CPU time and memory.
func (o *outcome) run(ctx context.Context, cmd *exec.Cmd, verdicts bool) ([]byte, error) {
	var stdout, stderr bounded
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	peak, ended := make(chan int64, 1), make(chan struct{})
	go func() { peak <- watchPeak(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	close(ended)
	o.peak = <-peak
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case stdout.over:
		return nil, fmt.Errorf("more than %d MiB of output", maxOutput>>20)
	case errors.As(err, &exit) && verdicts && exit.ExitCode() > 0:
		err = nil
	case err != nil:
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), err
}

// watchPeak reads the peak of a process's resident memory until it has ended.
// What rusage says would not do: it may hold the memory of the process that
// started this one.
func watchPeak(pid int, ended <-chan struct{}) (peak int64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil {
			peak = max(peak, peakOf(string(status)))
		}
		select {
		case <-tick.C:
		case <-ended:
			return peak
		}
	}
}

// peakOf finds VmHWM in proc(5)'s status.
func peakOf(status string) int64 {
	_, rest, _ := strings.Cut(status, "VmHWM:")
	kilobytes, _, _ := strings.Cut(rest, "kB")
	n, err := strconv.ParseInt(strings.TrimSpace(kilobytes), 10, 64)
	if err != nil {
		return 0 // no Linux, or a process that has ended
	}
	return n << 10
}

// bounded keeps the first maxOutput bytes.
type bounded struct {
	bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		b.over = true
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
