package receiver

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func str() *message { return genuine(Stripe, "a") }

// stripeList is a header as the format says: MAC is the good signature's text,
// OLD the timestamp it signs, NOW the one given.
func stripeList(format, now string) func(good string) string {
	return func(good string) string {
		dating, mac, _ := strings.Cut(good, ",v1=")
		return strings.NewReplacer("OLD", strings.TrimPrefix(dating, "t="), "NOW", now, "MAC", mac).Replace(format)
	}
}

func stripeHeaders(format string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.tokens(stripeList(format, m.timestamp)) })
}

// The signature was made with
// printf '1492774577.{"id":"evt_1","type":"t"}' | openssl dgst -sha256 -hmac whsec_test.
func TestStripeVector(t *testing.T) {
	const good = "t=1492774577,v1=1042d440042fe3c53a9a517008b764b976553e9c787660854fd6c7942f8050d9"
	cfg := Config{Secrets: map[string][]string{Stripe: {"whsec_test"}}, Now: func() time.Time { return time.Unix(1492774600, 0) }}
	r := newReceiver(t, cfg)
	defer r.Close()
	d := &delivery{endpoint: r.endpoints[0], flaws: r.flaws, body: []byte(`{"id":"evt_1","type":"t"}`),
		header: http.Header{"Stripe-Signature": {good}}}
	if a := d.verify(d); a != nil {
		t.Errorf("the vector is answered %d", a.status)
	}
	d.body = []byte(`{"id":"evt_2","type":"t"}`)
	if a := d.verify(d); a != unauthorized {
		t.Error("another body verifies too")
	}
}

func TestStripeSignature(t *testing.T) {
	list := func(format string) *message { return str().tokens(stripeList(format, str().timestamp)) }
	play(t, for1(Stripe), []row{
		{"genuine", str(), taken},
		{"older secret", str().signed("whsec_older"), taken},
		{"forged", str().forged(), refused},
		{"empty key", str().signed(""), refused},
		{"decoded secret", str().signed(string(decodedSecret(testSecrets(Stripe)[0]))), refused},
		{"secret without its prefix", str().signed(testSecrets(Stripe)[0][len("whsec_"):]), refused},
		{"no header", str().unsigned(), refused},
		{"empty header", list(""), refused},
		{"two lines", str().edited(addHeader("stripe-signature", "t=1,v1=00")), malformed},
		{"good last", list("t=NOW,v1=00,v1=MAC"), taken},
		{"good first", list("t=NOW,v1=MAC,v1=00"), taken},
		{"v0 beside", list("t=NOW,v1=MAC,v0=00"), taken},
		{"v0 only", list("t=NOW,v0=MAC"), refused},
		{"good v0, bad v1", list("t=NOW,v1=00,v0=MAC"), refused},
		{"unknown version beside", list("t=NOW,v2=xx,x=,v1=MAC"), taken},
		{"unknown version only", list("t=NOW,v2=MAC"), refused},
		{"version in capitals", list("t=NOW,V1=MAC"), refused},
		{"no signature", list("t=NOW"), refused},
		{"empty signature", list("t=NOW,v1="), refused},
		{"empty signature beside", list("t=NOW,v1=,v1=MAC"), taken},
		{"truncated", list("t=NOW,v1=" + strings.Repeat("0", 20)), refused},
		{"capital hexadecimal", str().tokens(func(good string) string {
			return strings.NewReplacer("T=", "t=", "V1=", "v1=").Replace(strings.ToUpper(good))
		}), refused},
		{"tail", list("t=NOW,v1=MAC=junk"), refused},
		{"member without a label", list("t=NOW,garbage,,=,v1=MAC"), taken},
		{"signature without a label", list("t=NOW,MAC"), refused},
		{"spaces around members", list(" t=NOW , v1=MAC\t"), taken},
		{"space inside a member", list("t=NOW,v1= MAC"), refused},
		{"body changed", str().edited(func(req *http.Request) { req.Body = http.NoBody; req.ContentLength = 0 }), refused},
	})
}

func TestStripeTimestamp(t *testing.T) {
	now := str().timestamp
	list := func(format string) *message { return str().tokens(stripeList(format, now)) }
	stamp := func(text string) *message { m := str(); m.timestamp = text; return m }
	play(t, for1(Stripe), []row{
		{"just inside the past", str().at(295 * time.Second), taken},
		{"just inside the future", str().at(-295 * time.Second), taken},
		{"stale", str().at(305 * time.Second), refused},
		{"from the future", str().at(-305 * time.Second), refused},
		{"not signed", list("t=1935630122,v1=MAC"), refused},
		{"missing", list("v1=MAC"), malformed},
		{"missing and signed so", stamp(""), malformed},
		{"empty", list("t=,v1=MAC"), malformed},
		{"after the signature", list("v1=MAC,t=NOW"), taken},
		{"twice the same", list("t=NOW,v1=MAC,t=NOW"), taken},
		{"good first", list("t=NOW,t=1,v1=MAC"), malformed},
		{"good last", list("t=1,t=NOW,v1=MAC"), malformed},
		{"a fresh one before a captured one", str().at(time.Hour).tokens(stripeList("t=NOW,t=OLD,v1=MAC", now)), malformed},
		{"milliseconds", stamp(now + "000"), malformed},
		{"plus", stamp("+" + now), malformed},
		{"junk", stamp(now + "abc"), malformed},
		{"not a number", stamp("NaN"), malformed},
		{"minimum", stamp("-9223372036854775808"), malformed},
		{"label in capitals", list("T=NOW,v1=MAC"), malformed},
	})
}

func TestStripeEvent(t *testing.T) {
	play(t, for1(Stripe), []row{
		{"charset", str().edited(header("Content-Type", "application/json; charset=utf-8")), taken},
		{"other content type", str().edited(header("Content-Type", "text/plain")), "415 map[]"},
		{"unhandled type", str().retype("hookassay.unknown"), "202 map[]"},
		{"no type", str().withBody(`{}`), malformed},
		{"type of another type", str().withBody(`{"type":1}`), malformed},
		{"empty id", genuine(Stripe, ""), malformed},
		{"unknown API version", str().withBody(`{"type":"t","api_version":"2099-01-01.x"}`), taken},
		{"thin event", str().withBody(`{"type":"t","object":"v2.core.event"}`), taken},
		{"not JSON", str().withBody("{"), malformed},
		{"array", str().withBody("[]"), malformed},
	})
}

// A redelivery has a signature of its own, and may differ in its body.
func TestStripeRedelivery(t *testing.T) {
	s := open(t, for1(Stripe))
	s.post(str())
	s.post(str().at(-time.Second).withBody(`{"type":"invoice.paid","pending_webhooks":0}`))
	if got, want := s.outcome(), "202 200 map[a:1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Whatever the header is, what counts in it is a text that stands in it, under
// the right label, and there is one timestamp or none.
func FuzzStripeHeader(f *testing.F) {
	for _, seed := range []string{"t=1,v1=00", "t=1,v1=00,v1=11,v0=22", "v1=00 , t=1", "t=1,t=2,v1=", "t,v1,=,,", "t=1,v1=0=1", "é=1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h := parseStripeHeader(text, nil)
		for _, signature := range h.signatures(nil) {
			if !strings.Contains(text, "v1="+signature) {
				t.Fatalf("%q holds no signature %q", text, signature)
			}
		}
		signed, judged, ok := h.times(nil)
		if signed != judged {
			t.Fatalf("%q: %q is signed, and the age is that of %q", text, signed, judged)
		}
		if ok && !strings.Contains(text, "t="+signed) || ok && strings.Contains(signed, ",") {
			t.Fatalf("%q holds no timestamp %q", text, signed)
		}
	})
}
