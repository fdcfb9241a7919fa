package receiver

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	testNow  = time.Date(2031, 5, 4, 3, 2, 1, 0, time.UTC)
	testSeed = bytes.Repeat([]byte{7}, ed25519.SeedSize)

	standardSecret = "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	olderSecret    = "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{2}, 24))
	privateSecret  = "whsk_" + base64.StdEncoding.EncodeToString(testSeed)
	publicSecret   = "whpk_" + base64.StdEncoding.EncodeToString(publicKey())
)

func publicKey() ed25519.PublicKey {
	return ed25519.NewKeyFromSeed(testSeed).Public().(ed25519.PublicKey)
}

func testSecrets(scheme string) []string {
	return map[string][]string{
		StandardWebhooks: {standardSecret, olderSecret},
		GitHub:           {"It's a Secret to Everybody", "older"},
		CloudEvents:      {"mF_9.B5f-4.1JqM", "older-token"},
		Stripe:           {"whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH", "whsec_older"},
	}[scheme]
}

// A message is a delivery that a test makes, signed by code of its own.
type message struct {
	scheme, id, kind, source string
	method                   string
	body                     []byte
	structured               bool // CloudEvents
	timestamp                string
	claimed                  string // the timestamp sent instead of the signed one

	key       []byte // signs, or is the token
	hash      func() hash.Hash
	cover     []byte                   // is signed instead of the body
	cut       int                      // of the MAC's bytes, how many are sent; 0: all
	signature func(good string) string // the signature's header instead of the good one
	edit      func(*http.Request)
}

// genuine is a delivery that a correct receiver accepts and processes.
func genuine(scheme, id string) *message {
	m := &message{scheme: scheme, id: id, method: http.MethodPost, hash: sha256.New,
		timestamp: strconv.FormatInt(testNow.Unix(), 10), source: "/orders"}
	switch scheme {
	case StandardWebhooks:
		m.kind = "invoice.paid"
		m.key = bytes.Repeat([]byte{1}, 32)
	case GitHub:
		m.kind = "star" // a correct receiver takes its body as it is
		m.key = []byte(testSecrets(GitHub)[0])
	case CloudEvents:
		m.kind = "com.example.order.created"
		m.key = []byte(testSecrets(CloudEvents)[0])
	case Stripe:
		m.kind = "invoice.paid"
		m.key = []byte(testSecrets(Stripe)[0])
	}
	m.body = fmt.Appendf(nil, `{"type":%q,"timestamp":%q,"data":{"id":%q,"note":"café"}}`,
		m.kind, testNow.Format(time.RFC3339), id)
	return m
}

func (m *message) withBody(body string) *message {
	m.body = []byte(body)
	return m
}

// retype changes the event's type, wherever the scheme says it.
func (m *message) retype(kind string) *message {
	m.body = bytes.Replace(m.body, []byte(`"`+m.kind+`"`), []byte(`"`+kind+`"`), 1)
	m.kind = kind
	return m
}

func (m *message) at(age time.Duration) *message {
	m.timestamp = strconv.FormatInt(testNow.Add(-age).Unix(), 10)
	return m
}

func (m *message) signed(with string) *message {
	m.key = []byte(with)
	return m
}

func (m *message) forged() *message { return m.signed("another key") }

func (m *message) tokens(signature func(good string) string) *message {
	m.signature = signature
	return m
}

// A grammar is how a scheme writes signatures: what stands between two of them,
// what between label and text, the label that counts, and a text that is wrong.
type grammar struct{ between, inside, label, wrong string }

var grammars = map[string]grammar{
	StandardWebhooks: {" ", ",", "v1", badSignature[3:]},
	GitHub:           {",", "=", "sha256", strings.Repeat("0", 64)},
	Stripe:           {",", "=", "v1", strings.Repeat("0", 64)},
}

// list sends the tokens in place of the good signature. In them GOOD and BAD are
// signatures, MAC is the good one's text, LABEL the right label, and ":" what
// stands between the two.
func (m *message) list(tokens ...string) *message {
	g := grammars[m.scheme]
	return m.tokens(func(good string) string {
		begin := strings.LastIndex(good, g.label+g.inside)
		mac := good[begin+len(g.label+g.inside):]
		text := strings.NewReplacer("GOOD", "LABEL:MAC", "BAD", "LABEL:WRONG").Replace(strings.Join(tokens, g.between))
		text = strings.NewReplacer(":", g.inside, "LABEL", g.label, "MAC", mac, "WRONG", g.wrong).Replace(text)
		return good[:begin] + text // Stripe's timestamp stands before it
	})
}

func (m *message) edited(edit func(*http.Request)) *message {
	m.edit = edit
	return m
}

// unsigned leaves the signature or credential away.
func (m *message) unsigned() *message {
	return m.edited(func(req *http.Request) {
		for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Authorization", "Stripe-Signature"} {
			delete(req.Header, name)
		}
	})
}

// content is a body as the scheme has it: Stripe's events hold their id.
func (m *message) content(body []byte) []byte {
	rest, isObject := bytes.CutPrefix(body, []byte("{"))
	if m.scheme != Stripe || !isObject {
		return body
	}
	comma := ","
	if bytes.HasPrefix(rest, []byte("}")) {
		comma = ""
	}
	return fmt.Appendf(nil, `{"id":%q%s%s`, m.id, comma, rest)
}

func (m *message) mac() []byte {
	covered := m.body
	if m.cover != nil {
		covered = m.cover
	}
	h := hmac.New(m.hash, m.key)
	switch m.scheme {
	case StandardWebhooks:
		fmt.Fprintf(h, "%s.%s.", m.id, m.timestamp)
	case Stripe:
		fmt.Fprintf(h, "%s.", m.timestamp)
	}
	h.Write(m.content(covered))
	sum := h.Sum(nil)
	if m.cut > 0 {
		sum = sum[:m.cut]
	}
	return sum
}

func (m *message) asymmetric() string {
	content := fmt.Appendf(nil, "%s.%s.%s", m.id, m.timestamp, m.body)
	return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(testSeed), content))
}

func (m *message) request(t testing.TB, base string) *http.Request {
	t.Helper()
	body := m.content(m.body)
	if m.structured {
		body = m.envelope(t)
	}
	req, err := http.NewRequest(m.method, base+"/webhooks", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	h := req.Header
	h.Set("Content-Type", "application/json")
	switch m.scheme {
	case StandardWebhooks:
		h["webhook-id"] = []string{m.id}
		h["webhook-timestamp"] = []string{cmp.Or(m.claimed, m.timestamp)}
		h["webhook-signature"] = []string{m.sign("v1,", base64.StdEncoding.EncodeToString)}
	case GitHub:
		h.Set("X-GitHub-Delivery", m.id)
		h.Set("X-GitHub-Event", m.kind)
		h.Set("X-Hub-Signature-256", m.sign("sha256=", hex.EncodeToString))
	case Stripe:
		h.Set("Stripe-Signature", m.sign(m.dating()+"v1=", hex.EncodeToString))
	case CloudEvents:
		h.Set("Authorization", "Bearer "+string(m.key))
		if m.structured {
			h.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
			break
		}
		h["ce-id"], h["ce-source"], h["ce-type"] = []string{m.id}, []string{m.source}, []string{m.kind}
		h["ce-specversion"], h["ce-time"] = []string{"1.0"}, []string{testNow.Format(time.RFC3339)}
	}
	if m.edit != nil {
		m.edit(req)
	}
	return req
}

// dating is Stripe's timestamp, which stands in the signature's header.
func (m *message) dating() string {
	if m.timestamp == "" {
		return ""
	}
	return "t=" + cmp.Or(m.claimed, m.timestamp) + ","
}

func (m *message) sign(prefix string, encode func([]byte) string) string {
	good := prefix + encode(m.mac())
	if m.signature != nil {
		return m.signature(good)
	}
	return good
}

func (m *message) envelope(t testing.TB) []byte {
	b, err := json.Marshal(map[string]any{"id": m.id, "source": m.source, "type": m.kind,
		"specversion": "1.0", "time": testNow.Format(time.RFC3339), "data": json.RawMessage(m.body)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// header sets one header after signing; "" deletes it.
func header(name, value string) func(*http.Request) {
	return func(req *http.Request) {
		for have := range req.Header {
			if strings.EqualFold(have, name) {
				delete(req.Header, have)
			}
		}
		if value != "" {
			req.Header[name] = []string{value}
		}
	}
}

// headerLines sets one header to several lines after signing.
func headerLines(name string, lines []string) func(*http.Request) {
	return func(req *http.Request) {
		delete(req.Header, name)
		req.Header[http.CanonicalHeaderKey(name)] = lines
	}
}

// sha1Header is GitHub's legacy signature.
func (m *message) sha1Header() string {
	h := hmac.New(sha1.New, m.key)
	h.Write(m.body)
	return "sha1=" + hex.EncodeToString(h.Sum(nil))
}
