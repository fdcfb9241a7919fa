package receiver

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whatever comes in unsigned headers and body, a correct receiver refuses it
// without an accident.
func FuzzUnsignedDeliveries(f *testing.F) {
	r := newReceiver(f, allSchemes())
	f.Cleanup(r.Close)
	f.Add("webhook-signature", badSignature, "webhook-id", "webhook-timestamp", "1935630121", []byte("{}"))
	f.Add("x-hub-signature-256", "sha256=00", "x-github-event", "x-github-delivery", "a", []byte("{"))
	f.Add("stripe-signature", "t=1935630121,v1=00,v0=", "a", "b", "c", []byte("{}"))
	f.Add("authorization", "Bearer x", "ce-id", "ce-source", "%zz", []byte(""))
	f.Fuzz(func(t *testing.T, name, value, name2, name3, value3 string, body []byte) {
		req := httptest.NewRequest(http.MethodPost, "/webhooks", bytes.NewReader(body))
		req.Header.Add("Content-Type", "application/json")
		req.Header.Add(name, value)
		req.Header.Add(name2, value)
		req.Header.Add(name3, value3)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		if w.Code != http.StatusBadRequest && w.Code != http.StatusUnauthorized {
			t.Fatalf("answered %d", w.Code)
		}
		if n := len(r.Effects()); n != 0 {
			t.Fatalf("%d effects", n)
		}
	})
}

// Whatever a sender signs, a correct receiver does not break on.
func FuzzSignedBodies(f *testing.F) {
	r := newReceiver(f, allSchemes())
	f.Cleanup(r.Close)
	for _, seed := range []string{`{"type":"t"}`, `{`, "null", "\xff", `{"type":1}`, `{"id":"a","specversion":"1.0"}`} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, structured bool) {
		for _, scheme := range everyScheme {
			m := genuine(scheme, "a").withBody(string(body))
			if structured {
				m.edited(header("Content-Type", "application/cloudevents+json"))
			}
			w := httptest.NewRecorder()
			s := &site{t: t, r: r}
			req := m.request(t, "")
			canonical(req)
			s.r.ServeHTTP(w, req)
			if w.Code >= 500 || w.Code == http.StatusUnauthorized {
				t.Fatalf("%s: answered %d", scheme, w.Code)
			}
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{"0", "1935630121", "-1", "01", "1.5", "9223372036854775807", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seconds, ok := timestamps{}.parse(text)
		if ok && (seconds < 0 || seconds > 999_999_999_999 || len(text) > 12) {
			t.Fatalf("%q is %v", text, seconds)
		}
	})
}
