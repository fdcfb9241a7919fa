package receiver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// processEnv makes the test binary a receiver: it holds a processConfig.
const processEnv = "HOOKASSAY_TEST_RECEIVER"

// A processConfig is what a receiver is told that runs in a process of its own.
type processConfig struct {
	Data    string
	Flaws   []string
	Clock   time.Duration // ahead of the machine's
	Workers int
}

// runProcess serves until SIGTERM; the first line of its output is its address.
func runProcess(text string) int {
	var c processConfig
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cfg := for1(StandardWebhooks, c.Flaws...)
	cfg.Data, cfg.Workers = c.Data, c.Workers
	cfg.Now = func() time.Time { return time.Now().Add(c.Clock) }
	r, err := New(cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { _ = r.Serve(l) }()
	fmt.Println(l.Addr())
	<-ctx.Done()
	end, cancel := context.WithTimeout(context.Background(), testDeadline)
	defer cancel()
	if err := r.Shutdown(end); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A process is a receiver that can be killed.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	base   string
	client *http.Client
	ended  chan error
}

func startProcess(t testing.TB, c processConfig) *process {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(os.Args[0]), client: &http.Client{Timeout: testDeadline}, ended: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), processEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { p.ended <- p.cmd.Wait() }()
	t.Cleanup(p.kill)
	if err != nil {
		t.Fatalf("the receiver did not start: %v", err)
	}
	p.base = "http://" + strings.TrimSpace(line)
	return p
}

// end sends a signal and waits until the process is gone. It can be called again.
func (p *process) end(with os.Signal) {
	p.t.Helper()
	p.client.CloseIdleConnections()
	_ = p.cmd.Process.Signal(with) // it may be gone already
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(testDeadline):
		p.t.Fatal("the receiver does not end")
	}
}

func (p *process) kill() { p.end(syscall.SIGKILL) }

// deliver reports whether an event was acknowledged; false also where the
// process was killed meanwhile.
func (p *process) deliver(id string, clock time.Duration) bool {
	m := genuine(StandardWebhooks, id)
	m.timestamp = fmt.Sprint(time.Now().Add(clock).Unix())
	req := m.request(p.t, p.base)
	resp, err := p.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // the status has said all
	return resp.StatusCode < 300
}

// effects are those of a task; an error is of a process that is gone.
func (p *process) effects(task string) (map[string]int, error) {
	resp, err := p.client.Get(p.base + "/effects?of=" + task)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var counts map[string]int
	return counts, json.NewDecoder(resp.Body).Decode(&counts)
}

// settled are the effects of a task when they no longer change.
func (p *process) settled(task string) map[string]int {
	p.t.Helper()
	var last map[string]int
	since := time.Now()
	until(p.t, "stable effects", func() bool {
		now, err := p.effects(task)
		if err != nil || !maps.Equal(now, last) {
			last, since = now, time.Now()
		}
		return time.Since(since) > 300*time.Millisecond
	}, func() any { return last })
	return last
}

// A burst sends events over several connections at once and notes which were
// acknowledged.
type burst struct {
	mu      sync.Mutex
	acked   map[string]bool
	unacked map[string]bool
}

const (
	burstSize = 40
	lanes     = 8
)

// send delivers events prefix0, prefix1, …, each copies times at once, until all
// are sent; it calls during when so many were acknowledged.
func (b *burst) send(p *process, prefix string, copies, after int, during func()) {
	b.acked, b.unacked = map[string]bool{}, map[string]bool{}
	ids := make(chan string, burstSize)
	for i := range burstSize {
		ids <- fmt.Sprint(prefix, i)
	}
	close(ids)
	var senders sync.WaitGroup
	var once sync.Once
	for range lanes {
		senders.Go(func() {
			for id := range ids {
				if b.one(p, id, copies) >= after {
					once.Do(during)
				}
			}
		})
	}
	senders.Wait()
}

// one sends the copies of an event, and returns how many events are acknowledged.
func (b *burst) one(p *process, id string, copies int) int {
	var senders sync.WaitGroup
	for range copies {
		senders.Go(func() {
			ok := p.deliver(id, 0)
			b.mu.Lock()
			defer b.mu.Unlock()
			if ok {
				b.acked[id] = true
			}
			b.unacked[id] = !b.acked[id]
		})
	}
	senders.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.acked)
}

// verdict says what is wrong with the effects of events that all were
// acknowledged in the end.
func (b *burst) verdict(task string, counts map[string]int) string {
	lost, twice := "", ""
	for i := range b.unacked {
		switch n := counts[i]; {
		case n == 0:
			lost = task + " lost "
		case n > 1:
			twice = task + " twice "
		}
	}
	return lost + twice
}
