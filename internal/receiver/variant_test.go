package receiver

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A variantProbe shows one variant: what it sends has one outcome at the plain
// receiver and another at the variant, and both are right.
type variantProbe struct {
	variant       string
	send          func(s *site, event func(id string) *message)
	plain, varied string
	bubble        bool   // with a fake clock, the handler called directly
	beside        string // a variant that both have
}

// headers notes headers of the answer to a message.
func headers(change func(*message) *message, names ...string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		a := s.post(change(event("a")))
		for _, name := range names {
			s.saw("[%s]", a.header.Get(name))
		}
	}
}

// told notes whether the body of the answer to a message begins with a text.
func told(change func(*message) *message, text string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		s.saw("%v", strings.HasPrefix(s.post(change(event("a"))).body, text))
	}
}

func sized(size int) func(*message) *message {
	return func(m *message) *message {
		return m.withBody(`{"type":"` + m.kind + `","x":"` + strings.Repeat("x", size) + `"}`)
	}
}

// head notes what stands at the beginning of an answer on the wire.
func head(s *site, event func(string) *message) {
	w := s.dial()
	w.write(event("a").request(s.t, s.base), 0)
	line, err := w.in.ReadString('\n')
	if err != nil {
		s.t.Fatal(err)
	}
	s.saw("%s", strings.Fields(line)[0])
}

// again sends a message twice on one connection, so long after each other.
func again(pause time.Duration) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		w := s.dial()
		w.write(event("a").request(s.t, s.base), 0)
		w.answer()
		time.Sleep(pause)
		// A connection that is closed already takes the bytes, or does not.
		_ = event("a").request(s.t, s.base).Write(w.conn)
		w.answer()
	}
}

// preface begins a connection as HTTP/2 does, and returns the version that the
// receiver answers in.
func preface(s *site) int {
	w := s.dial()
	settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	if _, err := io.WriteString(w.conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+settings); err != nil {
		s.t.Fatal(err)
	}
	defer w.conn.Close()
	if first, err := w.in.Peek(4); err != nil || first[3] != 4 {
		return 1
	}
	return 2
}

var variantProbes = []variantProbe{
	{variant: "day-tolerance", send: one(func(m *message) *message { return m.at(23 * time.Hour) }), plain: refused, varied: taken},
	{variant: "tight-tolerance", send: one(func(m *message) *message { return m.at(2 * time.Minute) }), plain: taken, varied: refused},
	{variant: "business-key", send: func(s *site, event func(string) *message) {
		s.post(event("a").withBody(`{"type":"t","data":{"id":"in_1"}}`))
		s.post(event("b").withBody(`{"type":"t","data":{"id":"in_1","n":2}}`))
	}, plain: "202 202 map[a:1 b:1]", varied: "202 200 map[a:1]"},
	{variant: "few-types", send: one(func(m *message) *message { return m.retype("other") }), plain: taken, varied: "202 map[]"},
	{variant: "few-types-refused", send: one(func(m *message) *message { return m.retype("other") }), plain: taken, varied: "422 map[]"},
	{variant: "strict-schema", send: one(func(m *message) *message {
		return m.retype("invoice.paid").withBody(`{"type":"invoice.paid","data":[]}`)
	}),
		plain: taken, varied: "422 map[]"},
	{variant: "late-effects", bubble: true, send: func(s *site, event func(string) *message) {
		s.post(event("a"))
		synctest.Wait()
		s.saw("%d", len(s.r.Effects()))
		time.Sleep(lateness)
		synctest.Wait()
	}, plain: "202 1 map[a:1]", varied: "202 0 map[a:1]"},
	{variant: "small-bodies", send: one(sized(120 << 10)), plain: taken, varied: "413 map[]"},
	{variant: "silent", send: one(forged), plain: refused, varied: "202 map[]"},
	{variant: "refuses-403", send: one(forged), plain: refused, varied: "403 map[]"},
	{variant: "refuses-404", send: one(forged), plain: refused, varied: "404 map[]"},
	{variant: "refuses-406", send: one(forged), plain: refused, varied: "406 map[]"},
	{variant: "refuses-422", send: one(forged), plain: refused, varied: "422 map[]"},
	{variant: "one-refusal", send: one(forged), plain: refused, varied: malformed},
	{variant: "answers-200", send: one(same), plain: taken, varied: "200 map[a:1]"},
	{variant: "answers-204", send: headers(same, "Content-Length", "Content-Type"), plain: "202 [21] [application/json] map[a:1]", varied: "204 [] [] map[a:1]"},
	{variant: "html-pages", send: told(forged, "<html>"), plain: "401 false map[]", varied: "401 true map[]"},
	{variant: "problem-details", send: headers(forged, "Content-Type"), plain: "401 [application/json] map[]", varied: "401 [application/problem+json] map[]"},
	{variant: "framework-headers", send: headers(same, "X-Powered-By"), plain: "202 [] map[a:1]", varied: "202 [Express] map[a:1]"},
	{variant: "lower-case-headers", send: func(s *site, event func(string) *message) {
		w := s.dial()
		w.write(event("a").request(s.t, s.base), 0)
		if err := w.conn.CloseWrite(); err != nil {
			s.t.Fatal(err)
		}
		text, err := io.ReadAll(w.in)
		if err != nil {
			s.t.Fatal(err)
		}
		s.saw("%v", strings.Contains(string(text), "\ncontent-type: application/json\r\n"))
	}, plain: "false map[a:1]", varied: "true map[a:1]"},
	{variant: "no-date", send: func(s *site, event func(string) *message) {
		_, dated := s.post(event("a")).header["Date"]
		s.saw("%v", dated)
	}, plain: "202 true map[a:1]", varied: "202 false map[a:1]"},
	{variant: "chunked-answers", send: headers(same, "Content-Length"), plain: "202 [21] map[a:1]", varied: "202 [] map[a:1]"},
	{variant: "page-on-get", send: one(func(m *message) *message { m.method = http.MethodGet; return m }), plain: "405 map[]", varied: "200 map[]"},
	{variant: "rate-limited", send: func(s *site, event func(string) *message) {
		counts := map[int]int{}
		for range limitTaken + 4 {
			counts[s.try(event("a").request(s.t, s.base)).status]++
		}
		s.saw("%d %d", counts[429], counts[503])
	}, plain: "0 0 map[a:1]", varied: "3 1 map[a:1]", bubble: true},
	{variant: "behind-edge", send: func(s *site, event func(string) *message) {
		w := s.dial()
		w.write(event("a").edited(func(req *http.Request) { req.URL.Path = "/docs" }).request(s.t, s.base), 0)
		w.answer()
	}, plain: "404 map[]", varied: "301 map[]"},
	{variant: "one-transaction", bubble: true, send: func(s *site, event func(string) *message) {
		var all sync.WaitGroup
		for range 3 {
			req := event("a").request(s.t, s.base)
			all.Go(func() {
				if s.try(req).status == http.StatusConflict {
					s.saw("409")
				}
			})
			synctest.Wait()
		}
		all.Wait()
	}, plain: "map[a:1]", varied: "409 409 map[a:1]"},
	{variant: "slow", bubble: true, send: func(s *site, event func(string) *message) {
		start := time.Now()
		s.post(event("a"))
		took := time.Since(start)
		s.saw("%v", took >= 300*time.Millisecond && took < 700*time.Millisecond)
	}, plain: "202 false map[a:1]", varied: "202 true map[a:1]"},
	{variant: "one-at-a-time", bubble: true, send: func(s *site, event func(string) *message) {
		start := time.Now()
		var all sync.WaitGroup
		for _, id := range []string{"a", "b", "c"} {
			req := event(id).request(s.t, s.base)
			all.Go(func() { s.try(req) })
		}
		all.Wait()
		s.saw("%v", time.Since(start))
	}, plain: "20ms map[a:1 b:1 c:1]", varied: "60ms map[a:1 b:1 c:1]", beside: "one-transaction"}, // which takes 20 ms
	{variant: "closes-connections", send: again(0), plain: "202 200 map[a:1]", varied: "202 closed map[a:1]"},
	{variant: "impatient-connections", send: again(200 * time.Millisecond), plain: "202 200 map[a:1]", varied: "202 closed map[a:1]"},
	{variant: "http1-only", send: func(s *site, event func(string) *message) { s.saw("%d", preface(s)) }, plain: "2 map[]", varied: "1 map[]"},
	{variant: "http-1.0", send: head, plain: "HTTP/1.1 map[a:1]", varied: "HTTP/1.0 map[a:1]"},
	{variant: "length-required", send: edits(func(req *http.Request) { req.ContentLength = -1 }), plain: taken, varied: "411 map[]"},
	{variant: "refuses-unread", send: func(s *site, event func(string) *message) {
		w := s.dial()
		req := sized(1<<10)(event("a")).unsigned().request(s.t, s.base)
		w.write(req, 512)
		w.conn.SetDeadline(time.Now().Add(300 * time.Millisecond))
		w.answer()
		_ = w.conn.Close() // or the end would wait for the rest
	}, plain: "closed map[]", varied: "401 map[]"},
	{variant: "content-first", send: one(func(m *message) *message {
		return m.forged().edited(header("Content-Type", "text/plain"))
	}), plain: refused, varied: "415 map[]"},
	{variant: "strict-json", send: body(`{"type":"t","x":1,"x":2}`), plain: taken, varied: malformed},
	{variant: "strict-json", send: body(`{"type":"t","x":"\ud83d\ude00","y":[{"x":1},{"x":2}]}`), plain: taken, varied: taken},
	{variant: "strict-json", send: body(`{"type":"t","x":"\ud83d"}`), plain: taken, varied: malformed},
	{variant: "strict-json", send: body(`{"type":"t","x":` + strings.Repeat("[", mostLevels) + strings.Repeat("]", mostLevels) + `}`), plain: taken, varied: malformed},
	{variant: "any-content-type", send: edits(header("Content-Type", "text/plain")), plain: "415 map[]", varied: taken},
	{variant: "any-case-hex", send: signatures1(func(good string) string {
		return digest.ReplaceAllStringFunc(good, strings.ToUpper)
	}), plain: refused, varied: taken},
	{variant: "any-path", send: edits(func(req *http.Request) { req.URL.Path = "/anything" }), plain: "404 map[]", varied: taken},
	{variant: "framework-404", send: one(func(m *message) *message { m.method = http.MethodPut; return m }), plain: "405 map[]", varied: "404 map[]"},
	{variant: "small-heads", send: edits(header("X-Large", strings.Repeat("x", 12<<10))), plain: taken, varied: "431 map[]"},
}

func TestEveryVariantShows(t *testing.T) {
	shown := map[string]bool{}
	for _, p := range variantProbes {
		shown[p.variant] = shown[p.variant] || p.plain != p.varied
	}
	for _, v := range Variants() {
		if !shown[v.Name] {
			t.Errorf("no probe shows the variant %s", v.Name)
		}
		for _, scheme := range v.Schemes {
			for _, p := range variantProbes {
				if p.variant == v.Name {
					t.Run(v.Name+"/"+scheme, func(t *testing.T) { p.run(t, scheme) })
				}
			}
		}
	}
}

func (p variantProbe) run(t *testing.T, scheme string) {
	for i, want := range []string{p.plain, p.varied} {
		variants := []string{p.variant}[:i]
		play := func(t *testing.T) {
			cfg := for1(scheme)
			cfg.Variants = variants
			if p.beside != "" {
				cfg.Variants = append(variants[:len(variants):len(variants)], p.beside)
			}
			var s *site
			if p.bubble {
				s = &site{t: t, r: newReceiver(t, cfg)}
			} else {
				s = open(t, cfg)
			}
			p.send(s, func(id string) *message { return genuine(scheme, id) })
			if got := s.outcome(); got != want {
				t.Errorf("variants %v: got %q, want %q", variants, got, want)
			}
		}
		if p.bubble {
			synctest.Test(t, play)
		} else {
			play(t)
		}
	}
}

func TestVariantsCompose(t *testing.T) {
	cfg := for1(StandardWebhooks, "no-dedupe")
	cfg.Variants = []string{"refuses-404", "answers-204", "lower-case-headers"}
	s := open(t, cfg)
	s.post(genuine(StandardWebhooks, "a"))
	s.post(genuine(StandardWebhooks, "a"))
	s.post(genuine(StandardWebhooks, "a").forged())
	if got, want := s.outcome(), "204 204 404 map[a:2]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVariantErrors(t *testing.T) {
	for variant, says := range map[string]string{
		"refuses-40":    `did you mean "refuses-40`,
		"day-tolerance": `variant "day-tolerance" needs a secret for standard-webhooks`,
	} {
		cfg := for1(GitHub)
		cfg.Variants = []string{variant}
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", variant, err)
		}
	}
}

func TestVariantsAreSorted(t *testing.T) {
	names := []string{}
	for _, v := range Variants() {
		names = append(names, v.Name)
		if !strings.HasPrefix(v.Source, "https://") {
			t.Errorf("%s: %q is no page that somebody can open", v.Name, v.Source)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Error(fmt.Sprint("in no order, or twice: ", names))
	}
}
