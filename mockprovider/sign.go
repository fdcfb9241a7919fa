package mockprovider

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// algorithms make a signature or MAC of content.
var algorithms = map[string]func(key, content []byte) []byte{
	"hmac-sha256": func(key, content []byte) []byte { return mac(sha256.New, key, content) },
	"hmac-sha1":   func(key, content []byte) []byte { return mac(sha1.New, key, content) },
	"hmac-sha512": func(key, content []byte) []byte { return mac(sha512.New, key, content) },
	"ed25519": func(key, content []byte) []byte {
		return ed25519.Sign(ed25519.PrivateKey(key), content)
	},
}

// encodings write a signature as text.
var encodings = map[string]func([]byte) string{
	"base64": base64.StdEncoding.EncodeToString,
	"hex":    hex.EncodeToString,
}

func mac(h func() hash.Hash, key, content []byte) []byte {
	m := hmac.New(h, key)
	m.Write(content)
	return m.Sum(nil)
}

// signed is what a signature is made over.
type signed struct {
	id, timestamp string
	body          []byte
}

// content fills a scheme's template, such as "{id}.{timestamp}.{body}".
func (s signed) content(template string) []byte {
	before, after, hasBody := strings.Cut(template, "{body}")
	fill := strings.NewReplacer("{id}", s.id, "{timestamp}", s.timestamp)
	out := []byte(fill.Replace(before))
	if hasBody {
		out = append(out, s.body...)
		out = append(out, fill.Replace(after)...)
	}
	return out
}

// sign makes one signature of the version, encoded but without its prefix.
func (v Version) sign(h SignatureHeader, key Secret, s signed) string {
	if text, ok := v.signOfficially(h, key, s); ok {
		return text
	}
	return encodings[v.Encoding](algorithms[v.Algorithm](key.Key, s.content(h.Content)))
}

// signOfficially signs with the Standard Webhooks library, so that what it and
// its users call genuine is what we send. It signs only canonical timestamps
// and non-empty keys; for others there is no official signature.
func (v Version) signOfficially(h SignatureHeader, key Secret, s signed) (string, bool) {
	if v.Name != "v1" || key.Form != FormWhsec || len(key.Key) == 0 || h.Content != "{id}.{timestamp}.{body}" {
		return "", false
	}
	seconds, err := strconv.ParseInt(s.timestamp, 10, 64)
	if err != nil || strconv.FormatInt(seconds, 10) != s.timestamp {
		return "", false
	}
	wh, err := standardwebhooks.NewWebhookRaw(key.Key)
	if err != nil {
		return "", false
	}
	text, err := wh.Sign(s.id, time.Unix(seconds, 0), s.body)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(text, v.Prefix)
}

// stamp is the member of the signature header that holds the timestamp, with
// the separator behind it; empty where the timestamp stands elsewhere.
func (s *Scheme) stamp(h SignatureHeader, timestamp string) string {
	if s.Timestamp == nil || s.Timestamp.Member == "" {
		return ""
	}
	return s.Timestamp.Member + timestamp + h.Separator
}

// version returns the version that a secret of that form makes.
func (h SignatureHeader) version(form SecretForm) (Version, bool) {
	for _, v := range h.Versions {
		if v.Secret == form {
			return v, true
		}
	}
	return Version{}, false
}
