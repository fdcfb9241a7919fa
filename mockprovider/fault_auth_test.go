package mockprovider

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"filippo.io/edwards25519"
)

// authFaultCases are the uses of the faults of secrets, signatures and ids.
var authFaultCases = []faultCase{
	{use: plain("secret.previous"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(other("previous"))},
	{use: plain("secret.revoked"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(other("revoked"))},
	{use: plain("secret.other"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(other("other"))},
	{use: text("secret.published", "octokit"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: k.composer.Secret.Form, Key: []byte("mysecret"), text: "mysecret"}
	})},
	{use: text("secret.published", "standard-webhooks"), only: onlyForm(FormWhsec), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(kit) Secret {
		key, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
		return Secret{Form: FormWhsec, Key: key}
	})},
	{use: text("secret.misread", "otherwise"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: FormWhsec, Key: []byte(k.composer.Secret.text)}
	})},
	{use: text("secret.misread", "bare"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: FormWhsec, Key: []byte(k.composer.Secret.text[len("whsec_"):])}
	})},
	{use: text("secret.guessed", "empty"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(kit) Secret { return Secret{Form: FormWhsec} })},
	{use: text("secret.guessed", "whpk"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: FormWhsec, Key: []byte("whpk_" + base64.StdEncoding.EncodeToString(k.composer.Secret.Key[32:]))}
	})},
	{use: text("secret.guessed", "base64"), changes: []string{"{proof}"}, wrong: true, holds: authenticatedBy(func(k kit) Secret {
		return Secret{Form: FormWhsec, Key: []byte(base64.StdEncoding.EncodeToString(k.composer.Secret.Key[32:]))}
	})},

	{use: plain("signature.plain-hash"), changes: []string{"{signature}"}, wrong: true, holds: sumIs(func(k kit, content []byte) []byte {
		sum := sha256.Sum256(slices.Concat(k.composer.Secret.Key, content))
		return sum[:]
	})},
	{use: text("signature.crowd", "3"), changes: []string{"{signature}"}, holds: func(k kit, g, f Delivery) error {
		h := k.composer.Scheme.Signatures[0]
		v, _ := h.version(k.composer.Secret.Form)
		if n := strings.Count(header(f, h.Header), v.Prefix+"AAAA"+h.Separator); n != 3 || !strings.HasSuffix(header(f, h.Header), sumText(k, g)) {
			return fmt.Errorf("%d wrong ones: %s", n, header(f, h.Header))
		}
		return nil
	}},
	{use: text("signature.value", "{prefix}{good:other-encoding}"), changes: []string{"{signature}"}, wrong: true, holds: spelt(func(k kit, _ string, raw []byte) string {
		return map[string]string{"base64": hex.EncodeToString(raw), "hex": base64.StdEncoding.EncodeToString(raw)}[map[bool]string{true: "base64", false: "hex"}[inBase64(k)]]
	})},
	{use: text("signature.value", "{prefix}{good:base64url}"), only: inBase64, changes: []string{"{signature}"}, wrong: true, holds: spelt(func(_ kit, _ string, raw []byte) string {
		return base64.RawURLEncoding.EncodeToString(raw)
	})},
	{use: text("signature.value", "{prefix}{good:nopad}"), only: inBase64, changes: []string{"{signature}"}, wrong: true, holds: spelt(func(_ kit, _ string, raw []byte) string {
		return base64.RawStdEncoding.EncodeToString(raw)
	})},
	{use: text("signature.value", "{prefix}{good:extra-pad}"), only: inBase64, changes: []string{"{signature}"}, holds: spelt(func(_ kit, good string, _ []byte) string { return good + "=" })},
	{use: text("signature.value", "{prefix}{good:noncanonical}"), only: inBase64, changes: []string{"{signature}"}, wrong: true, holds: sameBytesOtherText},
	{use: text("signature.value", "{prefix}{good:junk}"), only: inBase64, changes: []string{"{signature}"}, wrong: true, holds: func(k kit, g, f Delivery) error {
		if got := strings.ReplaceAll(sumText(k, f), "*", ""); got != sumText(k, g) || strings.Count(sumText(k, f), "*") != 1 {
			return fmt.Errorf("%s of %s", sumText(k, f), sumText(k, g))
		}
		return nil
	}},
	{use: text("signature.value", "{prefix}{good:upper}"), only: inHex, changes: []string{"{signature}"}, wrong: true, holds: spelt(func(_ kit, good string, _ []byte) string { return strings.ToUpper(good) })},
	{use: text("signature.value", "{prefix}{good:+8}"), only: inHex, changes: []string{"{signature}"}, holds: spelt(func(_ kit, good string, _ []byte) string { return good + "0000000000000000" })},
	{use: text("signature.value", "{prefix}{good:+8}"), only: inBase64, wrong: true, changes: []string{"{signature}"}, holds: spelt(func(_ kit, _ string, raw []byte) string {
		return base64.StdEncoding.EncodeToString(append(raw, make([]byte, 8)...))
	})},
	{use: text("signature.value", "{prefix}{previous}{separator}{prefix}{good}"), changes: []string{"{signature}"}, holds: func(k kit, _, f Delivery) error {
		h := k.composer.Scheme.Signatures[0]
		v, _ := h.version(k.composer.Secret.Form)
		_, previous, _ := strings.Cut(k.rightSignature(f, h, k.composer.Others["previous"]), v.Prefix)
		if !strings.Contains(header(f, h.Header), previous) {
			return fmt.Errorf("%s does not hold %s", header(f, h.Header), previous)
		}
		return nil
	}},
	{use: text("signature.value", "{prefix}{bad}{line}{prefix}{good}"), only: onlyForm(FormWhsec), wrong: true, changes: []string{"{signature}", "order"}, holds: func(k kit, g, f Delivery) error {
		lines := byName(f.Message.Fields)["webhook-signature"]
		if len(lines) != 2 || lines[1].Value != header(g, "webhook-signature") || lines[0].Value == lines[1].Value {
			return fmt.Errorf("lines %v", lines)
		}
		return nil
	}},

	{use: text("signature.ed25519", "malleable"), changes: []string{"{proof}"}, wrong: true, holds: malleated},
	{use: text("signature.ed25519", "noncanonical-r"), changes: []string{"{proof}"}, wrong: true, holds: neutralR},
	{use: text("signature.ed25519", "short"), changes: []string{"{proof}"}, wrong: true, holds: rightFor(func(_ kit, raw []byte) []byte { return append(raw, 0) }, 63)},
	{use: text("signature.ed25519", "long"), changes: []string{"{proof}"}, wrong: true, holds: rightFor(func(_ kit, raw []byte) []byte { return raw[:64] }, 65)},
	{use: text("signature.ed25519", "prehash"), changes: []string{"{proof}"}, wrong: true, holds: func(k kit, _, f Delivery) error {
		sum := sha512.Sum512(content(k, f))
		return ed25519.VerifyWithOptions(k.composer.Secret.public(), sum[:], rawSum(k, f), &ed25519.Options{Hash: crypto.SHA512})
	}},
	{use: text("signature.ed25519", "zero"), changes: []string{"{proof}"}, wrong: true, holds: sumIs(func(kit, []byte) []byte { return make([]byte, 64) })},
	{use: text("signature.ed25519", "zero-key"), changes: []string{"{proof}"}, wrong: true, holds: func(k kit, _, f Delivery) error {
		if !ed25519.Verify(make([]byte, 32), content(k, f), rawSum(k, f)) {
			return errors.New("not right for the public key of zeros")
		}
		return nil
	}},

	{use: plain("signature.flip-first"), changes: []string{"{signatures}"}, wrong: true, holds: func(k kit, g, f Delivery) error {
		if a, b := rawSum(k, g), rawSum(k, f); distance(a, b) != 1 || a[0] == b[0] {
			return fmt.Errorf("%x and %x", a, b)
		}
		return nil
	}},
	{use: plain("signature.to-query"), changes: []string{"target", "{signatures}"}, wrong: true, holds: allOf("{signatures}", nil)},
	{use: text("body.append-unsigned", " "), changes: []string{"body"}, wrong: true, holds: bodyIs(func(b string) string { return b + " " })},
	{use: pairsOf("header.copy", "Content-Type", "X-Type"), changes: []string{"header x-type"}, holds: func(_ kit, g, f Delivery) error {
		return headerIs("X-Type", header(g, "Content-Type"))(kit{}, f, f)
	}},
	{use: plain("key.enclosed"), changes: []string{"header webhook-jwk", "header webhook-key", "header webhook-public-key", "header webhook-secret"}, holds: func(k kit, _, f Delivery) error {
		if k.composer.Secret.Form == FormWhsk {
			return headerIs("webhook-key", "whpk_"+base64.StdEncoding.EncodeToString(k.composer.Secret.Key[32:]))(k, f, f)
		}
		return headerIs("webhook-key", k.composer.Secret.text)(k, f, f)
	}},
	{
		use: text("scheme.as", "standard-webhooks github"), only: onlyForm(FormWhsec), wrong: true,
		changes: []string{"body", "header user-agent", "header webhook-id", "header webhook-signature", "header webhook-timestamp", "header x-github-delivery", "header x-github-event", "header x-github-hook-id", "header x-github-hook-installation-target-id", "header x-github-hook-installation-target-type", "header x-hub-signature", "header x-hub-signature-256"},
		holds: func(_ kit, _, f Delivery) error {
			scheme, err := FindScheme("github")
			if err != nil {
				return err
			}
			github := kit{composer: &Composer{Scheme: scheme}}
			want := github.rightSignature(f, github.composer.Scheme.Signatures[0], Secret{Form: FormUTF8})
			if f.SentID != header(f, "X-GitHub-Delivery") || f.SentID == "" {
				return fmt.Errorf("sent as %q", f.SentID)
			}
			return headerIs("X-Hub-Signature-256", want)(github, f, f)
		},
	},

	{use: text("id.text", "{id} '"), only: covered, changes: []string{"{id}", "{signatures}"}, holds: func(k kit, g, f Delivery) error {
		return headerIs(k.composer.Scheme.ID.Header, g.Event.ID+" '")(k, f, f)
	}},
	{use: text("id.pad", "300"), only: covered, changes: []string{"{id}", "{signatures}"}, holds: func(k kit, g, f Delivery) error {
		if id := f.SentID; len(id) != 300 || !strings.HasPrefix(id, g.SentID) {
			return fmt.Errorf("id %q", id)
		}
		return nil
	}},
}

func other(slot string) func(kit) Secret {
	return func(k kit) Secret { return k.composer.Others[slot] }
}

func onlyForm(form SecretForm) func(kit) bool {
	return func(k kit) bool { return k.composer.Secret.Form == form }
}

func inBase64(k kit) bool { return k.composer.Scheme.Has("signature-base64", k.composer.Secret) }
func inHex(k kit) bool    { return k.composer.Scheme.Has("signature-hex", k.composer.Secret) }
func covered(k kit) bool  { return k.composer.Scheme.Has("id-covered", k.composer.Secret) }

// sumText is the signature that counts as it was sent, behind its prefix.
func sumText(k kit, d Delivery) string {
	h := k.composer.Scheme.Signatures[0]
	v, _ := h.version(k.composer.Secret.Form)
	value := header(d, h.Header)
	return value[strings.LastIndex(value, v.Prefix)+len(v.Prefix):]
}

// rawSum is the same, decoded.
func rawSum(k kit, d Delivery) []byte {
	if inHex(k) {
		raw, _ := hex.DecodeString(sumText(k, d))
		return raw
	}
	raw, _ := base64.StdEncoding.DecodeString(sumText(k, d))
	return raw
}

// content is what a delivery's signature is made over.
func content(k kit, d Delivery) []byte {
	return []byte(strings.NewReplacer(
		"{id}", header(d, k.composer.Scheme.ID.Header), "{timestamp}", k.stamp(d), "{body}", string(d.Message.Body),
	).Replace(k.composer.Scheme.Signatures[0].Content))
}

func sumIs(want func(k kit, content []byte) []byte) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		if w := want(k, content(k, f)); !bytes.Equal(rawSum(k, f), w) {
			return fmt.Errorf("%x, want %x", rawSum(k, f), w)
		}
		return nil
	}
}

// spelt wants the good signature in another spelling.
func spelt(want func(k kit, good string, raw []byte) string) func(kit, Delivery, Delivery) error {
	return func(k kit, g, f Delivery) error {
		if w := want(k, sumText(k, g), rawSum(k, g)); sumText(k, f) != w {
			return fmt.Errorf("%s, want %s", sumText(k, f), w)
		}
		return nil
	}
}

func sameBytesOtherText(k kit, g, f Delivery) error {
	_, strict := base64.StdEncoding.Strict().DecodeString(sumText(k, f))
	if !bytes.Equal(rawSum(k, g), rawSum(k, f)) || sumText(k, g) == sumText(k, f) || strict == nil {
		return fmt.Errorf("%s and %s", sumText(k, g), sumText(k, f))
	}
	return nil
}

// malleated wants S to be larger by L: not less than it, and the same modulo it.
func malleated(k kit, g, f Delivery) error {
	a, b := rawSum(k, g), rawSum(k, f)
	number := func(sum []byte) *big.Int {
		s := slices.Clone(sum[32:])
		slices.Reverse(s)
		return new(big.Int).SetBytes(s)
	}
	l := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 252), mustBig("27742317777372353535851937790883648493"))
	if !bytes.Equal(a[:32], b[:32]) || new(big.Int).Sub(number(b), number(a)).Cmp(l) != 0 {
		return fmt.Errorf("%x of %x", b, a)
	}
	if ed25519.Verify(k.composer.Secret.public(), content(k, f), b) {
		return errors.New("it is valid")
	}
	return nil
}

func mustBig(text string) *big.Int {
	n, _ := new(big.Int).SetString(text, 10)
	return n
}

// neutralR wants [S]B = R + [k]A for an R that only a careless decoder reads.
func neutralR(k kit, _, f Delivery) error {
	raw, public := rawSum(k, f), k.composer.Secret.public()
	r, err := new(edwards25519.Point).SetBytes(raw[:32]) // which is one
	if err != nil || r.Equal(edwards25519.NewIdentityPoint()) != 1 || bytes.Equal(r.Bytes(), raw[:32]) {
		return fmt.Errorf("R %x, %v", raw[:32], err)
	}
	sum := sha512.Sum512(slices.Concat(raw[:32], public, content(k, f)))
	hash, _ := edwards25519.NewScalar().SetUniformBytes(sum[:])
	s, err := edwards25519.NewScalar().SetCanonicalBytes(raw[32:])
	if err != nil {
		return err
	}
	a, _ := new(edwards25519.Point).SetBytes(public)
	left := new(edwards25519.Point).ScalarBaseMult(s)
	if right := new(edwards25519.Point).Add(r, new(edwards25519.Point).ScalarMult(hash, a)); left.Equal(right) != 1 {
		return errors.New("the equation does not hold")
	}
	return nil
}

// rightFor wants a signature of another length that becomes right when mended.
func rightFor(mend func(k kit, raw []byte) []byte, length int) func(kit, Delivery, Delivery) error {
	return func(k kit, _, f Delivery) error {
		raw := rawSum(k, f)
		if len(raw) != length || !ed25519.Verify(k.composer.Secret.public(), content(k, f), mend(k, slices.Clone(raw))) {
			return fmt.Errorf("%d bytes: %x", len(raw), raw)
		}
		return nil
	}
}

// What is published as somebody's example is genuine where somebody uses it.
func TestPublishedSecretsThatAreTheReceiversOwn(t *testing.T) {
	for _, own := range []string{"current", "previous"} {
		k := newKit(t, "github", FormUTF8)
		secret := Secret{Form: FormUTF8, Key: []byte("mysecret"), text: "mysecret"}
		if own == "current" {
			k.composer.Secret = secret
		} else {
			k.composer.Others[own] = secret
		}
		_, err := k.deliver(text("secret.published", "octokit"))
		var skip Skip
		if !errors.As(err, &skip) || !strings.Contains(skip.Reason, "octokit/webhooks.js") || strings.Contains(skip.Reason, "mysecret") {
			t.Errorf("%s: %v", own, err)
		}
		if _, err := k.deliver(text("secret.published", "github-docs")); err != nil {
			t.Errorf("another one: %v", err)
		}
	}
}

func TestPublishedSecretsHaveASource(t *testing.T) {
	for name, s := range publishedSecrets {
		if s.text == "" || !strings.HasPrefix(s.source, "https://") {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestSecretsThatAreNotKnown(t *testing.T) {
	k := newKit(t, "github", FormUTF8)
	k.composer.Others = nil
	for _, use := range []FaultUse{plain("secret.previous"), text("signature.value", "{prefix}{previous}")} {
		if _, err := k.deliver(use); err == nil {
			t.Errorf("%v is sent without such a secret", use)
		}
		if !slices.Contains(use.Needs(), PreviousSecret) {
			t.Errorf("%v needs %v", use, use.Needs())
		}
	}
}

// A secret that is text may be written as another scheme's: then that one's
// reading is another key.
func TestMisreadTextOfWhsecForm(t *testing.T) {
	secret := Secret{Form: FormUTF8, Key: []byte("whsec_AQIDBAUG"), text: "whsec_AQIDBAUG"}
	k := newKit(t, "github", FormUTF8)
	if k.composer.Scheme.Has("whsec-secret", k.composer.Secret) || !k.composer.Scheme.Has("whsec-secret", secret) {
		t.Error("which secrets can be misread")
	}
	if got := secret.misread("otherwise").Key; !bytes.Equal(got, []byte{1, 2, 3, 4, 5, 6}) {
		t.Errorf("decoded %x", got)
	}
	if got := secret.misread("bare").Key; string(got) != "AQIDBAUG" {
		t.Errorf("bare %q", got)
	}
}
