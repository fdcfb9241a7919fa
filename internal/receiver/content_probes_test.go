package receiver

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// with sends an event that has one more field of that value.
func with(raw string) func(*site, func(string) *message) {
	return body(`{"type":"t","data":{},"x":` + raw + `}`)
}

// declared sends a body of that content type.
func declared(mediaType, text string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.withBody(text).edited(header("Content-Type", mediaType)) })
}

const notJSON = "415 map[]"

var contentProbes = []probe{
	{flaw: "null-crash", send: with("null"), correct: taken, flawed: crash},
	{flaw: "missing-field-crash", send: body(`{"type":"t"}`), correct: taken, flawed: crash},
	{flaw: "wrong-type-crash", send: body(`{"type":"t","data":"text"}`), correct: taken, flawed: crash},
	{flaw: "empty-list-crash", send: body(`{"type":"t","items":[ ]}`), correct: taken, flawed: crash},
	{flaw: "column-overflow", send: with(`"` + strings.Repeat("é", 1001) + `"`), correct: taken, flawed: crash},
	{flaw: "column-overflow", send: body(`{"type":"t","x_new":"` + strings.Repeat("é", 1001) + `"}`), correct: taken, flawed: taken},
	{flaw: "nul-crash", send: with(`"a\u0000"`), correct: taken, flawed: crash},
	{flaw: "utf8mb3-crash", send: with(`"😀"`), correct: taken, flawed: crash},
	{flaw: "utf8mb3-crash", send: with(`"\ud83d\ude00"`), correct: taken, flawed: crash},
	{flaw: "lone-surrogate-crash", send: with(`"\ud83d\ude00"`), correct: taken, flawed: taken},
	{flaw: "lone-surrogate-crash", send: with(`"\ud800"`), correct: taken, flawed: crash},
	{flaw: "utf8-crash", send: with("\"\xff\""), correct: malformed, flawed: crash},
	{flaw: "bom-crash", send: body("\ufeff{}"), correct: malformed, flawed: crash},
	{flaw: "empty-body-crash", send: body(""), correct: malformed, flawed: crash},
	{flaw: "scalar-crash", send: body(`"x"`), correct: malformed, flawed: crash, correctBy: map[string]string{GitHub: taken, CloudEvents: taken}},
	{flaw: "media-type-crash", send: declared("text/plain", "hello"), correct: notJSON, flawed: crash},
	{flaw: "deep-nesting-crash", send: with(strings.Repeat("[", 1001) + strings.Repeat("]", 1001)), correct: taken, flawed: silence},
	{flaw: "duplicate-name-crash", send: with(`[{"a":{"a":1}},{"a":1,"b":1,"a":2}]`), correct: taken, flawed: crash},
	{flaw: "duplicate-name-crash", send: with(`[{"a":{"a":1}},{"a":1}]`), correct: taken, flawed: taken},
	{flaw: "int64-crash", send: with("-9223372036854775809"), correct: taken, flawed: crash},
	{flaw: "int64-crash", send: with("9223372036854775807"), correct: taken, flawed: taken},
	{flaw: "digits-crash", send: with(strings.Repeat("1", 4301)), correct: taken, flawed: crash},
	{flaw: "infinity-crash", send: with("1E400"), correct: taken, flawed: crash},
	{flaw: "infinity-crash", send: with("1e-400"), correct: taken, flawed: taken},
	{flaw: "proto-key-crash", send: with(`{"__proto__":1}`), correct: taken, flawed: crash},
	{flaw: "format-crash", send: with(`"%s%n"`), correct: taken, flawed: crash},
	{flaw: "regex-crash", send: body(`{"repository":{"html_url":"https://x.example/[a-"}}`), correct: taken, flawed: crash},
	{flaw: "obs-text-crash", send: edits(header("X-Odd", "\xe9")), correct: taken, flawed: crash},
	{flaw: "parses-first", send: one(func(m *message) *message { return m.forged().withBody("{") }), correct: refused, flawed: crash},
	{flaw: "html-escaped", send: with(`"<b> & c"`), correct: taken, flawed: refused},
	{flaw: "html-escaped", send: with("\"\u2028\""), correct: taken, flawed: refused},
	{flaw: "limit-100-kib", send: one(func(m *message) *message {
		m.withBody(`{"type":"t","x":"` + strings.Repeat("x", 100<<10) + `"}`)
		return m.edited(header("Expect", "100-continue"))
	}), correct: taken, flawed: "413 map[]"},
	{flaw: "empty-data-accepted", send: body(""), correct: malformed, flawed: taken},
	{flaw: "first-type-counts", send: body(`{"type":"t","data":{"type":"u"},"type":"hookassay.x"}`), correct: "202 map[]", flawed: taken},
	{flaw: "missing-type-crash", send: body(`{"data":{}}`), correct: malformed, flawed: crash},
	{flaw: "type-optional", send: body(`{"data":{}}`), correct: malformed, flawed: taken},
	{flaw: "unknown-action-refused", send: body(`{"action":"hookassay_x"}`), correct: "202 map[]", flawed: "422 map[]"},
	{flaw: "unknown-action-crash", send: body(`{"action":"hookassay_x"}`), correct: "202 map[]", flawed: crash},
	{flaw: "unknown-action-processed", send: body(`{"action":"hookassay_x"}`), correct: "202 map[]", flawed: taken},
	{flaw: "verifies-converted", send: one(func(m *message) *message {
		m.cover = m.body
		return m.withBody("payload=" + url.QueryEscape(string(m.content(m.body)))).edited(header("Content-Type", "application/x-www-form-urlencoded"))
	}), correct: refused, flawed: taken},
	{flaw: "verifies-converted", send: one(func(m *message) *message {
		m.cover = []byte("{\"type\":\r\n\"t\"}")
		return m.withBody("{\"type\":\n\"t\"}")
	}), correct: refused, flawed: taken},
	{flaw: "splits-answer", send: func(s *site, event func(string) *message) {
		a := s.post(event("a%0D%0AX-Split: 1"))
		s.saw("[%s]", a.header.Get("X-Split"))
	}, effects: func(map[string]int) string { return "" }, correct: "202 []", flawed: "202 [1]"},
}

// A body of JSON that is no object holds no type; where the type is a header it
// may be taken.
func TestScalarsCrashOneFlaw(t *testing.T) {
	for _, scheme := range everyScheme {
		for _, text := range []string{"null", "true", "1.5", `"x"`, " []"} {
			for _, flaw := range []string{"", "scalar-crash"} {
				var flaws []string
				if flaw != "" {
					flaws = []string{flaw}
				}
				s := open(t, for1(scheme, flaws...))
				got := s.post(genuine(scheme, "a").withBody(text)).status
				if crashed := got == http.StatusInternalServerError; crashed != (flaw != "") {
					t.Errorf("%s, flaw %q: %s is answered %d", scheme, flaw, text, got)
				}
			}
		}
	}
}

// The first of two members counts for one flaw, nested ones never.
func TestFirstText(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"type":"x"},"type":"y","type":"z"}`: "y",
		`{"type":1,"type":"z"}`:                    "z",
		`[{"type":"x"}]`:                           "",
		`{"x":"type","y":"z"}`:                     "",
	} {
		if !json.Valid([]byte(text)) {
			t.Fatal(text)
		}
		if got := firstText([]byte(text), "type"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
