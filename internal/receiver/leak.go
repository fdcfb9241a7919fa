package receiver

import (
	"bytes"
	"net/http"
	"runtime/debug"
	"strings"
)

const chattyBody = 128 << 10

// talkative holds the ways in which a receiver says too much. A correct one
// leaves its answers as they are.
func (r *Receiver) talkative(d *delivery, a *answer) *answer {
	if len(r.flaws) == 0 || d.endpoint == nil {
		return a
	}
	if a.status == http.StatusUnauthorized {
		if s, signs := d.scheme.(interface{ expected(*delivery) string }); signs && r.flaws.has("leaks-expected-signature") {
			a = a.with("expected", s.expected(d))
		}
		if r.flaws.has("leaks-secret") && len(d.secrets) > 0 {
			a = a.with("secret", d.secrets[0])
		}
		if r.flaws.has("echoes-input") {
			a = a.with("headers", headerText(d.req.Header)).with("body", string(d.body))
		}
	}
	if a.rejects() && r.flaws.has("stack-trace") {
		a = a.with("trace", string(debug.Stack()))
	}
	a = r.disclosing(d, a)
	if a.accepts() && r.flaws.has("chatty") {
		a = a.with("details", strings.Repeat("x", chattyBody))
	}
	return a
}

// with is the answer with one more member.
func (a *answer) with(name, value string) *answer {
	open := strings.TrimSuffix(a.body, "}")
	return &answer{a.status, open + `,"` + name + `":` + string(marshal(value)) + "}", a.headers}
}

func headerText(h http.Header) string {
	var b bytes.Buffer
	// Writing into memory cannot fail.
	_ = h.Write(&b)
	return b.String()
}
