package receiver

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"

	"filippo.io/edwards25519"
)

// publicKeys are the keys that ed25519 signatures are verified with.
func (s *standard) publicKeys(d *delivery) []ed25519.PublicKey {
	keys := s.public
	if s.flaws.has("zero-public-key") {
		keys = append(slices.Clone(keys), make([]byte, ed25519.PublicKeySize))
	}
	if s.flaws.has("key-from-header") {
		text, _ := strings.CutPrefix(d.header.Get("Webhook-Public-Key"), "whpk_")
		if key, err := base64.StdEncoding.DecodeString(text); err == nil && len(key) == ed25519.PublicKeySize {
			keys = append(slices.Clone(keys), key)
		}
	}
	return keys
}

func (s *standard) signedByPrivate(d *delivery, prefix string, body, signature []byte) bool {
	keys := s.publicKeys(d)
	if len(keys) == 0 {
		return false
	}
	if s.flaws.has("v1a-length-unchecked") {
		signature = append(signature, make([]byte, ed25519.SignatureSize)...)[:ed25519.SignatureSize]
	}
	if len(signature) != ed25519.SignatureSize {
		return false
	}
	content := append([]byte(prefix), body...)
	for _, key := range keys {
		if ed25519.Verify(key, content, signature) || s.verifiedLoosely(key, content, signature) {
			return true
		}
	}
	return false
}

// verifiedLoosely is how verifiers accept what RFC 8032 section 5.1.7 calls
// invalid. The signature has its right length.
func (s *standard) verifiedLoosely(key ed25519.PublicKey, content, signature []byte) bool {
	switch {
	case s.flaws.has("s-unreduced"):
		return ed25519.Verify(key, content, reduced(signature))
	case s.flaws.has("zero-signature"):
		return bytes.Equal(signature, make([]byte, ed25519.SignatureSize))
	case s.flaws.has("prehash-accepted"):
		sum := sha512.Sum512(content)
		return ed25519.VerifyWithOptions(key, sum[:], signature, &ed25519.Options{Hash: crypto.SHA512}) == nil
	case s.flaws.has("r-noncanonical"):
		return equationHolds(key, content, signature)
	}
	return false
}

// reduced is the signature with S modulo L.
func reduced(signature []byte) []byte {
	l, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	s := slices.Clone(signature[32:])
	slices.Reverse(s) // little-endian
	s = new(big.Int).Mod(new(big.Int).SetBytes(s), l).FillBytes(make([]byte, 32))
	slices.Reverse(s)
	return append(slices.Clone(signature[:32]), s...)
}

// equationHolds checks [S]B = R + [k]A with whatever R the decoder reads.
func equationHolds(key ed25519.PublicKey, content, signature []byte) bool {
	r, err := new(edwards25519.Point).SetBytes(signature[:32])
	if err != nil {
		return false
	}
	a, err := new(edwards25519.Point).SetBytes(key)
	if err != nil {
		return false
	}
	s, err := edwards25519.NewScalar().SetCanonicalBytes(signature[32:])
	if err != nil {
		return false
	}
	sum := sha512.Sum512(slices.Concat(signature[:32], key, content))
	k, err := edwards25519.NewScalar().SetUniformBytes(sum[:])
	if err != nil {
		return false
	}
	right := new(edwards25519.Point).Add(r, new(edwards25519.Point).ScalarMult(k, a))
	return new(edwards25519.Point).ScalarBaseMult(s).Equal(right) == 1
}
