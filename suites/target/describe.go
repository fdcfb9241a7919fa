package target

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

// What is kept of bodies. An answer is kept as far as it was read: what it
// leaks may stand anywhere in it.
const (
	maxRequestBody = 16 << 10
	maxAnswerBody  = 64 << 10
)

// describeRequest makes the record of a message, redacted.
func describeRequest(m wire.Message, redact *transcript.Redactor) transcript.Request {
	head := strings.Split(strings.TrimSuffix(redact.Text(string(m.Head())), "\r\n\r\n"), "\r\n")
	r := transcript.Request{Line: visible(head[0]), Bytes: len(m.Body)}
	for _, line := range head[1:] {
		name, value, _ := strings.Cut(line, ":")
		r.Headers = append(r.Headers, [2]string{visible(name), visible(strings.TrimPrefix(value, " "))})
	}
	if len(m.Body) > 0 {
		sum := sha256.Sum256(m.Body)
		r.SHA256 = hex.EncodeToString(sum[:])
		r.Body, r.Base64 = redact.Body(m.Body, maxRequestBody)
	}
	return r
}

// describeAnswer makes the record of what came back, redacted, headers sorted.
func describeAnswer(res wire.Result, redact *transcript.Redactor) transcript.Answer {
	a := transcript.Answer{Status: res.Status, Proto: res.Proto, Interim: res.Interim, Bytes: len(res.Body), Truncated: res.BodyTruncated}
	for name, values := range res.Header {
		for _, v := range values {
			a.Headers = append(a.Headers, [2]string{visible(redact.Text(name)), visible(redact.Text(v))})
		}
	}
	slices.SortStableFunc(a.Headers, func(x, y [2]string) int { return strings.Compare(x[0], y[0]) })
	body := res.Body
	if res.BodyTruncated || !res.BodyComplete { // in the middle of a secret, perhaps
		body = body[:len(body)-redact.Unfinished(body)]
	}
	if len(body) > 0 {
		a.Body, a.Base64 = redact.Body(body, maxAnswerBody)
	}
	return a
}

// visible keeps a header's bytes distinguishable in JSON, which holds only
// UTF-8: other bytes become U+FFFD.
func visible(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
