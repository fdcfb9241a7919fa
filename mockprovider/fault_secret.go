package mockprovider

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
)

// What a target can have beside its current secret.
const (
	PreviousSecret Feature = "previous-secret" // still counts, while secrets are rotated
	RevokedSecret  Feature = "revoked-secret"  // has been rotated away and counts no more
	OtherSecret    Feature = "other-secret"    // of another endpoint of the same receiver
)

// SecretSlots are the names of those secrets in a target's configuration and
// in Composer.Others.
var SecretSlots = map[Feature]string{PreviousSecret: "previous", RevokedSecret: "revoked", OtherSecret: "other"}

// Faults of the secret that authenticates.
var secretFaults = []Fault{
	{
		Name: "secret.previous", Stage: StageSign, Needs: []Feature{PreviousSecret},
		Doc:   "the delivery is authenticated with the secret from before the last change, which still counts",
		apply: func(d *Draft, _ Param) error { return d.signWith(PreviousSecret) },
	},
	{
		Name: "secret.revoked", Stage: StageSign, Needs: []Feature{RevokedSecret},
		Doc:   "the delivery is authenticated with a secret that counts no more",
		apply: func(d *Draft, _ Param) error { return d.signWith(RevokedSecret) },
	},
	{
		Name: "secret.other", Stage: StageSign, Needs: []Feature{OtherSecret},
		Doc:   "the delivery is authenticated with the secret of another endpoint of the same receiver",
		apply: func(d *Draft, _ Param) error { return d.signWith(OtherSecret) },
	},
	{
		Name: "secret.published", Stage: StageSign, Param: ParamText, Needs: []Feature{"shared-secret"},
		Doc: "the delivery is authenticated with a secret that stands in public code or documentation; not sent where it is the receiver's own",
		check: func(p Param) error {
			if _, ok := publishedSecrets[p.Text]; !ok {
				return nearest.Unknown("published secret", p.Text, slices.Sorted(maps.Keys(publishedSecrets)))
			}
			return nil
		},
		words: func(p Param) string {
			s := publishedSecrets[p.Text]
			return fmt.Sprintf("the delivery is authenticated with %q, which stands in %s; not sent where it is the receiver's own secret", s.text, s.source)
		},
		apply: func(d *Draft, p Param) error { return d.signWithPublished(publishedSecrets[p.Text]) },
	},
	{
		Name: "secret.misread", Stage: StageSign, Param: ParamText, Needs: []Feature{"whsec-secret"},
		Doc: "the secret is read in another way: otherwise (decoded where the scheme takes its text, and the text where it decodes), or bare (the text behind whsec_)",
		check: func(p Param) error {
			if valid := []string{"bare", "otherwise"}; !slices.Contains(valid, p.Text) {
				return nearest.Unknown("reading", p.Text, valid)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { d.key = d.c.Secret.misread(p.Text); return nil },
	},
	{
		Name: "secret.guessed", Stage: StageSign, Param: ParamText, Needs: []Feature{"ed25519"},
		Doc: "an HMAC labelled as the symmetric version, with a key that needs no secret: empty, whpk (the public key as it is written), or base64 (the same without its prefix)",
		check: func(p Param) error {
			if valid := []string{"base64", "empty", "whpk"}; !slices.Contains(valid, p.Text) {
				return nearest.Unknown("key", p.Text, valid)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error {
			text := base64.StdEncoding.EncodeToString(d.c.Secret.public())
			key := map[string]string{"empty": "", "base64": text, "whpk": "whpk_" + text}[p.Text]
			d.key = Secret{Form: FormWhsec, Key: []byte(key)}
			return nil
		},
	},
}

func (d *Draft) signWith(which Feature) error {
	secret, ok := d.c.Others[SecretSlots[which]]
	if !ok {
		return fmt.Errorf("no %s secret is known", SecretSlots[which])
	}
	d.key = secret
	return nil
}

// A publishedSecret stands where everybody can read it.
type publishedSecret struct{ text, source string }

// publishedSecrets are secrets that receivers have been left with: examples
// that were copied, defaults, one that was built in.
var publishedSecrets = map[string]publishedSecret{
	"allstar":           {"FooBar", "https://nvd.nist.gov/vuln/detail/CVE-2025-61926"},
	"github-docs":       {"It's a Secret to Everybody", "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation"},
	"go-playground":     {"MyGitHubSuperSecretSecrect...?", "https://github.com/go-playground/webhooks#readme"},
	"octokit":           {"mysecret", "https://github.com/octokit/webhooks.js#readme"},
	"probot":            {"development", "https://probot.github.io/docs/configuration/"},
	"rfc6750":           {"mF_9.B5f-4.1JqM", "https://www.rfc-editor.org/rfc/rfc6750#section-2.1"},
	"standard-webhooks": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts"},
	"stripe-node":       {"whsec_test_secret", "https://github.com/stripe/stripe-node#testing-webhook-signing"},
}

// signWithPublished signs with a published secret. Where the receiver's own is
// the same, what it makes is genuine.
func (d *Draft) signWithPublished(p publishedSecret) error {
	secret := secretOf(d.c.Secret.Form, p.text)
	own := []Secret{d.c.Secret}
	for _, s := range d.c.Others {
		own = append(own, s)
	}
	if slices.ContainsFunc(own, func(s Secret) bool { return bytes.Equal(s.Key, secret.Key) }) {
		return Skip{"a secret of the receiver's is the published one of " + p.source + ": everybody can sign its deliveries; change it"}
	}
	d.key = secret
	return nil
}

// secretOf reads a text as a careless receiver of that form might: where it
// cannot be decoded, its bytes are the key.
func secretOf(form SecretForm, text string) Secret {
	if form == FormWhsec {
		if key, ok := decodeKey(text, "whsec_", func(int) bool { return true }); ok {
			return Secret{Form: form, Key: key, text: text}
		}
	}
	return Secret{Form: form, Key: []byte(text), text: text}
}

// isWhsec reports whether the secret is written as whsec_ and base64, which two
// schemes read in two ways.
func (s Secret) isWhsec() bool {
	_, ok := decodeKey(s.text, "whsec_", func(n int) bool { return n > 0 })
	return ok
}

func (s Secret) misread(how string) Secret {
	bare := strings.TrimPrefix(s.text, "whsec_")
	key := []byte(bare)
	switch {
	case how == "bare":
	case s.Form == FormWhsec:
		key = []byte(s.text)
	default:
		key, _ = decodeKey(s.text, "whsec_", func(n int) bool { return n > 0 }) // the feature says that it can be
	}
	return Secret{Form: s.Form, Key: key, text: s.text}
}
