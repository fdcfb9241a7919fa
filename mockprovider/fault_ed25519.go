package mockprovider

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha512"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"filippo.io/edwards25519"

	"github.com/hookassay/hookassay/internal/nearest"
)

// Faults of ed25519 signatures: what RFC 8032 section 5.1.7 tells a verifier to
// refuse, and verifiers have let through.
var ed25519Faults = []Fault{
	{
		Name: "signature.ed25519", Stage: StageSign, Param: ParamText, Needs: []Feature{"ed25519"},
		Doc: "an ed25519 signature that RFC 8032 calls invalid: malleable, noncanonical-r, short, long, prehash, zero, zero-key",
		check: func(p Param) error {
			if _, ok := ed25519Forms[p.Text]; !ok {
				return nearest.Unknown("form of a signature", p.Text, slices.Sorted(maps.Keys(ed25519Forms)))
			}
			return nil
		},
		words: func(p Param) string { return ed25519Forms[p.Text].words },
		apply: func(d *Draft, p Param) error {
			form := ed25519Forms[p.Text]
			d.sum = func(key Secret, content []byte) ([]byte, error) { return form.sum(key.Key, content) }
			return nil
		},
	},
}

type ed25519Form struct {
	words string
	sum   func(key ed25519.PrivateKey, content []byte) ([]byte, error)
}

var ed25519Forms = map[string]ed25519Form{
	"malleable":      {"the signature's S is larger by the order L of the group, which is the same number modulo L; S has to be less than L (RFC 8032 sections 5.1.7 and 8.4)", malleable},
	"noncanonical-r": {"the signature's R is written as a number that is not less than p, which is no encoding of a point (RFC 8032 section 5.1.3)", noncanonicalR},
	"short":          {"the signature's last byte, which is zero, is left out: 63 bytes instead of 64 (RFC 8032 section 5.1.7)", cutShort},
	"long":           {"a byte of zero stands behind the signature: 65 bytes instead of 64 (RFC 8032 section 5.1.7)", overlong},
	"prehash":        {"the signature is Ed25519ph's, which signs the hash of the content and is another scheme (RFC 8032 section 5.1)", prehash},
	"zero":           {"the signature is 64 bytes of zero", zero},
	"zero-key":       {"the signature needs no private key: it is right for a public key of 32 bytes of zero, a point of order 4, as one has that was never set", zeroKey},
}

// groupOrder is L, the order of the group (RFC 8032 section 5.1).
var groupOrder, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// malleable adds L to S. The sum has 253 bits, so that looking at the three
// highest bits alone, as old implementations do, does not find it.
func malleable(key ed25519.PrivateKey, content []byte) ([]byte, error) {
	signature := ed25519.Sign(key, content)
	s := slices.Clone(signature[32:])
	slices.Reverse(s) // little-endian
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), groupOrder).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(signature[:32:32], sum...), nil
}

// noncanonicalR signs with the neutral element for R, whose y is 1, written as
// p + 1: of the few points that can be written in two ways it is the one that a
// signature can be made with.
func noncanonicalR(key ed25519.PrivateKey, content []byte) ([]byte, error) {
	r := slices.Repeat([]byte{0xff}, 32)
	r[0], r[31] = 0xee, 0x7f
	zero := edwards25519.NewScalar()
	return finish(key, zero, r, content)
}

// cutShort signs with other nonces until S ends in zero: a verifier that copies
// what it gets into 64 bytes then takes 63 for them.
func cutShort(key ed25519.PrivateKey, content []byte) ([]byte, error) {
	for attempt := 0; ; attempt++ { // one in sixteen ends so
		nonce, err := uniform(key.Seed(), []byte(strconv.Itoa(attempt)), content)
		if err != nil {
			return nil, err
		}
		r := new(edwards25519.Point).ScalarBaseMult(nonce).Bytes()
		signature, err := finish(key, nonce, r, content)
		if err != nil {
			return nil, err
		}
		if last := len(signature) - 1; signature[last] == 0 {
			return signature[:last], nil
		}
	}
}

func overlong(key ed25519.PrivateKey, content []byte) ([]byte, error) {
	return append(ed25519.Sign(key, content), 0), nil
}

func prehash(key ed25519.PrivateKey, content []byte) ([]byte, error) {
	sum := sha512.Sum512(content)
	return key.Sign(nil, sum[:], &ed25519.Options{Hash: crypto.SHA512})
}

func zero(ed25519.PrivateKey, []byte) ([]byte, error) {
	return make([]byte, ed25519.SignatureSize), nil
}

// zeroKey makes R = [s]B + T, where T is one of the multiples of the public key
// A, until T = -[k]A: then [s]B = R + [k]A holds, and nobody's key was needed.
func zeroKey(_ ed25519.PrivateKey, content []byte) ([]byte, error) {
	public := make([]byte, ed25519.PublicKeySize)
	a, err := new(edwards25519.Point).SetBytes(public)
	if err != nil {
		return nil, err
	}
	for attempt := 0; ; attempt++ { // one in four fits
		s, err := uniform([]byte(strconv.Itoa(attempt)), content)
		if err != nil {
			return nil, err
		}
		base := new(edwards25519.Point).ScalarBaseMult(s)
		t := edwards25519.NewIdentityPoint()
		for range 4 {
			r := new(edwards25519.Point).Add(base, t).Bytes()
			k, err := uniform(r, public, content)
			if err != nil {
				return nil, err
			}
			if negated := new(edwards25519.Point).Negate(new(edwards25519.Point).ScalarMult(k, a)); negated.Equal(t) == 1 {
				return append(r, s.Bytes()...), nil
			}
			t.Add(t, a)
		}
	}
}

// finish computes S = r + H(R, A, M) a (RFC 8032 section 5.1.6).
func finish(key ed25519.PrivateKey, nonce *edwards25519.Scalar, r, content []byte) ([]byte, error) {
	public := key[ed25519.SeedSize:]
	k, err := uniform(r, public, content)
	if err != nil {
		return nil, err
	}
	sum := sha512.Sum512(key.Seed())
	a, err := edwards25519.NewScalar().SetBytesWithClamping(sum[:32])
	if err != nil {
		return nil, err
	}
	s := edwards25519.NewScalar().MultiplyAdd(k, a, nonce)
	return append(slices.Clone(r), s.Bytes()...), nil
}

// uniform is the SHA-512 of the parts modulo L.
func uniform(parts ...[]byte) (*edwards25519.Scalar, error) {
	sum := sha512.Sum512(slices.Concat(parts...))
	return edwards25519.NewScalar().SetUniformBytes(sum[:])
}
