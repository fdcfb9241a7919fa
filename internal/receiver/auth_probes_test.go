package receiver

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"filippo.io/edwards25519"
)

// spare is a secret, as text and key, that is not among a receiver's own.
func spare(scheme string) (secret, key string) {
	if scheme == StandardWebhooks {
		key = strings.Repeat("\x03", 32)
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(key)), key
	}
	return "spare-secret", "spare-secret"
}

// older is the key behind the second of the usual secrets.
func older(scheme string) string {
	if scheme == StandardWebhooks {
		return strings.Repeat("\x02", 24)
	}
	return testSecrets(scheme)[1]
}

func sparely(m *message) *message {
	_, key := spare(m.scheme)
	return m.signed(key)
}

// withHeader signs with a key of the sender's and sends it along.
func withHeader(m *message) *message {
	return m.signed("a key of mine").edited(header("webhook-secret", "a key of mine"))
}

// spelled sends the good signature's bytes in another spelling.
func spelled(spell func(raw []byte) string) func(*site, func(string) *message) {
	return one(func(m *message) *message { return m.list("LABEL:" + spell(m.mac())) })
}

func encodedOtherwise(m *message) *message {
	if m.scheme == StandardWebhooks {
		return m.list("LABEL:" + hex.EncodeToString(m.mac()))
	}
	return m.list("LABEL:" + base64.StdEncoding.EncodeToString(m.mac()))
}

func strictBase64(raw []byte) string { return base64.StdEncoding.EncodeToString(raw) }

// noncanonical changes bits of the last character that stand for nothing.
func noncanonical(raw []byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	text := strictBase64(raw)
	at := len(text) - 2
	return text[:at] + alphabet[strings.IndexByte(alphabet, text[at])+1:][:1] + "="
}

// inTheQuery moves the signature there.
func inTheQuery(req *http.Request) {
	for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Stripe-Signature"} {
		if values := req.Header[name]; values != nil {
			query := req.URL.Query()
			query.Set(name, values[0])
			req.URL.RawQuery = query.Encode()
			delete(req.Header, name)
		}
	}
}

// twoLines sends a wrong signature in a line before the good one.
func twoLines(req *http.Request) {
	for _, name := range []string{"webhook-signature", "X-Hub-Signature-256", "Stripe-Signature"} {
		if values := req.Header[name]; values != nil {
			req.Header[name] = []string{"bad", values[0]}
		}
	}
}

func svix(req *http.Request, names ...string) {
	for _, name := range names {
		req.Header["svix-"+name] = req.Header["webhook-"+name]
		delete(req.Header, "webhook-"+name)
	}
}

// v1a sends a signature made of what an asymmetric one would sign.
func v1a(sign func(private ed25519.PrivateKey, content []byte) []byte) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		content := fmt.Appendf(nil, "%s.%s.%s", m.id, m.timestamp, m.body)
		signature := sign(ed25519.NewKeyFromSeed(testSeed), content)
		return m.tokens(func(string) string { return "v1a," + strictBase64(signature) })
	})
}

func withS(signature []byte, change func(s *big.Int)) []byte {
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	n := new(big.Int).SetBytes(s)
	change(n)
	s = n.FillBytes(make([]byte, 32))
	slices.Reverse(s)
	return append(slices.Clone(signature[:32]), s...)
}

// order is L (RFC 8032 section 5.1).
func order() *big.Int {
	rest, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return rest.Add(rest, new(big.Int).Lsh(big.NewInt(1), 252))
}

func scalarOf(parts ...[]byte) *edwards25519.Scalar {
	sum := sha512.Sum512(slices.Concat(parts...))
	s, _ := edwards25519.NewScalar().SetUniformBytes(sum[:]) // 64 bytes fit
	return s
}

// neutralR signs with the point (0, 1), whose y is written as p + 1.
func neutralR(private ed25519.PrivateKey, content []byte) []byte {
	r := append([]byte{0xee}, bytes.Repeat([]byte{0xff}, 31)...)
	r[31] = 0x7f
	sum := sha512.Sum512(private.Seed())
	a, _ := edwards25519.NewScalar().SetBytesWithClamping(sum[:32])
	k := scalarOf(r, private[32:], content)
	return append(r, edwards25519.NewScalar().Multiply(k, a).Bytes()...)
}

// forZeroKey tries points of small order for the part of R that cancels [k]A.
func forZeroKey(_ ed25519.PrivateKey, content []byte) []byte {
	zero := make([]byte, ed25519.PublicKeySize)
	a, _ := new(edwards25519.Point).SetBytes(zero)
	for i := 0; ; i++ {
		s := scalarOf([]byte(strconv.Itoa(i)))
		r := new(edwards25519.Point).Subtract(new(edwards25519.Point).ScalarBaseMult(s), a).Bytes()
		if signature := append(r, s.Bytes()...); ed25519.Verify(zero, content, signature) {
			return signature
		}
	}
}

// endingInZero is a signature whose last byte can be left out and guessed.
func endingInZero(m *message) *message {
	for i := 0; ; i++ {
		m.timestamp = strconv.FormatInt(testNow.Unix()-int64(i), 10)
		content := fmt.Appendf(nil, "%s.%s.%s", m.id, m.timestamp, m.body)
		if s := ed25519.Sign(ed25519.NewKeyFromSeed(testSeed), content); s[63] == 0 {
			return m.tokens(func(string) string { return "v1a," + strictBase64(s[:63]) })
		}
	}
}

var asymmetric = []string{publicSecret}

var keyProbes = []probe{
	{flaw: "known-key", send: one(func(m *message) *message { return m.signed("FooBar") }), correct: refused, flawed: taken},
	{flaw: "secret-undecoded", send: one(func(m *message) *message { return m.signed(standardSecret) }), correct: refused, flawed: taken},
	{flaw: "secret-undecoded", send: one(func(m *message) *message { return m.signed(standardSecret[len("whsec_"):]) }), correct: refused, flawed: taken},
	{flaw: "key-from-header", send: one(withHeader), correct: refused, flawed: taken},
	{flaw: "key-confusion-text", secrets: asymmetric, send: one(func(m *message) *message { return m.signed(publicSecret) }), correct: refused, flawed: taken},
	{flaw: "key-confusion-text", secrets: asymmetric, send: one(func(m *message) *message { return m.signed(publicSecret[len("whpk_"):]) }), correct: refused, flawed: taken},
	{flaw: "zero-public-key", secrets: asymmetric, send: v1a(forZeroKey), correct: refused, flawed: taken},
	{flaw: "revoked-accepted", send: one(sparely), correct: refused, flawed: taken, adapt: func(c *Config, scheme string) {
		secret, _ := spare(scheme)
		c.Revoked = map[string][]string{scheme: {secret}}
	}},
	{flaw: "keys-shared", send: one(sparely), correct: refused, flawed: taken, adapt: func(c *Config, scheme string) {
		secret, _ := spare(scheme)
		c.Elsewhere = map[string][]string{scheme: {secret}}
	}},
	{flaw: "previous-refused", send: one(func(m *message) *message { return m.signed(older(m.scheme)) }), correct: taken, flawed: refused},
	{flaw: "pairs-keys", send: lists("BAD", "GOOD"), correct: taken, flawed: refused},
	{flaw: "unconfigured-scheme", send: func(s *site, event func(string) *message) {
		other := map[string]string{GitHub: StandardWebhooks}[event("a").scheme]
		if other == "" {
			other = GitHub
		}
		s.post(genuine(other, "a").forged())
	}, correct: refused, flawed: taken},
	{flaw: "trusts-forwarded-for", send: one(func(m *message) *message {
		return m.forged().edited(header("X-Forwarded-For", "127.0.0.1, 192.0.2.1"))
	}), correct: refused, flawed: taken},
}

var spellingProbes = []probe{
	{flaw: "plain-hash", send: one(func(m *message) *message {
		prefix := map[string]string{StandardWebhooks: m.id + "." + m.timestamp + ".", Stripe: m.timestamp + "."}[m.scheme]
		sum := sha256.Sum256(slices.Concat(m.key, []byte(prefix), m.content(m.body)))
		if m.scheme == StandardWebhooks {
			return m.list("LABEL:" + strictBase64(sum[:]))
		}
		return m.list("LABEL:" + hex.EncodeToString(sum[:]))
	}), correct: refused, flawed: taken},
	{flaw: "compares-suffix", send: one(func(m *message) *message {
		mac := m.mac()
		mac[0] ^= 0x80
		if m.scheme == StandardWebhooks {
			return m.list("LABEL:" + strictBase64(mac))
		}
		return m.list("LABEL:" + hex.EncodeToString(mac))
	}), correct: refused, flawed: taken},
	{flaw: "any-encoding", send: one(encodedOtherwise), correct: refused, flawed: taken},
	{flaw: "base64-lenient", send: spelled(noncanonical), correct: refused, flawed: taken},
	{flaw: "base64-lenient", send: spelled(func(raw []byte) string { return "*" + strictBase64(raw) }), correct: refused, flawed: taken},
	{flaw: "base64-lenient", send: spelled(func(raw []byte) string { return strictBase64(raw) + "=" }), correct: refused, flawed: taken},
	{flaw: "base64-any-alphabet", send: spelled(base64.RawURLEncoding.EncodeToString), correct: refused, flawed: taken},
	{flaw: "signature-in-query", send: edits(inTheQuery), correct: refused, flawed: taken},
	{flaw: "version-any-case", send: one(func(m *message) *message {
		return m.list(strings.ToUpper(grammars[m.scheme].label) + ":MAC")
	}), correct: refused, flawed: taken},
	{flaw: "label-prefix", send: lists("v1b:MAC"), correct: refused, flawed: taken},
	{flaw: "version-by-length", send: lists("v1a:MAC"), correct: refused, flawed: taken},
	{flaw: "comma-tail-ignored", send: lists("GOOD,junk"), correct: refused, flawed: taken},
	{flaw: "empty-token-crash", send: lists("GOOD", "", "BAD"), correct: taken, flawed: crash},
	{flaw: "extra-comma-crash", send: lists("BAD,junk", "GOOD"), correct: taken, flawed: crash},
	{flaw: "repeated-header-crash", send: edits(twoLines), correct: malformed, flawed: crash},
	{flaw: "long-signature-crash", send: one(func(m *message) *message { return m.list("LABEL:" + strings.Repeat("0", 12<<10)) }), correct: refused, flawed: crash},
	{flaw: "quadratic-list", bubble: true, send: func(s *site, event func(string) *message) {
		begin := s.now()
		s.post(event("a").list(append(slices.Repeat([]string{"BAD"}, 999), "GOOD")...))
		s.saw("%v", s.now().Sub(begin))
	}, correct: "202 0s map[a:1]", flawed: "202 4s map[a:1]", byScheme: map[string]string{Stripe: "202 4.008004s map[a:1]"}}, // its timestamp is a member
	{flaw: "svix-accepted", send: edits(func(req *http.Request) {
		svix(req, "id", "timestamp", "signature")
		req.Header.Set("webhook-signature", badSignature)
	}), correct: malformed, flawed: taken},
	{flaw: "svix-per-header", send: edits(func(req *http.Request) { svix(req, "signature") }), correct: refused, flawed: taken},
	{flaw: "svix-verified-only", send: func(s *site, event func(string) *message) {
		s.post(event("a"))
		s.post(event("a").edited(func(req *http.Request) {
			svix(req, "id", "timestamp", "signature")
			req.Header["webhook-id"] = []string{"b"}
		}))
	}, correct: "202 401 map[a:1]", flawed: "202 202 map[a:1 b:1]"},
	{flaw: "dotted-id", send: one(func(m *message) *message { m.id = "a.b"; return m }), correct: malformed, flawed: "202 map[a.b:1]"},
	{flaw: "empty-id-accepted", send: one(func(m *message) *message { m.id = ""; return m }), correct: "400", flawed: "202",
		effects: func(map[string]int) string { return "" }},
	{flaw: "long-id-crash", send: one(func(m *message) *message { m.id = strings.Repeat("i", 256); return m }), correct: "202 1", flawed: "500 0",
		effects: func(all map[string]int) string { return strconv.Itoa(len(all)) }},
	{flaw: "odd-id-crash", send: one(func(m *message) *message { m.id = "a'"; return m }), correct: "202 map[a':1]", flawed: crash},
}

var asymmetricProbes = []probe{
	{flaw: "s-unreduced", secrets: asymmetric, send: v1a(func(private ed25519.PrivateKey, content []byte) []byte {
		return withS(ed25519.Sign(private, content), func(s *big.Int) { s.Add(s, order()) })
	}), correct: refused, flawed: taken},
	{flaw: "r-noncanonical", secrets: asymmetric, send: v1a(neutralR), correct: refused, flawed: taken},
	{flaw: "v1a-length-unchecked", secrets: asymmetric, send: one(endingInZero), correct: refused, flawed: taken},
	{flaw: "v1a-length-unchecked", secrets: asymmetric, send: v1a(func(private ed25519.PrivateKey, content []byte) []byte {
		return append(ed25519.Sign(private, content), 0)
	}), correct: refused, flawed: taken},
	{flaw: "zero-signature", secrets: asymmetric, send: v1a(func(ed25519.PrivateKey, []byte) []byte { return make([]byte, 64) }), correct: refused, flawed: taken},
	{flaw: "prehash-accepted", secrets: asymmetric, send: v1a(func(private ed25519.PrivateKey, content []byte) []byte {
		sum := sha512.Sum512(content)
		signature, _ := private.Sign(nil, sum[:], &ed25519.Options{Hash: crypto.SHA512}) // fails for other hashes only
		return signature
	}), correct: refused, flawed: taken},
}
