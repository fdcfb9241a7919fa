package receiver

import (
	"crypto/ed25519"
	"encoding/base64"
	"hash"
	"strings"
	"testing"
	"time"
)

type hashFunc = func() hash.Hash

func longPrivate() string {
	return base64.StdEncoding.EncodeToString(ed25519.NewKeyFromSeed(testSeed))
}

func TestConfigErrors(t *testing.T) {
	short := base64.StdEncoding.EncodeToString([]byte("too short a key"))
	secret := func(scheme, text string) Config { return Config{Secrets: map[string][]string{scheme: {text}}} }
	for _, c := range []struct {
		name   string
		cfg    Config
		wanted string
		hidden string // must not be told
	}{
		{"no secret", Config{}, "no secret", ""},
		{"no secret of a scheme", Config{Secrets: map[string][]string{GitHub: {}}}, "no secret", ""},
		{"unknown scheme", secret("gitlab", "x"), `unknown scheme "gitlab"`, ""},
		{"unknown flaw", for1(GitHub, "no-dedup"), `"no-dedupe"`, ""},
		{"flaw of another scheme", for1(GitHub, "binary-only"), "needs a secret for cloudevents", ""},
		{"negative", Config{Secrets: for1(GitHub).Secrets, Workers: -1}, "negative", ""},
		{"negative tolerance", Config{Secrets: for1(GitHub).Secrets, Tolerance: Tolerance{Past: -time.Second}}, "negative", ""},
		{"no prefix", secret(StandardWebhooks, standardSecret[6:]), "whsec_", standardSecret[6:]},
		{"not base64", secret(StandardWebhooks, "whsec_sesame*"), "whsec_", "sesame"},
		{"too short", secret(StandardWebhooks, "whsec_"+short), "24 to 64", short},
		{"empty", secret(StandardWebhooks, "whsec_"), "24 to 64", ""},
		{"short public key", secret(StandardWebhooks, "whpk_"+short), "whpk_", short},
		{"short private key", secret(StandardWebhooks, "whsk_"+short), "whsk_", short},
		{"empty GitHub secret", secret(GitHub, ""), "not empty", ""},
		{"empty Stripe secret", secret(Stripe, ""), "white space", ""},
		{"Stripe secret with a line feed", secret(Stripe, "whsec_sesame\n"), "white space", "sesame"},
		{"empty token", secret(CloudEvents, ""), "visible ASCII", ""},
		{"token with a space", secret(CloudEvents, "open sesame"), "visible ASCII", "sesame"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := New(c.cfg)
			if err == nil {
				r.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.wanted) {
				t.Errorf("%q does not say %q", err, c.wanted)
			}
			if c.hidden != "" && strings.Contains(err.Error(), c.hidden) {
				t.Errorf("%q tells the secret", err)
			}
		})
	}
}

func FuzzStandardSecret(f *testing.F) {
	for _, seed := range []string{standardSecret, publicSecret, privateSecret, "whsec_", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		keys, err := parseStandardSecrets([]string{secret})
		if err != nil && len(secret) > 6 && strings.Contains(err.Error(), secret) && !strings.Contains(errStandardSecret.Error(), secret) {
			t.Fatalf("%q tells the secret", err)
		}
		if n := len(keys.symmetric) + len(keys.public); err == nil && n != 1 {
			t.Fatalf("%d keys", n)
		}
		for _, k := range keys.symmetric {
			if len(k) < 24 {
				t.Fatalf("a key of %d bytes", len(k))
			}
		}
	})
}
