package receiver

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"sync"
)

// A macKey computes HMACs with one key. It keeps keyed hashes for reuse: keying
// one costs about as much as hashing a small delivery.
type macKey struct {
	key    []byte
	hashes sync.Pool // of hash.Hash
}

func newMACKey(key []byte) *macKey {
	k := &macKey{key: key}
	k.hashes.New = func() any { return hmac.New(sha256.New, key) }
	return k
}

// sum is the HMAC-SHA256 of prefix followed by body.
func (k *macKey) sum(prefix, body []byte) [sha256.Size]byte {
	h := k.hashes.Get().(hash.Hash)
	defer k.hashes.Put(h)
	h.Reset()
	h.Write(prefix)
	h.Write(body)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

func (k *macKey) sha1(prefix, body []byte) []byte { return k.with(sha1.New, prefix, body) }

func (k *macKey) with(newHash func() hash.Hash, prefix, body []byte) []byte {
	h := hmac.New(newHash, k.key)
	h.Write(prefix)
	h.Write(body)
	return h.Sum(nil)
}

// A macVerifier knows which HMACs are good for one delivery: those that one of
// its keys makes of the content.
type macVerifier struct {
	flaws flawSet
	keys  []*macKey
	sums  [][sha256.Size]byte // by key
	parts [2][]byte           // the content
}

func newMACVerifier(flaws flawSet, keys []*macKey, prefix, body []byte) *macVerifier {
	v := &macVerifier{flaws: flaws, keys: keys, parts: [2][]byte{prefix, body}}
	for _, k := range keys {
		v.sums = append(v.sums, k.sum(prefix, body))
	}
	return v
}

// good reports whether mac is the content's HMAC, in constant time. It is the
// n-th signature of its list, from 0, which makes no difference to a correct
// receiver.
func (v *macVerifier) good(n int, mac []byte) bool {
	for i := range v.sums {
		if v.flaws.has("pairs-keys") && i != n {
			continue
		}
		if v.equal(v.sums[i][:], mac) || v.goodLoosely(i, mac) {
			return true
		}
	}
	return false
}

// goodLoosely is how flawed receivers take something else for an HMAC-SHA256.
func (v *macVerifier) goodLoosely(i int, mac []byte) bool {
	switch {
	case v.flaws.has("plain-hash"):
		sum := sha256.Sum256(slices.Concat(v.keys[i].key, v.parts[0], v.parts[1]))
		return hmac.Equal(sum[:], mac)
	case v.flaws.has("hash-by-length") && len(mac) == sha1.Size:
		return hmac.Equal(v.keys[i].sha1(v.parts[0], v.parts[1]), mac)
	case v.flaws.has("hash-by-length") && len(mac) == sha512.Size:
		return hmac.Equal(v.keys[i].with(sha512.New, v.parts[0], v.parts[1]), mac)
	}
	return false
}

func (v *macVerifier) equal(want, got []byte) bool {
	if v.flaws.has("short-compare") {
		shorter := min(len(want), len(got))
		want, got = want[:shorter], got[:shorter]
	}
	if n := len(want); v.flaws.has("compares-prefix") && len(got) == n {
		want, got = want[:n-1], got[:n-1]
	}
	if v.flaws.has("compares-suffix") && len(got) == len(want) {
		want, got = want[1:], got[1:]
	}
	return hmac.Equal(want, got)
}

// spelt reports whether the text is the content's HMAC in base64, but for case.
func (v *macVerifier) spelt(text string) bool {
	for i := range v.sums {
		if strings.EqualFold(base64.StdEncoding.EncodeToString(v.sums[i][:]), text) {
			return true
		}
	}
	return false
}

// decodeHex decodes the lower-case hexadecimal that GitHub and Stripe send.
func decodeHex(flaws flawSet, text string) ([]byte, bool) {
	if flaws.has("hex-any-case") {
		text = strings.ToLower(text)
	}
	if flaws.has("any-encoding") {
		if b, err := base64.StdEncoding.DecodeString(text); err == nil && len(b) == sha256.Size {
			return b, true
		}
	}
	most := sha256.Size
	if flaws.has("hash-by-length") {
		most = sha512.Size
	}
	if len(text) > 2*most || strings.ToLower(text) != text {
		return nil, false
	}
	b, err := hex.DecodeString(text)
	return b, err == nil
}

// knownKey was built into a receiver that was published
// (https://nvd.nist.gov/vuln/detail/CVE-2025-61926).
const knownKey = "FooBar"

// macKeys are the keys a scheme verifies HMACs with.
func macKeys(flaws flawSet, keys ...[]byte) []*macKey {
	var ks []*macKey
	for _, key := range keys {
		ks = append(ks, newMACKey(key))
	}
	if flaws.has("empty-key") || flaws.has("secret-unset-empty-key") && len(keys) == 0 {
		ks = append(ks, newMACKey(nil))
	}
	if flaws.has("known-key") {
		ks = append(ks, newMACKey([]byte(knownKey)))
	}
	return ks
}
