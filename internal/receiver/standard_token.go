package receiver

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// token splits a member of the list into version and signature. One without a
// comma has no version, and a correct receiver passes over it.
func (s *standard) token(text string) (version, value string) {
	version, value, found := strings.Cut(text, ",")
	switch {
	case !found && s.flaws.has("bare-signature"):
		return "v1", text
	case !found:
		return "", ""
	case s.flaws.has("version-ignored"), s.flaws.has("label-prefix") && strings.HasPrefix(version, "v1"):
		version = "v1"
	case s.flaws.has("version-any-case"):
		version = strings.ToLower(version)
	}
	if s.flaws.has("comma-tail-ignored") {
		value, _, _ = strings.Cut(value, ",")
	}
	return version, value
}

// decode decodes strict base64: of the texts that stand for the same bytes only
// the canonical one is a signature (RFC 4648 section 3.5).
func (s *standard) decode(text string) ([]byte, bool) {
	if len(text) > base64.StdEncoding.EncodedLen(2*ed25519.SignatureSize) {
		return nil, false
	}
	if b, ok := s.decodeLoosely(text); ok {
		return b, true
	}
	b, err := base64.StdEncoding.Strict().DecodeString(text)
	return b, err == nil
}

// decodeLoosely is how libraries decode that are more liberal.
func (s *standard) decodeLoosely(text string) ([]byte, bool) {
	var b []byte
	err := error(base64.CorruptInputError(0))
	switch {
	case s.flaws.has("any-encoding"):
		b, err = hex.DecodeString(text)
	case s.flaws.has("base64-lenient"):
		kept := strings.Map(func(r rune) rune {
			if strings.ContainsRune("*=", r) {
				return -1
			}
			return r
		}, text)
		if pads := strings.Count(text, "="); pads > 0 { // without any, Python's decoder fails
			b, err = base64.RawStdEncoding.DecodeString(kept)
		}
	case s.flaws.has("base64-any-alphabet"):
		b, err = base64.RawStdEncoding.Strict().DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "=")))
	}
	return b, err == nil
}

// algorithm is the version whose algorithm verifies the signature.
func (s *standard) algorithm(version string, signature []byte) string {
	if !s.flaws.has("version-by-length") {
		return version
	}
	return map[int]string{sha256.Size: "v1", ed25519.SignatureSize: "v1a"}[len(signature)]
}
