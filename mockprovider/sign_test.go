package mockprovider

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func TestOfficialVectors(t *testing.T) {
	for _, tt := range []struct {
		name, scheme, header, secret string
		signed                       signed
		want                         string
	}{
		// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
		{
			name: "GitHub's documentation", scheme: "github", header: "X-Hub-Signature-256",
			secret: "It's a Secret to Everybody", signed: signed{body: []byte("Hello, World!")},
			want: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
		},
		// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/webhook_test.go
		{
			name: "Standard Webhooks' library", scheme: "standard-webhooks", header: "webhook-signature",
			secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			signed: signed{id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", body: []byte(`{"test": 2432232314}`)},
			want:   "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scheme, err := FindScheme(tt.scheme)
			if err != nil {
				t.Fatal(err)
			}
			secret, err := ParseSecret(scheme, tt.secret)
			if err != nil {
				t.Fatal(err)
			}
			h := signatureHeader(t, scheme, tt.header)
			v, ok := h.version(secret.Form)
			if got := v.Prefix + v.sign(h, secret, tt.signed); !ok || got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func signatureHeader(t *testing.T, s *Scheme, name string) SignatureHeader {
	t.Helper()
	for _, h := range s.Signatures {
		if h.Header == name {
			return h
		}
	}
	t.Fatalf("%s has no header %s", s.Name, name)
	return SignatureHeader{}
}

// Our own HMAC steps in where the official library cannot sign; where it can,
// both must agree.
func TestOwnSignatureIsTheOfficialOne(t *testing.T) {
	scheme, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	h := signatureHeader(t, scheme, "webhook-signature")
	official, _ := h.version(FormWhsec)
	own := official
	own.Name = "" // what makes it official
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	for range 2000 {
		key := Secret{Form: FormWhsec, Key: random(24 + r.IntN(41))}
		s := signed{
			id: string(random(r.IntN(40))), timestamp: fmt.Sprint(r.Int64() - r.Int64()), body: random(r.IntN(300)),
		}
		theirs, ok := official.signOfficially(h, key, s)
		if ours := own.sign(h, key, s); !ok || ours != theirs {
			t.Fatalf("id %q, timestamp %s, body %q\nours   %s\ntheirs %s, %v", s.id, s.timestamp, s.body, ours, theirs, ok)
		}
	}
}

func TestOfficialLibrarySignsOnlyWhatItCan(t *testing.T) {
	scheme, err := FindScheme("standard-webhooks")
	if err != nil {
		t.Fatal(err)
	}
	h := signatureHeader(t, scheme, "webhook-signature")
	v, _ := h.version(FormWhsec)
	key := Secret{Form: FormWhsec, Key: bytes.Repeat([]byte{7}, 24)}
	for _, tt := range []struct {
		name, timestamp string
		key             Secret
		want            bool
	}{
		{"a number", "1614265330", key, true},
		{"a negative number", "-9223372036854775808", key, true},
		{"a sign", "+1614265330", key, false},
		{"a leading zero", "01614265330", key, false},
		{"something behind", "1614265330abc", key, false},
		{"no number", "yesterday", key, false},
		{"beyond 64 bits", "9223372036854775808", key, false},
		{"the empty key", "1614265330", Secret{Form: FormWhsec, Key: []byte{}}, false},
	} {
		s := signed{id: "msg_1", timestamp: tt.timestamp, body: []byte("{}")}
		theirs, ok := v.signOfficially(h, tt.key, s)
		if ok != tt.want {
			t.Errorf("%s: signed officially %v, want %v", tt.name, ok, tt.want)
		}
		// However it is made, the signature covers the text as it is sent.
		want := base64.StdEncoding.EncodeToString(algorithms["hmac-sha256"](tt.key.Key, []byte("msg_1."+tt.timestamp+".{}")))
		if got := v.sign(h, tt.key, s); got != want || ok && theirs != want {
			t.Errorf("%s: got %s and officially %s, want %s", tt.name, got, theirs, want)
		}
	}
}

func TestGenuineDeliveriesVerify(t *testing.T) {
	for _, k := range kits(t) {
		d := k.mustDeliver(t)
		for _, h := range k.composer.Scheme.Signatures {
			if got, want := header(d, h.Header), k.rightSignature(d, h, k.composer.Secret); got != want {
				t.Errorf("%s: %s is %s, want %s", k.name, h.Header, got, want)
			}
		}
		standard := k.composer.Scheme.Name == "standard-webhooks"
		switch form := k.composer.Secret.Form; {
		case standard && form == FormWhsec:
			if err := official(t, d, k.composer.Secret); err != nil {
				t.Errorf("%s: the official library: %v", k.name, err)
			}
		case standard && form == FormWhsk:
			public := ed25519.PrivateKey(k.composer.Secret.Key).Public().(ed25519.PublicKey)
			label, encoded, _ := strings.Cut(header(d, "webhook-signature"), ",")
			sig, err := base64.StdEncoding.DecodeString(encoded)
			content := header(d, "webhook-id") + "." + header(d, "webhook-timestamp") + "." + string(d.Message.Body)
			if label != "v1a" || err != nil || !ed25519.Verify(public, []byte(content), sig) {
				t.Errorf("%s: %s is no v1a signature", k.name, header(d, "webhook-signature"))
			}
		case k.composer.Scheme.Bearer != nil:
			if got, want := header(d, "Authorization"), "Bearer "+k.composer.Secret.text; got != want {
				t.Errorf("%s: the credentials are not the token (RFC 6750 section 2.1)", k.name)
			}
		}
	}
}

// A receiver that uses the official library, tolerance and all, takes what is
// attempted now.
func TestOfficialLibraryTakesAFreshDelivery(t *testing.T) {
	k := newKit(t, "standard-webhooks", FormWhsec)
	e, err := k.maker.Make(EventSpec{Key: "k", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.composer.Compose(e, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wh, err := standardwebhooks.NewWebhook(k.composer.Secret.text)
	if err != nil {
		t.Fatal(err)
	}
	if err := wh.Verify(d.Message.Body, map[string][]string{
		"Webhook-Id":        {header(d, "webhook-id")},
		"Webhook-Timestamp": {header(d, "webhook-timestamp")},
		"Webhook-Signature": {header(d, "webhook-signature")},
	}); err != nil {
		t.Error(err)
	}
}

func TestSignedContent(t *testing.T) {
	s := signed{id: "{body}", timestamp: "{id}", body: []byte("{timestamp}")}
	for template, want := range map[string]string{
		"{id}.{timestamp}.{body}": "{body}.{id}.{timestamp}",
		"v0:{timestamp}:{body}":   "v0:{id}:{timestamp}",
		"{body}|{id}":             "{timestamp}|{body}",
		"{timestamp}{id}":         "{id}{body}",
		"{body}":                  "{timestamp}",
	} {
		if got := string(s.content(template)); got != want {
			t.Errorf("%s becomes %s, want %s", template, got, want)
		}
	}
}
