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
		Severity: reports.Fail, Message: "took a while", Step: "step 2: faulty", Expected: "refused",
		Evidence: reports.Evidence{EventID: x.EventID, SentAt: &at, LocalPort: port, Control: &control, Fault: &x,
			Differs: []reports.Difference{{Where: "request line", Genuine: "POST / HTTP/1.1", Sent: "GET / HTTP/1.1"}}},
	}
}

func graded(port int, x reports.Exchange, expected findings.Expectations) findings.Graded {
	scenario := reports.Scenario{
		ID: "http.get", Title: "a delivery by GET is refused", Level: "BASE", Verdict: reports.Fail, Why: "GET is safe.",
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
		Start: "bin/some-receiver", Command: `bin/hookassay run --target "$BASE"`,
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
		{"measured", get, expected, "- measured: less than 64 MiB: bytes accepted\n"},
		{"comment", get, expected, "- comment: It takes every method. ([code](https://example.com/library.go#L1))\n"},
		{"cause", get, expected, "Cause: the library itself.\n"},
		{"command", get, expected, "\nbin/hookassay run --target \"$BASE\"\n"},
		{"again", get, expected, "- again: `bin/hookassay run --target \"$BASE\" --only http.get`\n"},
		{"differs", get, expected, "- differs: `POST / HTTP/1.1` became `GET / HTTP/1.1`\n"},
		{"start", get, expected, "\nread -r _ _ BASE _ _ EFFECTS < <(bin/some-receiver)\n"},
		{"the libraries", get, expected, "| example.com/library v1.2.3 | [http.get](#some-receiver-http-get): a delivery by GET is refused | fail |\n"},
		{"row", get, expected, "(#some-receiver) | example.com/library v1.2.3 | [its documentation]() | 1 | 0 | 0 | 1 | 0 | 0 |\n"},
		{"an id that was not sent", noID, expected, "- effects: sent without an id; processed 3 times under the empty one\n"},
		{"no answer", silent, expected, "- answered: nothing (timeout)\n"},
		{"no fault", options, expected, "- sent: no fault, in step 2: faulty, `WebHook-Request-Origin: elsewhere.example`\n"},
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

func TestPageTellsTheSteps(t *testing.T) {
	g := graded(1, reports.Exchange{EventID: "event-1", Request: "POST / HTTP/1.1\n\n{}", Status: 200}, nil)
	got := page(t, g)
	g.Report.Scenarios[0].ID = "idem.forged-twin" // which is more than one fault between two genuine deliveries
	const step = "  2. send \"first\"\n     - secret.wrong: "
	if with := page(t, g); strings.Contains(got, step) || !strings.Contains(with, step) {
		t.Errorf("the page of a scenario of several steps lacks %q:\n%s", step, with)
	}
}

func TestMissing(t *testing.T) {
	x := reports.Exchange{EventID: "event-1", Request: "POST / HTTP/1.1\n\n{}", Status: 200}
	got := graded(1, x, nil).Missing()
	for _, want := range []string{
		"# a delivery by GET is refused (BASE)\n", "# answered: `200`\n", "\nhttp.get:\n  verdict: fail\n  cause: ", "\n  source: # its URL, at v1.2.3\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("what is missing lacks %q:\n%s", want, got)
		}
	}
	if got := graded(1, x, findings.Expectations{"http.get": {}}).Missing(); got != "" {
		t.Errorf("nothing is missing, and yet:\n%s", got)
	}
}

func TestDiffers(t *testing.T) {
	const hex = "0fda8346b3390fe814d6f19e0b01ca9b7f542f6936185a331b5f657e495b2c16"
	const base64 = "hkHeXJWkMfX/mZ+21mriMU3Gw8btyZNAgXEi6CizEcI="
	type differences [][3]string // where, what would be genuine, what was sent
	tests := []struct {
		name string
		all  differences
		want string
	}{
		{"a header left out", differences{{"sig", "sig: v1," + base64, ""}}, "left out `sig: v1,‹base64›`"},
		{"a header added", differences{{"TE", "", "TE: trailers"}}, "added `TE: trailers`"},
		{"another signature", differences{{"sig", "sig: sha256=" + hex, "sig: sha256=1" + hex[1:]}}, "another value in `sig: sha256=‹64 hex›`"},
		{"the beginning of a signature", differences{{"sig", "sig: " + hex, "sig: é" + hex[:8]}}, "`sig: ‹64 hex›` became `sig: é‹its first 8›`"},
		{"the end of a signature", differences{{"sig", "sig: " + base64, "sig: " + base64[30:]}}, "`sig: ‹base64›` became `sig: ‹its last 14›`"},
		{"a length that nothing else tells", differences{{"Content-Length", "Content-Length: 293", "Content-Length: 0"}}, "`Content-Length: ‹number›` became `Content-Length: 0`"},
		{
			"a length that the body tells",
			differences{{"Content-Length", "Content-Length: 20", "Content-Length: 21"}, {"body", `cut","a":{},"id":"evt`, `cut","a":{"b":"\xff"},"id`}},
			"`…\",\"a\":{},\"id\":\"…` became `…\",\"a\":{\"b\":\"\\xff\"},\"…`",
		},
		{"a compressed body", differences{{"body", `{"a":1}`, "\x1f\\x8b\b\x00\x00\x00\x00\x00\x00\\xff"}}, "`{\"a\":1}` became `‹bytes that are no text›`"},
		{"a timestamp", differences{{"t", "t: 1795512120", "t: 01795512120abc"}}, "`t: ‹unix time›` became `t: 0‹unix time›abc`"},
		{"what does not print", differences{{"sig", "sig: a", "sig: \x00\u202e"}}, "`sig: a` became `sig: \\x00\\u202e`"},
		{"backquotes", differences{{"sig", "sig: a", "sig: `"}}, "`sig: a` became `` sig: ` ``"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := finding(1, reports.Exchange{EventID: "event-1", Request: "POST / HTTP/1.1\n\n{}", Status: 200})
			f.Evidence.Differs = nil
			for _, d := range tt.all {
				f.Evidence.Differs = append(f.Evidence.Differs, reports.Difference{Where: d[0], Genuine: d[1], Sent: d[2]})
			}
			g := graded(1, reports.Exchange{Request: "POST / HTTP/1.1\n\n{}"}, nil)
			g.Report.Scenarios[0].Findings = []reports.Finding{f}
			if got := page(t, g); !strings.Contains(got, "- differs: "+tt.want+"\n") {
				t.Errorf("the page lacks %q:\n%s", tt.want, got)
			}
		})
	}
}
