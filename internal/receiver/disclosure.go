package receiver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"runtime/debug"
	"strings"
)

// What answers can give away beside secrets: how a delivery failed, what was
// sent, what the receiver is made of and where it keeps things.
var disclosureFlaws = []Flaw{
	{"version-header", "names its software and version in Server", rfc + "rfc9110#section-10.2.4", everyScheme},
	{"tells-why", "tells a missing signature or credential, a wrong one and a stale delivery apart", cwe + "204.html", everyScheme},
	{"tells-target", "repeats the request's target when it refuses it", rfc + "rfc6750#section-5.3", everyScheme},
	{"tells-path", "tells where it has put a body that it could not read", cwe + "209.html", everyScheme},
	{"page-with-input", "refuses with a page in HTML that repeats target and headers as they came",
		"https://github.com/michaeljolley/number-one/issues/76", everyScheme},
	{"wordy-refusals", "refuses a signature or credential with a page of 16 KiB", cwe + "209.html", everyScheme},
	{"debug-page", "answers 500 with a stack trace to JSON that is no object", cve + "CVE-2025-59537", everyScheme},
	{"database-error", "answers 500 with its database's words to U+0000 in a text", "https://github.com/open-metadata/OpenMetadata/issues/31120", everyScheme},
}

const wordyBody = 16 << 10

// disclosing holds the ways in which a refusal says too much.
func (r *Receiver) disclosing(d *delivery, a *answer) *answer {
	if r.flaws.has("version-header") {
		a = a.withHeader("Server", "hooks/1.4.2 (Debian)")
	}
	if a.status == http.StatusBadRequest && r.flaws.has("tells-path") && !json.Valid(d.body) {
		a = a.with("kept", "/var/lib/hooks/rejected/delivery-0001.json")
	}
	if a.status != http.StatusUnauthorized {
		return a
	}
	if r.flaws.has("tells-why") {
		a = a.with("reason", d.reason())
	}
	if r.flaws.has("tells-target") {
		a = a.with("target", d.req.RequestURI)
	}
	if r.flaws.has("wordy-refusals") {
		a = a.with("help", strings.Repeat("x", wordyBody))
	}
	if r.flaws.has("page-with-input") {
		// As a server does that decodes the target to route by it.
		body := "<html><body><h1>401</h1><pre>" + d.req.URL.Path + "?" + unescapedQuery(d.req) + "\n" + headerText(d.req.Header) + "</pre></body></html>"
		a = (&answer{a.status, body, a.headers}).withHeader(contentType, "text/html; charset=utf-8")
	}
	return a
}

// reason is why a delivery is not authentic, or not fresh.
func (d *delivery) reason() string {
	switch {
	case d.credential(d) == "":
		return "no signature or credential"
	case d.verify(d) == nil:
		return "too old"
	}
	return "wrong signature or credential"
}

func unescapedQuery(req *http.Request) string {
	var b strings.Builder
	for name, values := range req.URL.Query() {
		b.WriteString(name + "=" + strings.Join(values, ",") + "&")
	}
	return b.String()
}

// stumbles is what flawed receivers answer to content that they do not expect.
func (r *Receiver) stumbles(d *delivery) *answer {
	switch {
	case r.flaws.has("debug-page") && !bytes.HasPrefix(bytes.TrimSpace(d.body), []byte("{")) && json.Valid(d.body):
		return crashed.with("trace", string(debug.Stack()))
	case r.flaws.has("database-error") && bytes.Contains(d.body, []byte(`\u0000`)):
		return crashed.with("detail", "pq: unsupported Unicode escape sequence: INSERT INTO events (id, payload) VALUES ($1, $2)")
	}
	return nil
}
