package conformance_test

import (
	"context"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
)

// TestBehindReverseProxy: a correct receiver behind an ordinary proxy is graded
// clean, although the proxy answers some malformed requests itself, with 502.
func TestBehindReverseProxy(t *testing.T) {
	s := settings[0]
	behind, r := serve(t, s)
	to, err := url.Parse(behind)
	if err != nil {
		t.Fatal(err)
	}
	to.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(proxy)
	defer server.Close()
	report, err := conformance.Grade(context.Background(), s.config(server.URL+"/webhooks", r))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range report.Scenarios {
		if x.Verdict != reports.Pass && x.Verdict != reports.NotApplicable {
			t.Errorf("%s is %s: %s", x.ID, x.Verdict, x.Reason)
		}
	}
}
