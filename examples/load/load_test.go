// Package load_test puts the receiver of examples/gotest under a load of its own:
// a scenario and samples in files, which `hookassay load` plays as well.
package load_test

import (
	"net/http/httptest"
	"sync"
	"testing"

	webhooks "github.com/hookassay/hookassay/examples/gotest"
	"github.com/hookassay/hookassay/suites/load"
	"github.com/hookassay/hookassay/suites/target"
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

// TestReleaseDay has a sub-test an objective, and takes as long as the schedule.
func TestReleaseDay(t *testing.T) {
	processed := &ledger{counts: map[string]int{}}
	receiver := webhooks.New(secret, processed.add)
	t.Cleanup(receiver.Close)
	server := httptest.NewServer(receiver)
	t.Cleanup(server.Close)

	file, err := target.LoadConfig("hookassay.yaml", func(string) (string, bool) { return secret, true })
	if err != nil {
		t.Fatal(err)
	}
	tgt, end, err := file.Target(target.Overrides{URL: server.URL + "/webhooks"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	load.Test(t, load.TestConfig{Target: tgt, Scenario: "release-day.yaml", Effects: processed.count})
}
