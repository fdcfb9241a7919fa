package receiver

import (
	"fmt"
	"net/http"
	"testing"
)

func TestCloudEventsBinary(t *testing.T) {
	set := func(name, value string) *message { return cld().edited(header(name, value)) }
	play(t, for1(CloudEvents), []row{
		{"id decoded once", set("ce-id", "%61%2541"), "202 map[a%41:1]"},
		{"id in quotes", set("ce-id", `"a \"b\""`), `202 map[a "b":1]`},
		{"lower-case hexadecimal", set("ce-id", "%e2%82%ac"), "202 map[€:1]"},
		{"overlong", set("ce-subject", "%C0%A0"), malformed},
		{"bad escape", set("ce-subject", "%zz"), malformed},
		{"no id", set("ce-id", ""), malformed},
		{"no source", set("ce-source", ""), malformed},
		{"no type", set("ce-type", ""), malformed},
		{"no version", set("ce-specversion", ""), malformed},
		{"other version", set("ce-specversion", "1.1"), malformed},
		{"no time", set("ce-time", ""), taken},
		{"lower-case time", set("ce-time", "2031-05-04t03:02:01.123z"), taken},
		{"bad time", set("ce-time", "yesterday"), malformed},
		{"content type twice", set("ce-datacontenttype", "application/json"), malformed},
		{"two ids", cld().edited(addHeader("ce-id", "b")), malformed},
		{"extension", set("ce-comexampleextension", "value"), taken},
		{"no body", cld().withBody(""), malformed},
		{"not JSON", cld().withBody("{"), malformed},
		{"XML", set("Content-Type", "application/xml"), "415 map[]"},
		{"unhandled type", cld().retype("com.hookassay.unknown"), "202 map[]"},
	})
}

func TestCloudEventsStructured(t *testing.T) {
	event := func(format string, args ...any) *message {
		return cld().withBody(fmt.Sprintf(format, args...)).
			edited(header("Content-Type", "APPLICATION/CloudEvents+json; charset=utf-8"))
	}
	const required = `"specversion":"1.0","id":"a","source":"/s","type":"t"`
	play(t, for1(CloudEvents), []row{
		{"minimal", event(`{%s}`, required), taken},
		{"data", event(`{%s,"data":{"x":1},"subject":null,"ext":true}`, required), taken},
		{"null data", event(`{%s,"data":null}`, required), taken},
		{"binary data", event(`{%s,"data_base64":"aGk="}`, required), taken},
		{"bad binary data", event(`{%s,"data_base64":"*"}`, required), malformed},
		{"binary data of another type", event(`{%s,"data_base64":1}`, required), malformed},
		{"data twice", event(`{%s,"data":1,"data_base64":"aGk="}`, required), malformed},
		{"null time", event(`{%s,"time":null}`, required), taken},
		{"bad time", event(`{%s,"time":"x"}`, required), malformed},
		{"no id", event(`{"specversion":"1.0","source":"/s","type":"t"}`), malformed},
		{"empty source", event(`{"specversion":"1.0","id":"a","source":"","type":"t"}`), malformed},
		{"type of another type", event(`{"specversion":"1.0","id":"a","source":"/s","type":1}`), malformed},
		{"no version", event(`{"id":"a","source":"/s","type":"t"}`), malformed},
		{"other version", event(`{"specversion":"0.3","id":"a","source":"/s","type":"t"}`), malformed},
		{"payload wins over headers", event(`{%s}`, required).edited(func(req *http.Request) {
			req.Header.Set("Content-Type", structuredType)
			header("ce-id", "b")(req)
		}), taken},
		{"array", event(`[]`), malformed},
		{"not JSON", event(`{`), malformed},
		{"batch", cld().withBody(`[]`).edited(header("Content-Type", "application/cloudevents-batch+json")), "415 map[]"},
		{"other format", cld().edited(header("Content-Type", "application/cloudevents+avro")), "415 map[]"},
	})
}

// The identity of an event is its source and its id; the effects are counted by
// id.
func TestCloudEventsIdentity(t *testing.T) {
	s := open(t, for1(CloudEvents))
	for _, source := range []string{"/one", "/two", "/one"} {
		m := genuine(CloudEvents, "a")
		m.source = source
		s.post(m)
	}
	structured := genuine(CloudEvents, "a")
	structured.source, structured.structured = "/two", true
	s.post(structured)
	if got, want := s.outcome(), "202 202 200 200 map[a:2]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHandshake(t *testing.T) {
	const origin = "eventemitter.example.com"
	for _, c := range []struct {
		name                 string
		headers              []string
		status               int
		grantedOrigin, grant string
	}{
		{"granted", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", "120"}, 200, origin, "60"},
		{"no rate asked", []string{"WebHook-Request-Origin", origin}, 200, origin, "60"},
		{"capitals", []string{"WebHook-Request-Origin", "EventEmitter.example.COM"}, 200, "EventEmitter.example.COM", "60"},
		{"stranger", []string{"WebHook-Request-Origin", "evil.test"}, 200, "", ""},
		{"longer", []string{"WebHook-Request-Origin", origin + ".evil.test"}, 200, "", ""},
		{"prefixed", []string{"WebHook-Request-Origin", "evil-" + origin}, 200, "", ""},
		{"look-alike that folds to ASCII", []string{"WebHook-Request-Origin", "\u212Aelvin.example"}, 200, "", ""},
		{"no origin", nil, 200, "", ""},
		{"two origins", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Origin", "evil.test"}, 400, "", ""},
		{"rate zero", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", "0"}, 400, "", ""},
		{"rate negative", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", "-1"}, 400, "", ""},
		{"rate huge", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", "99999999999999999999"}, 400, "", ""},
		{"rate a word", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", "many"}, 400, "", ""},
		{"rate empty", []string{"WebHook-Request-Origin", origin, "WebHook-Request-Rate", ""}, 400, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := for1(CloudEvents)
			cfg.Rate = 60
			cfg.Origins = append(cfg.Origins, "kelvin.example")
			s := open(t, cfg)
			a := s.method("OPTIONS", "/webhooks", c.headers...)
			got := fmt.Sprint(a.status, a.header.Get("WebHook-Allowed-Origin"), a.header.Get("WebHook-Allowed-Rate"))
			if want := fmt.Sprint(c.status, c.grantedOrigin, c.grant); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := a.header.Get("Allow"); got != "POST, OPTIONS" {
				t.Errorf("Allow: %s", got)
			}
		})
	}
}

func TestCloudEventsAnswerHeaders(t *testing.T) {
	s := open(t, for1(CloudEvents))
	if got := s.post(cld().forged()).header.Get("WWW-Authenticate"); got != "Bearer" {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	a := s.post(cld().edited(func(req *http.Request) {
		req.Header.Del("Authorization")
		req.URL.RawQuery = "access_token=" + testSecrets(CloudEvents)[0]
	}))
	if got := a.header.Get("Cache-Control"); a.status != 202 || got != "private" {
		t.Errorf("answer %d with Cache-Control %q", a.status, got)
	}
}

func FuzzDecodeAttribute(f *testing.F) {
	for _, seed := range []string{"a", "%41", `"a\"b"`, "%C0%A0", "%", `"`, `"\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		value, ok := decodeAttribute(header)
		if ok && len(value) > len(header) {
			t.Fatalf("%q grows to %q", header, value)
		}
	})
}
