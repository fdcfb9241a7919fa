package findings_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/interop/findings"
	"github.com/hookassay/hookassay/reports"
)

// finding is one as reports hold it. Its ids, times and ports must not reach the page.
func finding(port int, x reports.Exchange) reports.Finding {
	at := time.Unix(int64(port), 0)
	x.Label = "faulty"
	control := reports.Exchange{Label: "before", Request: "POST / HTTP/1.1\nwebhook-id: event-0\n\n{}"}
	return reports.Finding{
		Message: "took a while", Step: "step 2: faulty", Expected: "refused",
		Evidence: reports.Evidence{EventID: x.EventID, SentAt: &at, LocalPort: port, Control: &control, Fault: &x},
	}
}

func graded(port int, x reports.Exchange, expected findings.Expectations) findings.Graded {
	scenario := reports.Scenario{
		ID: "http.get", Title: "a delivery by GET is refused", Level: "BASE", Verdict: reports.Fail,
		Sources:  []reports.Source{{Title: "RFC 9110", URL: "https://www.rfc-editor.org/rfc/rfc9110"}},
		Findings: []reports.Finding{finding(port, x), finding(port, x)},
		Measurements: []reports.Measurement{
			{Name: "bytes accepted", Value: 16<<20 + float64(port), Unit: "bytes"},
			{Name: "time to the answer", Value: float64(port), Unit: "ms"},
		},
	}
	passed := reports.Scenario{ID: "http.put", Verdict: reports.Pass}
	return findings.Graded{
		Name: "some-receiver", Library: "example.com/library", Version: "v1.2.3",
		Command:  `hookassay run --target "$BASE"`,
		Report:   reports.Report{Scenarios: []reports.Scenario{scenario, passed}, Counts: reports.Counts{Fail: 1, Pass: 1}},
		Expected: expected, Effects: map[string]int{x.EventID: 1, "": 3},
	}
}

func TestPage(t *testing.T) {
	expected := findings.Expectations{"http.get": {
		Verdict: reports.Fail, Cause: findings.Library, Because: "It takes every method.", Source: "https://example.com/library.go#L1",
	}}
	get := reports.Exchange{
		EventID: "event-1", Faults: []string{"request.method: GET"}, Status: 200,
		Request: "GET / HTTP/1.1\nwebhook-id: event-1\n\n{}",
		Answer:  "HTTP/1.1 200\nAllow: PUT\nDate: Tue, 24 Nov 2026 06:22:19 GMT\n\nwelcome\nsecond line",
	}
	noID, silent, options := get, get, get
	options.Request = "OPTIONS / HTTP/1.1\nWebHook-Request-Origin: elsewhere.example\n"
	noID.Request = "GET / HTTP/1.1\n\n{}"
	silent.Status, silent.Outcome = 0, "timeout"
	options.EventID, options.Faults = "", nil
	tests := []struct {
		name     string
		exchange reports.Exchange
		expected findings.Expectations
		want     string
	}{
		{"sent", get, expected, "- sent: `request.method: GET` (the request has another method), in step 2: faulty\n"},
		{"answered", get, expected, "- answered: `200`, `Allow: PUT`, `welcome`\n"},
		{"effects", get, expected, "- effects: processed once\n"},
		{"measured", get, expected, "- measured: 16 MiB: bytes accepted\n"},
		{"comment", get, expected, "- comment: It takes every method. ([code](https://example.com/library.go#L1))\n"},
		{"cause", get, expected, "Cause: the library itself.\n"},
		{"command", get, expected, "\nhookassay run --target \"$BASE\"\n"},
		{"again", get, expected, "- again: `… --only http.get`\n"},
		{"row", get, expected, "(#some-receiver) | example.com/library v1.2.3 | [its documentation]() | 1 | 0 | 0 | 1 | 0 |\n"},
		{"an id that was not sent", noID, expected, "- effects: sent without an id; processed 3 times under the empty one\n"},
		{"no answer", silent, expected, "- answered: nothing (timeout)\n"},
		{"a header that was not sent", noID, expected, "(the request has another method), without `webhook-id`, in step"},
		{"no fault", options, expected, "- sent: no fault, without `webhook-id`, in step 2: faulty, `WebHook-Request-Origin: elsewhere.example`\n"},
		{"nothing expected", get, nil, "- comment: nobody has explained this yet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := page(t, graded(1, tt.exchange, tt.expected))
			if !strings.Contains(got, tt.want) {
				t.Errorf("the page lacks %q:\n%s", tt.want, got)
			}
			if strings.Contains(got, "http.put") {
				t.Error("the page shows a scenario that passed")
			}
			if got != page(t, graded(2, tt.exchange, tt.expected)) {
				t.Error("the page of another run differs")
			}
		})
	}
}

func page(t *testing.T, g findings.Graded) string {
	t.Helper()
	var b bytes.Buffer
	if err := findings.WritePage(&b, []findings.Graded{g}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
