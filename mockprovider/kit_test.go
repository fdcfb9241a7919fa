package mockprovider

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var update = flag.Bool("update", false, "write testdata anew")

// attemptAt is when the tests' deliveries are attempted.
var attemptAt = time.Date(2026, 5, 4, 3, 2, 1, 987_654_321, time.UTC)

// A kit is a scheme with one form of secret.
type kit struct {
	name     string
	maker    *Maker
	composer *Composer
}

func newKit(t testing.TB, scheme string, form SecretForm) kit {
	t.Helper()
	s, err := FindScheme(scheme)
	if err != nil {
		t.Fatal(err)
	}
	m := NewMaker(s, nil, 42, "a nonce")
	return kit{scheme + " " + string(form), m, &Composer{
		Scheme: s, Secret: SecretFromBytes(form, sha256.Sum256([]byte("a key"))), Foreign: m.Foreign(form),
		Tolerance: Tolerance{Past: Duration(5 * time.Minute), Future: Duration(3 * time.Minute)},
		Host:      "127.0.0.1:8080", Path: "/webhooks?tenant=7", Origin: s.Origin,
		Others: map[string]Secret{
			"previous": SecretFromBytes(form, sha256.Sum256([]byte("an older key"))),
			"revoked":  SecretFromBytes(form, sha256.Sum256([]byte("a revoked key"))),
			"other":    SecretFromBytes(form, sha256.Sum256([]byte("another endpoint's key"))),
		},
	}}
}

// kits are every scheme with every form of secret that it takes.
func kits(t testing.TB) []kit {
	t.Helper()
	var all []kit
	for _, name := range SchemeNames() {
		s, err := FindScheme(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range s.Secrets {
			all = append(all, newKit(t, name, form))
		}
	}
	return all
}

// ownKit is a scheme of a user's own, whose id stands in the body only.
func ownKit(t testing.TB) kit {
	t.Helper()
	k := newKit(t, "testdata/own/slack.yaml", FormUTF8)
	k.name = "own"
	return k
}

// samplesKit sends a user's own samples, one of which is poison.
func samplesKit(t testing.TB) kit {
	t.Helper()
	k, dir := newKit(t, "standard-webhooks", FormWhsec), t.TempDir()
	samples := &Samples{Type: "/type", Set: map[string]string{"/data/id": "{canary}"}, Free: []string{"/data/metadata"}}
	for name, body := range map[string]string{
		"paid.json":   `{"type":"invoice.paid","timestamp":"2026-05-04T03:02:01Z","data":{"id":"in_1","text":"grüße","amount":12,"metadata":{}}}`,
		"poison.json": `{"type":"invoice.poison","timestamp":"2026-05-04T03:02:01Z","data":{"id":"in_2","text":"grüße","amount":"none","metadata":{}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := samples.Load(filepath.Join(dir, "paid.json"), false); err != nil {
		t.Fatal(err)
	}
	if err := samples.LoadPoison(filepath.Join(dir, "poison.json"), false); err != nil {
		t.Fatal(err)
	}
	k.name, k.maker = "samples", NewMaker(k.composer.Scheme, samples, 42, "a nonce")
	return k
}

// has reports whether the kit has what the fault needs.
func (k kit) has(f Fault) bool {
	return !slices.ContainsFunc(f.Needs, func(need Feature) bool {
		_, other := k.composer.Others[SecretSlots[need]]
		return !other && !k.composer.Scheme.Has(need, k.composer.Secret) && !k.maker.Has(need)
	})
}

// deliver makes an event and an attempt of it.
func (k kit) deliver(faults ...FaultUse) (Delivery, error) {
	spec := EventSpec{Key: "ts.stale/1/faulty", Now: attemptAt}
	if err := ApplyToEvent(&spec, faults); err != nil {
		return Delivery{}, err
	}
	e, err := k.maker.Make(spec)
	if err != nil {
		return Delivery{}, err
	}
	return k.composer.Compose(e, attemptAt, faults)
}

func (k kit) mustDeliver(t testing.TB, faults ...FaultUse) Delivery {
	t.Helper()
	d, err := k.deliver(faults...)
	if err != nil {
		t.Fatalf("%s: %v", k.name, err)
	}
	return d
}

func text(name, param string) FaultUse            { return FaultUse{name, Param{Text: param}} }
func list(name string, params ...string) FaultUse { return FaultUse{name, Param{List: params}} }
func plain(name string) FaultUse                  { return FaultUse{Name: name} }

// pairsOf is a fault with a map of keys and values in turn.
func pairsOf(name string, params ...string) FaultUse {
	use := FaultUse{Name: name}
	for i := 0; i < len(params); i += 2 {
		use.Param.Map = append(use.Param.Map, Pair{params[i], params[i+1]})
	}
	return use
}

func header(d Delivery, name string) string {
	for _, f := range d.Message.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// stamp is the timestamp as it was sent: a header, or a member of the
// signature's.
func (k kit) stamp(d Delivery) string {
	s := k.composer.Scheme
	if s.Timestamp == nil || s.Timestamp.Header != "" {
		return header(d, k.timestampHeader())
	}
	_, rest, _ := strings.Cut(header(d, s.Signatures[0].Header), s.Timestamp.Member)
	text, _, _ := strings.Cut(rest, s.Signatures[0].Separator)
	return text
}

// timestampHeader is the header in which the timestamp stands.
func (k kit) timestampHeader() string {
	s := k.composer.Scheme
	switch {
	case s.Timestamp == nil:
		return ""
	case s.Timestamp.Header != "":
		return s.Timestamp.Header
	}
	return s.Signatures[0].Header
}

// rightSignature makes the value of a signature header that is right for what
// was sent, with other code than the package's.
func (k kit) rightSignature(d Delivery, h SignatureHeader, s Secret) string {
	scheme := k.composer.Scheme
	values := []string{"{id}", header(d, scheme.ID.Header), "{body}", string(d.Message.Body)}
	stamp, member := k.stamp(d), ""
	values = append(values, "{timestamp}", stamp)
	if k.composer.Scheme.Has("timestamp-member", s) {
		member = scheme.Timestamp.Member + stamp + h.Separator
	}
	content := []byte(strings.NewReplacer(values...).Replace(h.Content))
	for _, v := range h.Versions {
		if v.Secret != s.Form {
			continue
		}
		var sum []byte
		if v.Algorithm == "ed25519" {
			sum = ed25519.Sign(s.Key, content)
		} else {
			m := hmac.New(map[string]func() hash.Hash{"hmac-sha256": sha256.New, "hmac-sha1": sha1.New, "hmac-sha512": sha512.New}[v.Algorithm], s.Key)
			m.Write(content)
			sum = m.Sum(nil)
		}
		return member + v.Prefix + map[string]func([]byte) string{"hex": hex.EncodeToString, "base64": base64.StdEncoding.EncodeToString}[v.Encoding](sum)
	}
	return "nothing is made with " + string(s.Form)
}

// official verifies a delivery as a user of the official library would.
func official(t testing.TB, d Delivery, s Secret) error {
	t.Helper()
	wh, err := standardwebhooks.NewWebhookRaw(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return wh.VerifyIgnoringTimestamp(d.Message.Body, map[string][]string{
		"Webhook-Id":        {header(d, "webhook-id")},
		"Webhook-Timestamp": {header(d, "webhook-timestamp")},
		"Webhook-Signature": {header(d, "webhook-signature")},
	})
}
