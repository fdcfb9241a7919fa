package target

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hookassay/hookassay/mockprovider/wire"
	"github.com/hookassay/hookassay/suites/transcript"
)

// deviations lists where a message is other than it would have been without
// its faults, redacted.
func deviations(genuine, sent wire.Message, redact *transcript.Redactor) []transcript.Deviation {
	var out []transcript.Deviation
	add := func(where, a, b string) {
		if a != b {
			out = append(out, transcript.Deviation{Where: where, Genuine: a, Sent: b})
		}
	}
	g, s := describeRequest(genuine, redact), describeRequest(sent, redact)
	add("request line", g.Line, s.Line)
	for _, name := range fieldNames(g.Headers, s.Headers) {
		add(name, fieldsNamed(g.Headers, name), fieldsNamed(s.Headers, name))
	}
	if !bytes.Equal(genuine.Body, sent.Body) {
		a, b := around(readable(genuine.Body, redact), readable(sent.Body, redact))
		if a == b { // beyond what is kept
			a, b = fmt.Sprintf("%d bytes", len(genuine.Body)), fmt.Sprintf("%d bytes", len(sent.Body))
		}
		out = append(out, transcript.Deviation{Where: "body", Genuine: a, Sent: b})
	}
	return out
}

// fieldNames lists the headers of both, once each, in the order sent.
func fieldNames(lists ...[][2]string) []string {
	var out []string
	for _, h := range slices.Concat(lists...) {
		if !slices.ContainsFunc(out, func(n string) bool { return strings.EqualFold(n, h[0]) }) {
			out = append(out, h[0])
		}
	}
	return out
}

// fieldsNamed shows a header as it was written, name and all, since its case
// may be what deviates.
func fieldsNamed(headers [][2]string, name string) string {
	var out []string
	for _, h := range headers {
		if strings.EqualFold(h[0], name) {
			out = append(out, h[0]+": "+h[1])
		}
	}
	return strings.Join(out, "\n")
}

// readable is the beginning of a body, redacted.
func readable(body []byte, redact *transcript.Redactor) string {
	if len(body) > maxRequestBody {
		body = body[:maxRequestBody]
		body = body[:len(body)-redact.Unfinished(body)]
	}
	return redact.Text(string(body))
}

// around cuts both texts to the neighbourhood of their first difference.
func around(a, b string) (string, string) {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return excerpt(a, i), excerpt(b, i)
}

func excerpt(s string, at int) string {
	from, to := max(0, at-24), min(len(s), at+48)
	for from > 0 && from < at && !utf8.RuneStart(s[from]) {
		from++
	}
	for to > at && to < len(s) && !utf8.RuneStart(s[to]) {
		to--
	}
	if from >= to {
		return ""
	}
	return escaped(s[from:to])
}

// escaped writes a byte that is no UTF-8 as \xff, since JSON cannot hold it and
// U+FFFD in its place may be just what it differs from.
func escaped(s string) string {
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
