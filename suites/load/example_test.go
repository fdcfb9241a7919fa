package load_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hookassay/hookassay/suites/load"
)

// A receiver of webhooks, and what it counts.
var (
	handler   http.Handler
	processed func(id string) int
)

// In a test of your own:
//
//	func TestWebhooksUnderLoad(t *testing.T) { … }
func ExampleTest() {
	var t *testing.T // of the test

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	load.Test(t, load.TestConfig{
		URL: server.URL + "/webhooks", Scheme: "github", Secret: "It's a Secret to Everybody", Effects: processed,
		Scenario: "smoke", Rate: "100/s", For: 10 * time.Second,
	})
}
