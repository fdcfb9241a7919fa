package receiver

import (
	"net/http"
	"strings"
	"testing/synctest"
	"time"
)

// asked adds a query and a header that must not come back.
func asked(m *message) *message {
	return m.edited(func(req *http.Request) {
		req.URL.RawQuery = "x=%3Cb%3E"
		req.Header.Set("X-Markup", "<i>")
	})
}

// shows sends a message and notes whether the answer's body holds a text.
func shows(change func(*message) *message, text string) func(*site, func(string) *message) {
	return func(s *site, event func(string) *message) {
		s.saw("%v", strings.Contains(s.post(change(event("a"))).body, text))
	}
}

var disclosureProbes = []probe{
	{flaw: "version-header", send: func(s *site, event func(string) *message) {
		s.saw("[%s]", s.post(event("a")).header.Get("Server"))
	}, correct: "202 [] map[a:1]", flawed: "202 [hooks/1.4.2 (Debian)] map[a:1]"},
	{flaw: "tells-why", send: shows(forged, `"reason":"wrong`), correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "tells-why", send: shows((*message).unsigned, `"reason":"no sig`), correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "tells-target", send: shows(func(m *message) *message { return asked(m.forged()) }, `x=%3Cb%3E`),
		correct: "401 false map[]", flawed: "401 true map[]"},
	{flaw: "tells-path", send: shows(func(m *message) *message { return m.withBody(`{"type":`) }, "/var/lib/"),
		correct: "400 false map[]", flawed: "400 true map[]"},
	{flaw: "page-with-input", send: func(s *site, event func(string) *message) {
		a := s.post(asked(event("a").forged()))
		s.saw("%v %v", strings.HasPrefix(a.header.Get("Content-Type"), "text/html"), strings.Contains(a.body, "x=<b>") && strings.Contains(a.body, "<i>"))
	}, correct: "401 false false map[]", flawed: "401 true true map[]"},
	{flaw: "wordy-refusals", send: func(s *site, event func(string) *message) {
		s.saw("%v", len(s.post(event("a").forged()).body) > wordyBody)
	}, correct: "401 false map[]", flawed: "401 true map[]"},
	// Some schemes allow such a body: the answer's text alone tells.
	{flaw: "debug-page", send: func(s *site, event func(string) *message) {
		s.saw("%v", strings.Contains(s.try(event("a").withBody("[]").request(s.t, s.base)).body, "goroutine "))
	}, effects: func(map[string]int) string { return "" }, correct: "false", flawed: "true"},
	{flaw: "database-error", send: shows(func(m *message) *message {
		return m.withBody(`{"type":"t","x":"\u0000"}`)
	}, "INSERT INTO"), correct: "202 false map[a:1]", flawed: "500 true map[]"},
}

var controlProbes = []probe{
	{flaw: "clock-ahead", send: func(s *site, event func(string) *message) {
		a := s.post(event("a").at(-30 * time.Second))
		at, err := http.ParseTime(a.header.Get("Date"))
		s.saw("%v", err == nil && at.Equal(testNow.Add(clockAhead)))
	}, correct: "202 false map[a:1]", flawed: "202 true map[a:1]"},
	{flaw: "slows-after-refusals", bubble: true, send: func(s *site, event func(string) *message) {
		for range 3 {
			s.try(event("a").forged().request(s.t, s.base))
		}
		start := time.Now()
		s.post(event("a"))
		s.saw("%v", time.Since(start))
		synctest.Wait()
	}, correct: "202 0s map[a:1]", flawed: "202 450ms map[a:1]"},
}
