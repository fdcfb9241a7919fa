package specs

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/suites/conformance"
)

// TestMain hides -count from Ginkgo, which ends the process when it sees it:
// our tests empty its suite between runs.
func TestMain(m *testing.M) {
	if os.Getenv(interruptedChild) != "" {
		os.Exit(runInterrupted())
	}
	count := ""
	args := os.Args[:1:1]
	for _, a := range os.Args[1:] {
		if n, ok := strings.CutPrefix(a, "-test.count="); ok {
			count = n
			continue
		}
		args = append(args, a)
	}
	os.Args = args
	flag.Parse()
	if count != "" {
		if err := flag.Lookup("test.count").Value.Set(count); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}

const secret = "It's a Secret to Everybody"

// startReceiver starts the reference receiver with flaws and returns how to
// grade it.
func startReceiver(flaws ...string) (conformance.Config, func(), error) {
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{receiver.GitHub: {secret}}, Flaws: flaws})
	if err != nil {
		return conformance.Config{}, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return conformance.Config{}, nil, err
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(l) }()
	stop := func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // whoever still sends is cut off
		_ = r.Shutdown(ctx)
		<-served
	}
	return conformance.Config{
		URL: fmt.Sprintf("http://%s/webhooks", l.Addr()), Scheme: receiver.GitHub, Secret: secret,
		Effects: r.Count,
	}, stop, nil
}

func serve(t testing.TB, flaws ...string) conformance.Config {
	t.Helper()
	c, stop, err := startReceiver(flaws...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return c
}

// sentBy collects which scenarios sent deliveries: it is a Config's IDs.
type sentBy struct {
	mu  sync.Mutex
	set map[string]bool
}

// Write implements io.Writer: one line of ids.jsonl at a time.
func (s *sentBy) Write(b []byte) (int, error) {
	var line struct {
		Scenario string `json:"scenario"`
	}
	if err := json.Unmarshal(b, &line); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.set == nil {
		s.set = map[string]bool{}
	}
	if line.Scenario != "" && line.Scenario != "preflight" {
		s.set[line.Scenario] = true
	}
	return len(b), nil
}

var _ io.Writer = (*sentBy)(nil)
