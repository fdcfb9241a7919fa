package receiver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// text is a message as it is put on the wire.
func (m *message) text(s *site) string {
	s.t.Helper()
	var b strings.Builder
	if err := m.request(s.t, s.base).Write(&b); err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// put writes text to a connection, and reads so many answers.
func (w *wire) put(text string, answers int) {
	w.s.t.Helper()
	if _, err := io.WriteString(w.conn, text); err != nil {
		w.s.t.Fatal(err)
	}
	for range answers {
		w.answer()
	}
}

// rewritten sends event a as its bytes are changed.
func rewritten(change func(text string) string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) { s.dial().put(change(event("a").text(s)), 1) }
}

func replaced(old, new string) func(*site, func(string) *message) {
	return rewritten(func(text string) string {
		if !strings.Contains(text, old) {
			panic("nothing to replace: " + old + " in " + text)
		}
		return strings.Replace(text, old, new, 1)
	})
}

const endOfLine = "\r\n"

// heading puts lines behind the request line.
func heading(lines ...string) func(*site, func(string) *message) {
	return replaced(" HTTP/1.1\r\n", " HTTP/1.1\r\n"+strings.Join(lines, endOfLine)+endOfLine)
}

// framed sends event a with another framing.
func framed(frame func(body string) (head, sent string)) func(*site, func(string) *message) {
	return rewritten(func(text string) string {
		head, body, _ := strings.Cut(text, "\r\n\r\n")
		lines := without(strings.Split(head, endOfLine), "Content-Length")
		more, sent := frame(body)
		return strings.Join(append(lines, more), endOfLine) + "\r\n\r\n" + sent
	})
}

// ofLength sends event a with its length written so.
func ofLength(format string) func(*site, func(string) *message) {
	return framed(func(body string) (string, string) { return fmt.Sprintf("Content-Length: "+format, len(body)), body })
}

// chunkedAs sends event a in one chunk, behind the size written so.
func chunkedAs(coding, size, trailer string) func(*site, func(string) *message) {
	return framed(func(body string) (string, string) {
		return "Transfer-Encoding: " + coding, fmt.Sprintf(size, len(body)) + body + "\r\n0\r\n" + trailer + endOfLine
	})
}

// pipelined sends event a with another framing, and event b in the same piece.
func pipelined(s *site, event func(string) *message) {
	text := event("a").text(s)
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	a := head + "\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	s.dial().put(a+event("b").text(s), 2)
}

// trailed moves the credential into the trailer.
func trailed(s *site, event func(string) *message) {
	head, body, _ := strings.Cut(event("a").text(s), "\r\n\r\n")
	lines := without(strings.Split(head, endOfLine), "Content-Length")
	credential := lines[0]
	for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Authorization", "Stripe-Signature"} {
		if value := fieldOf(lines, name); value != "" {
			credential, lines = name+": "+value, without(lines, name)
		}
	}
	s.dial().put(strings.Join(append(lines, "Transfer-Encoding: chunked"), endOfLine)+"\r\n\r\n"+
		fmt.Sprintf("%x\r\n%s\r\n0\r\n%s\r\n\r\n", len(body), body, credential), 1)
}

// folded makes lines of their own of all that comes behind a folded one.
func folded(s *site, event func(string) *message) {
	text := event("a").text(s)
	for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Authorization", "Stripe-Signature"} {
		for _, spelt := range []string{name, http.CanonicalHeaderKey(name)} {
			text = strings.Replace(text, "\r\n"+spelt+":", "\r\nX-Folded: 1\r\n "+spelt+":", 1)
		}
	}
	s.dial().put(text, 1)
}

// askedFirst sends the body when it is told to, or after a moment.
func askedFirst(s *site, event func(string) *message) {
	text := strings.Replace(event("a").text(s), " HTTP/1.1\r\n", " HTTP/1.1\r\nExpect: 100-continue\r\n", 1)
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	w := s.dial()
	w.put(head+"\r\n\r\n", 0)
	w.conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := w.in.Peek(1); err == nil {
		w.answer()
	}
	w.conn.SetReadDeadline(time.Now().Add(testDeadline))
	w.put(body, 1)
}

func zipped(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(text); err != nil { // into memory
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// gzipped compresses the body; the signature is over what was before.
func gzipped(m *message) *message {
	return m.edited(func(req *http.Request) {
		plain, err := io.ReadAll(req.Body)
		if err != nil {
			panic(err)
		}
		small := zipped(plain)
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(small)), int64(len(small))
		req.Header.Set("Content-Encoding", "gzip")
	})
}

func bomb(m *message) *message {
	m.forged().withBody(string(zipped(make([]byte, expandedLimit+1))))
	return m.edited(header("Content-Encoding", "gzip"))
}

// elsewhere sends a message to another path.
func elsewhere(path string, change func(*message) *message) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		return change(m).edited(func(req *http.Request) { req.URL.Path = path })
	})
}

// stalled sends half a head, and then event a on another connection.
func stalled(s *site, event func(string) *message) {
	half := s.dial()
	half.put("POST /webhooks HTTP/1.1\r\nHo", 0)
	time.Sleep(20 * time.Millisecond) // so that it is taken first
	w := s.dial()
	w.conn.SetDeadline(time.Now().Add(time.Second))
	w.put(event("a").text(s), 1)
	for _, c := range []*wire{half, w} {
		c.conn.Close() // or the receiver waits for the rest
	}
}

var wireProbes = []probe{
	{flaw: "allow-missing", send: func(s *site, _ func(string) *message) {
		s.saw("Allow %v", s.method("PUT", "/webhooks").header["Allow"] != nil)
	}, correct: "405 Allow true map[]", flawed: "405 Allow false map[]"},
	{flaw: "trace-echo", send: one(func(m *message) *message { m.method = "TRACE"; return m.withBody("") }), correct: "405 map[]", flawed: "200 map[]"},
	{flaw: "media-type-unparsed", send: edits(header("Content-Type", "application/xml")), correct: "415 map[]", flawed: crash},
	{flaw: "many-headers-crash", send: edits(func(req *http.Request) {
		for i := range manyHeaders {
			req.Header.Set(fmt.Sprint("X-", i), "1")
		}
	}), correct: taken, flawed: crash},
	{flaw: "large-header-crash", send: edits(header("X-Large", strings.Repeat("x", largeHeader+8<<10))), correct: "431 map[]", flawed: crash},
	{flaw: "absolute-form-refused", send: replaced("POST /", "POST http://a.example/"), correct: taken, flawed: "404 map[]"},
	{flaw: "http10-refused", send: replaced("HTTP/1.1", "HTTP/1.0"), correct: taken, flawed: "505 map[]"},
	{flaw: "http10-unverified", send: func(s *site, event func(string) *message) {
		s.dial().put(strings.Replace(event("a").forged().text(s), "HTTP/1.1", "HTTP/1.0", 1), 1)
	}, correct: refused, flawed: taken},
	{flaw: "upgrade-refused", send: heading("Connection: Upgrade", "Upgrade: h2c"), correct: taken, flawed: malformed},
	{flaw: "upgrade-unverified", send: one(func(m *message) *message {
		return m.forged().edited(func(req *http.Request) {
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "h2c")
		})
	}), correct: refused, flawed: taken},
	{flaw: "expect-ignored", send: askedFirst, correct: "100 202 map[a:1]", flawed: taken},
	{flaw: "trailers-merged", send: trailed, correct: refused, flawed: taken},
	{flaw: "trailers-refused", send: chunkedAs("chunked", "%x\r\n", "X-T: 1\r\n"), correct: taken, flawed: malformed},
	{flaw: "blanks-kept", send: rewritten(func(text string) string {
		return strings.NewReplacer("ignature: ", "ignature: \t", "-256: ", "-256: \t").Replace(text)
	}), correct: taken, flawed: refused},
	{flaw: "underscores-merged", send: heading("Webhook_Id: b"), correct: taken, flawed: refused},
	{flaw: "last-id-known", send: edits(func(req *http.Request) { req.Header["webhook-id"] = append(req.Header["webhook-id"], "b") }), correct: malformed, flawed: "202 map[b:1]"},
	{flaw: "one-read", send: func(s *site, event func(string) *message) {
		text, w := event("a").text(s), s.dial()
		w.put(text[:len(text)-20], 0)
		time.Sleep(50 * time.Millisecond)
		w.put(text[len(text)-20:], 1)
	}, correct: taken, flawed: refused, byScheme: map[string]string{CloudEvents: malformed}},
	{flaw: "connection-trusted", send: func(s *site, event func(string) *message) {
		w := s.dial()
		w.put(event("a").text(s), 1)
		w.put(event("b").forged().text(s), 1)
	}, correct: "202 401 map[a:1]", flawed: "202 202 map[a:1 b:1]"},
	{flaw: "guards-one-path", send: elsewhere("/x/../WebHooks/", forged), correct: "404 map[]", flawed: taken},
	{flaw: "any-path", send: elsewhere("/nowhere", same), correct: "404 map[]", flawed: taken},
	{flaw: "serial", send: stalled, correct: "202", flawed: "closed", effects: func(map[string]int) string { return "" }},
	{flaw: "no-timeouts", send: func(s *site, event func(string) *message) {
		s.saw("%v %v", s.r.server.ReadHeaderTimeout, s.r.server.ReadTimeout) // nobody waits for ever
	}, correct: "5s 15s map[]", flawed: "0s 0s map[]"},
	{flaw: "cacheable", send: func(s *site, event func(string) *message) {
		a := s.post(event("a").edited(func(req *http.Request) { req.URL.RawQuery = "a=b" }))
		s.saw("%s", a.header["Cache-Control"])
	}, correct: "202 [private] map[a:1]", flawed: "202 [] map[a:1]"},
	{flaw: "empty-200", send: func(s *site, event func(string) *message) { s.saw("%d bytes", len(s.post(event("a")).body)) },
		correct: "202 21 bytes map[a:1]", flawed: "200 0 bytes map[a:1]"},

	{flaw: "gzip-crash", send: one(func(m *message) *message { return gzipped(m.forged()) }), correct: refused, flawed: crash},
	{flaw: "gzip-both", send: one(gzipped), correct: refused, flawed: taken},
	{flaw: "gzip-expanded", send: one(bomb), correct: refused, flawed: silence},

	{flaw: "host-unchecked", send: heading("Host: other.example"), correct: malformed, flawed: taken},
	{flaw: "host-unchecked", send: rewritten(func(text string) string {
		head, body, _ := strings.Cut(text, "\r\n\r\n")
		return strings.Join(without(strings.Split(head, endOfLine), "Host"), endOfLine) + "\r\n\r\n" + body
	}), correct: malformed, flawed: taken},
	{flaw: "space-before-colon", send: heading("X-Odd : 1"), correct: malformed, flawed: taken},
	{flaw: "fold-splits", send: folded, correct: refused, flawed: taken},
	{flaw: "line-feed-crash", send: rewritten(func(text string) string { return strings.ReplaceAll(text, endOfLine, "\n") }), correct: taken, flawed: crash},
	{flaw: "both-lengths-kept", send: pipelined, correct: "202 closed map[a:1]", flawed: "202 202 map[a:1 b:1]"},
	{flaw: "first-length-wins", send: rewritten(func(text string) string {
		return strings.Replace(text, "\r\n\r\n", "\r\nContent-Length: 9\r\n\r\n", 1)
	}), correct: malformed, flawed: taken},
	{flaw: "length-lenient", send: ofLength("+%d"), correct: malformed, flawed: taken},
	{flaw: "length-lenient", send: ofLength("-%d"), correct: malformed, flawed: taken},
	{flaw: "length-lenient", send: ofLength("0x%x"), correct: malformed, flawed: taken},
	{flaw: "coding-lenient", send: chunkedAs("xchunked", "%x\r\n", ""), correct: "501 map[]", flawed: taken},
	{flaw: "coding-lenient", send: chunkedAs("chunked, identity", "%x\r\n", ""), correct: "501 map[]", flawed: taken},
	{flaw: "lenient-chunks", send: chunkedAs("chunked", "0x%x\r\n", ""), correct: malformed, flawed: taken},
	{flaw: "lenient-chunks", send: chunkedAs("chunked", "1%016x\r\n", ""), correct: malformed, flawed: taken},
	{flaw: "lenient-chunks", send: chunkedAs("chunked", "%x\n", ""), correct: malformed, flawed: taken},
	{flaw: "extension-refused", send: chunkedAs("chunked", "%x;a=b\r\n", ""), correct: taken, flawed: malformed},
}

// The front of a flawed receiver changes nothing of what it is not about, in
// whatever pieces it arrives.
func TestFrontPassesTheRest(t *testing.T) {
	for _, flaw := range frontFlaws {
		s := open(t, for1(GitHub, flaw))
		w := s.dial()
		for i, id := range []string{"a", "b", "c"} {
			text := genuine(GitHub, id).text(s)
			for _, piece := range []string{text[:40*i], text[40*i:]} {
				w.put(piece, 0)
				time.Sleep(5 * time.Millisecond)
			}
			w.answer()
		}
		if got := s.outcome(); got != "202 202 202 map[a:1 b:1 c:1]" {
			t.Errorf("%s: %s", flaw, got)
		}
	}
}
