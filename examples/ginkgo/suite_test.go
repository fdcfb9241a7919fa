// Package ginkgo_test grades the receiver of examples/gotest in a Ginkgo suite:
// one It a scenario. Run it with `go test` or `ginkgo -p`, and choose with
// --label-filter='auth && !BASE' or --focus='auth\.wrong-key': nothing else is
// sent then.
package ginkgo_test

import (
	"net/http/httptest"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	webhooks "github.com/hookassay/hookassay/examples/gotest"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/specs"
)

const secret = "It's a Secret to Everybody"

func TestWebhooks(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "webhooks")
}

var (
	server *httptest.Server
	counts struct {
		sync.Mutex
		of map[string]int
	}
)

var _ = BeforeSuite(func() {
	counts.of = map[string]int{}
	receiver := webhooks.New(secret, func(id, _ string, _ []byte) {
		counts.Lock()
		defer counts.Unlock()
		counts.of[id]++
	})
	DeferCleanup(receiver.Close)
	server = httptest.NewServer(receiver)
	DeferCleanup(server.Close)
})

// processed tells how often the receiver processed an event.
func processed(id string) int {
	counts.Lock()
	defer counts.Unlock()
	return counts.of[id]
}

var _ = specs.Describe(func() conformance.Config {
	return conformance.Config{URL: server.URL + "/webhooks", Scheme: "github", Secret: secret, Effects: processed}
}, Label("conformance"), specs.ReportTo(func(r reports.Report) error {
	return reports.Terminal(GinkgoWriter, r, reports.TerminalOptions{})
}))

var _ = Describe("one requirement", func() {
	It("refuses what is signed with another key", func(ctx SpecContext) {
		report, err := conformance.Grade(ctx, conformance.Config{
			URL: server.URL + "/webhooks", Scheme: "github", Secret: secret, Effects: processed, Only: []string{"auth.wrong-key"},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(report).To(specs.BeConformant())
		Expect(specs.Scenario(report, "auth.wrong-key")).To(specs.HaveVerdict(reports.Pass))
	})
})
