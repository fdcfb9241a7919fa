package conformance_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/hookassay/hookassay/internal/receiver"
)

// The environment of a receiver that is a process of its own. Its secret stands
// in a variable that it can be started without.
const (
	receiverEnv = "HOOKASSAY_TEST_RECEIVER"
	secretEnv   = "WEBHOOK_SECRET"
	clockEnv    = "HOOKASSAY_CLOCK"
	// What a process that is started is told of the producer's list of events.
	eventsURLEnv   = "HOOKASSAY_EVENTS_URL"
	eventsTokenEnv = "HOOKASSAY_EVENTS_TOKEN"
)

const reconcileEvery = 500 * time.Millisecond

// receiverLifetime bounds a receiver that a test has failed to end.
const receiverLifetime = 5 * time.Minute

// processReceiver says what receiver the test binary is when it is started with
// this in its environment, as JSON.
type processReceiver struct {
	Listen                       string // host:port
	Scheme                       string
	Previous, Revoked, Elsewhere string // secrets beside that in secretEnv
	Data                         string // path; "": in memory
	Broken                       string // while a file of this path exists, Data cannot be written
	Flaws, Variants              []string

	LockFile     string // path of a file that it makes, and that keeps it from starting again
	DiesOfPut    bool
	IgnoresClock bool
}

// beReceiver serves until SIGTERM and returns the exit status.
func beReceiver(text string) int {
	time.AfterFunc(receiverLifetime, func() { os.Exit(3) })
	if err := serveProcess(text); err != nil {
		fmt.Fprintln(os.Stderr, "receiver:", err)
		return 1
	}
	return 0
}

func serveProcess(text string) error {
	var p processReceiver
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := p.lock(); err != nil {
		return err
	}
	r, err := receiver.New(c)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", p.Listen)
	if err != nil {
		return err
	}
	fmt.Println("listening on", l.Addr())
	if p.DiesOfPut {
		return http.Serve(l, mortal{r})
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ended:
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = r.Shutdown(ctx)
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		return e
	}
	return err
}

func (p processReceiver) config() (receiver.Config, error) {
	c := receiver.Config{
		Secrets: map[string][]string{}, Origins: []string{"eventemitter.hookassay.example"},
		Data: p.Data, BrokenWhile: p.Broken, Flaws: p.Flaws, Variants: p.Variants,
		EventsAPI: os.Getenv(eventsURLEnv), EventsToken: os.Getenv(eventsTokenEnv), Reconcile: reconcileEvery,
	}
	secret, set := os.LookupEnv(secretEnv)
	switch {
	case set:
		c.Secrets[p.Scheme] = []string{secret, p.Previous}
		c.Revoked = map[string][]string{p.Scheme: {p.Revoked}}
		c.Elsewhere = map[string][]string{p.Scheme: {p.Elsewhere}}
	case slices.ContainsFunc(p.Flaws, startsWithoutSecret):
		c.Secrets[p.Scheme] = nil
	default:
		return c, fmt.Errorf("environment variable %s is not set", secretEnv)
	}
	if ahead := os.Getenv(clockEnv); ahead != "" && !p.IgnoresClock {
		d, err := time.ParseDuration(ahead)
		if err != nil {
			return c, err
		}
		c.Now = func() time.Time { return time.Now().Add(d) }
	}
	return c, nil
}

func startsWithoutSecret(flaw string) bool {
	return slices.Contains(receiver.Flaw{Name: flaw}.Needs(), receiver.NeedsNoSecret)
}

// lock is what a receiver does that takes a file for a lock: one that was killed
// leaves it behind.
func (p processReceiver) lock() error {
	if p.LockFile == "" {
		return nil
	}
	f, err := os.OpenFile(p.LockFile, os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("another one is running: %w", err)
	}
	return f.Close()
}

// mortal ends the whole process when it is asked for an unusual method.
type mortal struct{ next http.Handler }

func (m mortal) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPut {
		fmt.Fprintln(os.Stderr, "panic: assignment to entry in nil map")
		os.Exit(2)
	}
	m.next.ServeHTTP(w, req)
}
