package webhooks_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	webhooks "github.com/hookassay/hookassay/examples/gotest"
	"github.com/hookassay/hookassay/reports"
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

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	report, err := conformance.Grade(ctx, conformance.Config{
		URL: server.URL + "/webhooks", Scheme: "github", Secret: secret, Effects: processed.count,
		Profile: "production",
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Verdict != reports.Conformant {
		if err := reports.Terminal(t.Output(), report, reports.TerminalOptions{}); err != nil {
			t.Error(err)
		}
		t.Errorf("the receiver is %s", report.Verdict)
	}
}
