package receiver

import (
	"context"
	"crypto/sha1"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// one sends a single message about event a.
func one(change func(*message) *message) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) { s.post(change(event("a"))) }
}

func signatures1(change func(good string) string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.tokens(change) })
}

func lists(tokens ...string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.list(tokens...) })
}

func edits(edit func(*http.Request)) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.edited(edit) })
}

func body(text string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.withBody(text) })
}

func forged(m *message) *message { return m.forged() }

// twice sends event a two times; the later attempt may be changed.
func twice(again func(*message) *message) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		s.post(event("a"))
		s.post(again(event("a")))
	}
}

func same(m *message) *message { return m }

// after sends event a as changed, and then as it should be.
func after(change func(*message) *message) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		s.post(change(event("a")))
		s.post(event("a"))
	}
}

var badSignature = "v1," + strings.Repeat("A", 43) + "="

var probes = slices.Concat(orderProbes, identityProbes, authenticityProbes, signatureProbes, timestampProbes, moreTimestampProbes, bodyProbes, httpProbes, wireProbes,
	eventProbes, leakProbes, duplicateProbes, acknowledgementProbes, cloudEventsProbes, gitHubProbes, stripeProbes,
	contentProbes, disclosureProbes, controlProbes,
	keyProbes, spellingProbes, asymmetricProbes, loadProbes)

var authenticityProbes = []probe{
	{flaw: "unsigned-accepted", send: one((*message).unsigned), correct: refused, flawed: taken},
	{flaw: "partial-headers-accepted", send: one(func(m *message) *message { m.timestamp = ""; return m }), correct: malformed, flawed: taken},
	{flaw: "never-verifies", send: one(forged), correct: refused, flawed: taken},
	{flaw: "chunked-unverified", send: one(func(m *message) *message {
		return m.forged().edited(func(req *http.Request) { req.ContentLength = -1 })
	}), correct: refused, flawed: taken},
	{flaw: "verifies-json-only", send: one(func(m *message) *message {
		return m.forged().edited(header("Content-Type", "text/plain"))
	}), correct: refused, flawed: taken},
	{flaw: "large-unverified", send: one(func(m *message) *message {
		return m.forged().withBody(`{"type":"t","x":"` + strings.Repeat("x", 64<<10) + `"}`)
	}), correct: refused, flawed: taken},
	{flaw: "compares-prefix", send: signatures1(func(good string) string {
		end := len(strings.TrimRight(good, "=")) - 1
		other := "g" // stands for the low bits of the last byte, as A does
		if !strings.HasPrefix(good, "v1,") {
			other = "0"
		}
		if good[end:end+1] == other {
			other = map[string]string{"g": "A", "0": "1"}[other]
		}
		return good[:end] + other + good[end+1:]
	}), correct: refused, flawed: taken},
	{flaw: "case-blind", send: signatures1(func(good string) string {
		return good[:3] + strings.ToUpper(good[3:])
	}), correct: refused, flawed: taken},
	{flaw: "short-compare", send: one(func(m *message) *message { m.cut = 8; return m }), correct: refused, flawed: taken},
	{flaw: "short-compare", send: lists("LABEL:"), correct: refused, flawed: taken},
	{flaw: "empty-key", send: one(func(m *message) *message { return m.signed("") }), correct: refused, flawed: taken},
	{flaw: "hash-by-length", send: one(func(m *message) *message { m.hash = sha1.New; return m }), correct: refused, flawed: taken},
	{flaw: "sha1-fallback", send: one(func(m *message) *message {
		return m.edited(func(req *http.Request) {
			req.Header.Del("X-Hub-Signature-256")
			req.Header.Set("X-Hub-Signature", m.sha1Header())
		})
	}), correct: refused, flawed: taken},
	{flaw: "sha1-beside", send: one(func(m *message) *message {
		good := m.sha1Header()
		return m.forged().edited(header("X-Hub-Signature", good))
	}), correct: refused, flawed: taken},
	{flaw: "hash-by-label", send: one(func(m *message) *message {
		return m.edited(func(req *http.Request) { req.Header.Set("X-Hub-Signature-256", m.sha1Header()) })
	}), correct: refused, flawed: taken},
	{flaw: "signature-cached", send: func(s *site, event func(string) *message) {
		a, b := event("a"), event("b")
		good := ""
		s.post(a.tokens(func(g string) string { good = g; return g }))
		s.post(b.tokens(func(string) string { return good }))
	}, correct: "202 401 map[a:1]", flawed: "202 202 map[a:1 b:1]"},
	{flaw: "effect-before-verify", send: one(forged), correct: refused, flawed: "401 map[a:1]"},
	{flaw: "key-confusion", secrets: []string{publicSecret},
		send:    one(func(m *message) *message { return m.signed(string(publicKey())) }),
		correct: refused, flawed: taken},
	{flaw: "bearer-exact-case", send: edits(header("Authorization", "bearer "+testSecrets(CloudEvents)[0])), correct: taken, flawed: refused},
	{flaw: "query-token-refused", send: edits(func(req *http.Request) {
		req.Header.Del("Authorization")
		req.URL.RawQuery = "access_token=" + testSecrets(CloudEvents)[0]
	}), correct: taken, flawed: refused},
	{flaw: "bearer-any-scheme", send: edits(header("Authorization", "Basic "+testSecrets(CloudEvents)[0])),
		correct: refused, flawed: taken},
	{flaw: "bearer-prefix", send: one(func(m *message) *message { return m.signed(string(m.key) + "x") }),
		correct: refused, flawed: taken},
	{flaw: "hex-any-case", send: signatures1(func(good string) string {
		begin := strings.LastIndex(good, "=") + 1
		return good[:begin] + strings.ToUpper(good[begin:])
	}), correct: refused, flawed: taken},
	{flaw: "crash-on-empty-headers", send: edits(func(req *http.Request) {
		for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Authorization", "Stripe-Signature"} {
			if _, ok := req.Header[name]; ok {
				req.Header[name] = []string{""}
			}
		}
	}), correct: refused, flawed: silence},
}

var signatureProbes = []probe{
	{flaw: "first-signature-only", send: lists("BAD", "GOOD"), correct: taken, flawed: refused},
	{flaw: "last-signature-only", send: lists("GOOD", "BAD"), correct: taken, flawed: refused},
	{flaw: "version-ignored", send: lists("v2:MAC"), correct: refused, flawed: taken},
	{flaw: "bare-signature", send: lists("MAC"), correct: refused, flawed: taken},
	{flaw: "unknown-version-refused", send: lists("v2:xxxx", "GOOD"), correct: taken, flawed: refused},
	{flaw: "malformed-token-crash", send: lists("garbage", "GOOD"), correct: taken, flawed: crash},
	{flaw: "malformed-token-refused", send: lists("garbage", "GOOD"), correct: taken, flawed: refused},
	{flaw: "non-ascii-crash", send: lists("LABEL:é"), correct: refused, flawed: crash},
	{flaw: "case-sensitive-headers", send: func(s *site, event func(string) *message) {
		s.post(event("a").withBody(`{"type":"t","x":"` + strings.Repeat("x", 2*recordLimit) + `"}`))
		s.post(event("b").edited(func(req *http.Request) {
			//lint:ignore SA1008 the test writes it so
			signature := req.Header["webhook-signature"]
			delete(req.Header, "webhook-signature")
			req.Header["WEBHOOK-Signature"] = signature
		}))
		s.post(event("c"))
	}, correct: "202 202 202 map[a:1 b:1 c:1]", flawed: "202 401 202 map[a:1 c:1]"},
}

var timestampProbes = []probe{
	{flaw: "no-timestamp-check", send: one(func(m *message) *message { return m.at(24 * time.Hour) }), correct: refused, flawed: taken},
	{flaw: "future-accepted", send: one(func(m *message) *message { return m.at(-24 * time.Hour) }), correct: refused, flawed: taken},
	{flaw: "wide-window", send: one(func(m *message) *message { return m.at(50 * time.Minute) }), correct: refused, flawed: taken},
	{flaw: "tight-window", send: one(func(m *message) *message { return m.at(2 * time.Minute) }), correct: taken, flawed: refused},
	{flaw: "milliseconds-accepted", send: one(func(m *message) *message { m.timestamp += "000"; return m }), correct: malformed, flawed: taken},
	{flaw: "lenient-timestamp", send: one(func(m *message) *message { m.timestamp += ".9"; return m }), correct: malformed, flawed: taken},
	{flaw: "lenient-timestamp", send: one(func(m *message) *message { m.claimed = m.timestamp + "abc"; return m }), correct: malformed, flawed: taken},
	{flaw: "timestamp-crash", send: one(func(m *message) *message { m.timestamp = "yesterday"; return m }), correct: malformed, flawed: crash},
	{flaw: "timestamp-overflow", send: one(func(m *message) *message { m.timestamp = "-9223372036854775808"; return m }),
		correct: malformed, flawed: taken},
}

var bodyProbes = []probe{
	{flaw: "reserialises", send: body(`{ "type": "t", "n": 1.0 }`), correct: taken, flawed: refused},
	{flaw: "schema-order", send: body(`{"data":{},"timestamp":"2026-01-01T00:00:00Z","type":"t"}`), correct: taken, flawed: refused},
	{flaw: "trims-body", send: body("{\"type\":\"t\"}\n"), correct: taken, flawed: refused},
	{flaw: "utf8-lossy", send: one(func(m *message) *message {
		m.cover = []byte("{\"type\":\"t\",\"x\":\"\uFFFD\"}")
		return m.withBody("{\"type\":\"t\",\"x\":\"\xff\"}")
	}), correct: refused, flawed: taken},
	{flaw: "body-capped", send: body(`{"type":"t","x":"` + strings.Repeat("x", 20<<10) + `"}`), correct: taken, flawed: refused,
		byScheme: map[string]string{CloudEvents: malformed}},
	{flaw: "chunked-ignored", send: edits(func(req *http.Request) { req.ContentLength = -1 }), correct: taken, flawed: refused,
		byScheme: map[string]string{CloudEvents: malformed}},
	{flaw: "invalid-json-crash", send: body(`{"type":`), correct: malformed, flawed: crash},
	{flaw: "float-numbers", send: body(`{"type":"t","n":[{"n":9007199254740994}]}`), correct: taken, flawed: crash},
}

var httpProbes = []probe{
	{flaw: "any-method", send: one(func(m *message) *message { m.method = "PUT"; return m }), correct: "405 map[]", flawed: taken},
	{flaw: "get-crash", send: one(func(m *message) *message { m.method = "GET"; return m }), correct: "405 map[]", flawed: crash},
	{flaw: "charset-refused", send: edits(header("Content-Type", "application/json; charset=utf-8")), correct: taken, flawed: "415 map[]"},
	{flaw: "connection-poisoned", send: func(s *site, event func(string) *message) {
		w := s.dial()
		for _, m := range []*message{event("a").forged(), event("a")} {
			w.write(m.request(s.t, s.base), 0)
			w.answer()
		}
	}, correct: "401 202 map[a:1]", flawed: "401 400 map[]"},
	{flaw: "unbounded-body", send: one(func(m *message) *message {
		m.withBody(`{"type":"t","x":"` + strings.Repeat("x", 2<<20) + `"}`)
		return m.edited(header("Expect", "100-continue"))
	}), correct: "413 map[]", flawed: taken},
	{flaw: "partial-body-processed", send: func(s *site, event func(string) *message) {
		w := s.dial()
		w.write(event("a").request(s.t, s.base), 10)
		if err := w.conn.CloseWrite(); err != nil {
			s.t.Fatal(err)
		}
		w.answer()
	}, correct: malformed, flawed: taken},
}

func unknownType(m *message) *message { return m.retype(unknownTypes[m.scheme] + "x") }

var eventProbes = []probe{
	{flaw: "unknown-type-refused", send: one(unknownType), correct: "202 map[]", flawed: "422 map[]"},
	{flaw: "unknown-type-crash", send: one(unknownType), correct: "202 map[]", flawed: crash},
	{flaw: "unknown-type-processed", send: one(unknownType), correct: "202 map[]", flawed: taken},
	{flaw: "strict-fields", send: body(`{"type":"t","data":[{"x_new":1}]}`), correct: taken, flawed: malformed},
	{flaw: "event-time-checked", send: one(func(m *message) *message {
		old := testNow.Add(-time.Hour).Format(time.RFC3339)
		switch m.scheme {
		case CloudEvents:
			return m.edited(header("ce-time", old))
		case Stripe:
			return m.withBody(fmt.Sprintf(`{"type":"t","created":%d}`, testNow.Add(-time.Hour).Unix()))
		}
		return m.withBody(`{"type":"t","timestamp":"` + old + `"}`)
	}), correct: taken, flawed: malformed},
	{flaw: "ping-refused", send: one(func(m *message) *message { return m.retype("ping") }), correct: "200 map[]", flawed: malformed},
	{flaw: "ping-processed", send: one(func(m *message) *message { return m.retype("ping") }), correct: "200 map[]", flawed: taken},
}

// tells sends a refused message and notes whether the answer holds a text.
func tells(text func(m *message) string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		m := event("a")
		wanted := text(m)
		s.saw("%v", strings.Contains(s.post(m.forged()).body, wanted))
	}
}

var leakProbes = []probe{
	{flaw: "leaks-expected-signature", send: tells(func(m *message) string {
		good := ""
		m.tokens(func(g string) string { good = g; return g }).request(panicky{}, "")
		m.signature = nil
		return good
	}), correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "leaks-secret", send: tells(func(m *message) string { return testSecrets(m.scheme)[0] }),
		correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "stack-trace", send: tells(func(*message) string { return "goroutine " }),
		correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "echoes-input", send: tells(func(m *message) string {
		m.edited(header("X-Canary", "canary-in-header"))
		return "canary-in-header"
	}), correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "chatty", send: func(s *site, event func(string) *message) {
		s.saw("%v", len(s.post(event("a")).body) > chattyBody)
	}, correct: "202 false map[a:1]", flawed: "202 true map[a:1]"},
}

// panicky is for a request that is made only to be looked at.
type panicky struct{ testing.TB }

func (panicky) Helper()           {}
func (panicky) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// atOnce delivers event a n times at the same moment. The order of the answers
// is open, so only the effects count.
func atOnce(n int) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		var all sync.WaitGroup
		for range n {
			req := event("a").request(s.t, s.base)
			all.Go(func() { s.try(req) })
		}
		all.Wait()
	}
}

var duplicateProbes = []probe{
	{flaw: "no-dedupe", send: twice(same), correct: "202 200 map[a:1]", flawed: "202 202 map[a:2]"},
	{flaw: "dedupe-racy", bubble: true, send: atOnce(8), correct: "map[a:1]", flawed: "map[a:8]"},
	{flaw: "dedupe-by-signature", send: twice(func(m *message) *message { return m.at(-time.Second) }),
		correct: "202 200 map[a:1]", flawed: "202 202 map[a:2]"},
	{flaw: "dedupe-before-verify", send: after(forged), correct: "401 202 map[a:1]", flawed: "401 200 map[]"},
	{flaw: "dedupe-before-age", send: after(func(m *message) *message { return m.at(time.Hour) }),
		correct: "401 202 map[a:1]", flawed: "401 200 map[]"},
	{flaw: "dedupe-by-body", send: func(s *site, event func(string) *message) {
		s.post(event("a"))
		s.post(event("b").withBody(string(event("a").body)))
	}, correct: "202 202 map[a:1 b:1]", flawed: "202 200 map[a:1]"},
	{flaw: "duplicate-refused", send: twice(same), correct: "202 200 map[a:1]", flawed: "202 409 map[a:1]"},
	{flaw: "duplicate-crash", send: twice(same), correct: "202 200 map[a:1]", flawed: "202 500 map[a:1]"},
	{flaw: "dedupe-ignores-source", send: twice(func(m *message) *message { m.source = "/other"; return m }),
		correct: "202 202 map[a:2]", flawed: "202 200 map[a:1]"},
	{flaw: "processes-twice", send: one(same), correct: taken, flawed: "202 map[a:2]"},
	{flaw: "dedupe-forgets", send: func(s *site, event func(string) *message) {
		for _, id := range []string{"a", "b", "b", "a"} {
			s.post(event(id))
		}
	}, correct: "202 202 200 200 map[a:1 b:1]", flawed: "202 202 200 202 map[a:2 b:1]"},
}

var acknowledgementProbes = []probe{
	{flaw: "slow-ack", bubble: true, send: func(s *site, event func(string) *message) {
		start := time.Now()
		s.post(event("a"))
		s.saw("%v", time.Since(start))
	}, correct: "202 0s map[a:1]", flawed: "202 1.5s map[a:1]"},
	{flaw: "abandons-on-hang-up", bubble: true, send: func(s *site, event func(string) *message) {
		ctx, hangUp := context.WithTimeout(context.Background(), time.Millisecond)
		defer hangUp()
		s.try(event("a").request(s.t, s.base).WithContext(ctx))
		s.post(event("a"))
	}, correct: "200 map[a:1]", flawed: "200 map[]"},
	{flaw: "drops-when-busy", bubble: true, send: func(s *site, event func(string) *message) {
		s.try(event("first").request(s.t, s.base))
		synctest.Wait() // the worker has taken it
		for i := range 20 {
			if a := s.try(event(fmt.Sprint(i)).request(s.t, s.base)); a.status != http.StatusAccepted {
				s.saw("%d", a.status)
			}
		}
	}, effects: func(m map[string]int) string { return fmt.Sprint(len(m)) }, correct: "21", flawed: fmt.Sprint(1 + smallQueue)},
	{flaw: "refuses-everything", send: one(same), correct: taken, flawed: refused},
	{flaw: "stalls-rejections", send: one(forged), correct: refused, flawed: silence},
}

// asks does the handshake for an origin and notes what is granted.
func asks(origin string) func(*site, func(string) *message) {
	return func(s *site, _ func(string) *message) {
		a := s.method("OPTIONS", "/webhooks", "WebHook-Request-Origin", origin, "WebHook-Request-Rate", "100")
		s.saw("[%s] [%s]", a.header.Get("WebHook-Allowed-Origin"), a.header.Get("WebHook-Allowed-Rate"))
	}
}

var cloudEventsProbes = []probe{
	{flaw: "binary-only", send: one(func(m *message) *message { m.structured = true; return m }), correct: taken, flawed: "415 map[]"},
	{flaw: "structured-only", send: one(same), correct: taken, flawed: "415 map[]"},
	{flaw: "required-unchecked", send: edits(header("ce-source", "")), correct: malformed, flawed: taken},
	{flaw: "specversion-unchecked", send: edits(header("ce-specversion", "0.3")), correct: malformed, flawed: taken},
	{flaw: "origin-prefix", send: asks("eventemitter.example.com.evil.test"),
		correct: "200 [] [] map[]", flawed: "200 [eventemitter.example.com.evil.test] [120] map[]"},
	{flaw: "grants-everyone", send: asks("evil.test"), correct: "200 [] [] map[]", flawed: "200 [evil.test] [120] map[]"},
	{flaw: "rate-missing", send: asks("eventemitter.example.com"),
		correct: "200 [eventemitter.example.com] [120] map[]", flawed: "200 [eventemitter.example.com] [] map[]"},
}

var gitHubProbes = []probe{
	{flaw: "delivery-id-optional", send: edits(header("X-Github-Delivery", "")), correct: "400 0", flawed: "202 1",
		effects: func(m map[string]int) string { return fmt.Sprint(len(m)) }},
	{flaw: "event-optional", send: edits(header("X-Github-Event", "")), correct: malformed, flawed: taken},
	{flaw: "event-header-trusted", send: one(func(m *message) *message {
		return m.retype("issues").withBody(pushBody)
	}), correct: malformed, flawed: taken},
	{flaw: "label-crash", send: lists("bogus:MAC"), correct: refused, flawed: crash},
}
