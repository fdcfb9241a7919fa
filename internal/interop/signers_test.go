package interop_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v92/github"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	stripe "github.com/stripe/stripe-go/v85/webhook"
	svix "github.com/svix/svix-webhooks/go"

	"github.com/hookassay/hookassay/internal/interop"
)

// secretOf makes a secret as a receiver of that scheme takes it.
func secretOf(t *testing.T, scheme string) string {
	t.Helper()
	for _, receiver := range interop.Receivers {
		if receiver.Scheme == scheme {
			return receiver.Secret()
		}
	}
	t.Fatalf("no receiver takes %s", scheme)
	return ""
}

// unsealed are the deviations that every signature over id, timestamp and body
// must show.
var unsealed = []faulty{
	{fault("secret.wrong")},
	{fault("secret.empty")},
	{fault("signature.bitflip")},
	{fault("body.tamper")},
	{fault("id.tamper")},
	{faultText("timestamp.tamper", "-10s")},
	{faultText("timestamp.shift", "past+30s")},
	{faultText("timestamp.shift", "future+30s")},
	{faultText("signature.algorithm", "hmac-sha1")},
	{faultList("header.remove", "{signatures}")},
	{faultList("header.remove", "{id}")},
	{faultList("header.remove", "{timestamp}")},
}

func TestStandardWebhooksLibraryVerifies(t *testing.T) {
	secret := secretOf(t, "standard-webhooks")
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	prove(t, newProducer(t, "standard-webhooks", secret), unsealed, func(r received) error {
		return webhook.Verify(r.body, r.request.Header)
	})
}

// Svix's library is older than the specification, and its own.
func TestSvixLibraryVerifies(t *testing.T) {
	secret := secretOf(t, "standard-webhooks")
	webhook, err := svix.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	prove(t, newProducer(t, "standard-webhooks", secret), unsealed, func(r received) error {
		return webhook.Verify(r.body, r.request.Header)
	})
}

// No library in reach verifies v1a, so the standard library does, after the text of
// the specification.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
func TestEd25519Verifies(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	refused := []faulty{
		{fault("secret.wrong")},
		{fault("secret.public")},
		{fault("signature.bitflip")},
		{fault("body.tamper")},
		{fault("id.tamper")},
		{faultText("timestamp.tamper", "-10s")},
		{faultList("header.remove", "{signatures}")},
	}
	for name, key := range map[string][]byte{"seed": private.Seed(), "private key": private} {
		t.Run(name, func(t *testing.T) {
			p := newProducer(t, "standard-webhooks", "whsk_"+base64.StdEncoding.EncodeToString(key))
			prove(t, p, refused, func(r received) error { return verifyEd25519(public, r) })
		})
	}
}

func verifyEd25519(public ed25519.PublicKey, r received) error {
	header := r.request.Header
	text, ok := strings.CutPrefix(header.Get("webhook-signature"), "v1a,")
	if !ok {
		return errors.New("no v1a signature")
	}
	signature, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	content := fmt.Sprintf("%s.%s.%s", header.Get("webhook-id"), header.Get("webhook-timestamp"), r.body)
	if !ed25519.Verify(public, []byte(content), signature) {
		return errors.New("wrong signature")
	}
	return nil
}

func TestGoGitHubVerifies(t *testing.T) {
	secret := secretOf(t, "github")
	refused := []faulty{
		{fault("secret.wrong")},
		{fault("secret.empty")},
		{fault("signature.bitflip")},
		{fault("body.tamper")},
		{faultText("signature.algorithm", "hmac-sha1")},
		// With both gone; the library falls back to the SHA-1 header.
		{faultList("header.remove", "{signatures}")},
		{faultList("header.remove", "X-GitHub-Event")},
	}
	prove(t, newProducer(t, "github", secret), refused, func(r received) error { return verifyGitHub(secret, r) })
}

// The older header is proved by taking the newer one away.
func TestGoGitHubVerifiesSHA1(t *testing.T) {
	secret := secretOf(t, "github")
	p := newProducer(t, "github", secret)
	newer := faultList("header.remove", "{signature}")
	if err := verifyGitHub(secret, p.deliver(t, "", newer)); err != nil {
		t.Errorf("the SHA-1 signature was refused: %v", err)
	}
	if err := verifyGitHub(secret, p.deliver(t, "", fault("body.tamper"), newer)); err == nil {
		t.Error("the SHA-1 signature of another body was accepted")
	}
}

// verifyGitHub also parses, since a payload that the library's types do not take
// would be none of GitHub's.
func verifyGitHub(secret string, r received) error {
	payload, err := github.ValidatePayload(r.request, []byte(secret))
	if err != nil {
		return err
	}
	if _, err := github.ParseWebHook(github.WebHookType(r.request), payload); err != nil {
		return err
	}
	if got := github.DeliveryID(r.request); got != r.event.ID {
		return fmt.Errorf("delivery %q, want %q", got, r.event.ID)
	}
	return nil
}

// Stripe's library for Node.js is proved where it is graded as a receiver: it takes
// every control.
func TestStripeGoVerifies(t *testing.T) {
	secret := secretOf(t, "stripe")
	refused := []faulty{
		{fault("secret.wrong")},
		{fault("secret.empty")},
		{fault("signature.bitflip")},
		{fault("body.tamper")},
		{faultText("timestamp.tamper", "-10s")},
		{faultText("timestamp.shift", "past+30s")}, // ahead of the clock it takes any
		{faultText("signature.algorithm", "hmac-sha1")},
		{faultText("signature.value", "v0={good}")},
		{faultList("header.remove", "{signatures}")},
	}
	prove(t, newProducer(t, "stripe", secret), refused, func(r received) error {
		event, err := stripe.ConstructEvent(r.body, r.request.Header.Get("Stripe-Signature"), secret)
		if err == nil && (event.ID != r.event.ID || string(event.Type) != r.event.Type) {
			return fmt.Errorf("read as %s of type %s", event.ID, event.Type)
		}
		return err
	})
}
