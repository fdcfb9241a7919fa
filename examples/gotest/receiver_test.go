package webhooks_test

import (
	"net/http/httptest"
	"sync"
	"testing"

	webhooks "github.com/hookassay/hookassay/examples/gotest"
	"github.com/hookassay/hookassay/suites/conformance"
)

const secret = "It's a Secret to Everybody"

// ledger counts what the receiver processed, by event.
type ledger struct {
	mu     sync.Mutex
	counts map[string]int
}

func (l *ledger) add(id, _ string, _ []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[id]++
}

func (l *ledger) count(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[id]
}

// TestWebhooks grades the receiver over HTTP, as GitHub would meet it.
func TestWebhooks(t *testing.T) {
	processed := &ledger{counts: map[string]int{}}
	receiver := webhooks.New(secret, processed.add)
	t.Cleanup(receiver.Close)
	server := httptest.NewServer(receiver)
	t.Cleanup(server.Close)

	conformance.Run(t, conformance.Config{
		URL: server.URL + "/webhooks", Scheme: "github", Secret: secret, Effects: processed.count,
		Profile: "production",
	})
}
