package receiver

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// standardKeys are the keys behind Standard Webhooks secrets
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme).
type standardKeys struct {
	symmetric [][]byte
	public    []ed25519.PublicKey
}

var errStandardSecret = errors.New("expected whsec_ and base64 of 24 to 64 bytes, whpk_ and base64 of 32 bytes, " +
	"or whsk_ and base64 of 32 or 64 bytes")

func parseStandardSecrets(secrets []string) (standardKeys, error) {
	var keys standardKeys
	for i, secret := range secrets {
		// The error must not show the secret, so it counts.
		if err := keys.add(secret); err != nil {
			return keys, fmt.Errorf("%s secret %d: %w", StandardWebhooks, i+1, err)
		}
	}
	return keys, nil
}

// confuse adds the keys that flawed receivers make of the same secrets.
func (k *standardKeys) confuse(secrets []string, flaws flawSet) {
	for _, public := range k.public {
		text := base64.StdEncoding.EncodeToString(public)
		if flaws.has("key-confusion") {
			k.symmetric = append(k.symmetric, public)
		}
		if flaws.has("key-confusion-text") {
			k.symmetric = append(k.symmetric, []byte("whpk_"+text), []byte(text))
		}
	}
	for _, secret := range secrets {
		if text, ok := strings.CutPrefix(secret, "whsec_"); ok && flaws.has("secret-undecoded") {
			k.symmetric = append(k.symmetric, []byte(secret), []byte(text))
		}
	}
}

func (k *standardKeys) add(secret string) error {
	kind, text, _ := strings.Cut(secret, "_")
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return errStandardSecret // err may quote the secret
	}
	switch {
	case kind == "whsec" && len(key) >= 24 && len(key) <= 64:
		k.symmetric = append(k.symmetric, key)
	case kind == "whpk" && len(key) == ed25519.PublicKeySize:
		k.public = append(k.public, key)
	case kind == "whsk" && len(key) == ed25519.SeedSize:
		k.public = append(k.public, ed25519.NewKeyFromSeed(key).Public().(ed25519.PublicKey))
	case kind == "whsk" && len(key) == ed25519.PrivateKeySize:
		k.public = append(k.public, ed25519.PrivateKey(key).Public().(ed25519.PublicKey))
	default:
		return errStandardSecret
	}
	return nil
}
