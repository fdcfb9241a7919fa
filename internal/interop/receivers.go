// Package interop wraps receivers that other people wrote, to be graded.
//
// Each is set up as its own README or examples show, no stricter and no laxer: the
// point is to learn what the users of a library get. So nothing in receivers/ may
// be hardened, and none of them removes duplicates unless its library does.
package interop

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
)

// Receiver is one wrapped receiver.
type Receiver struct {
	Name    string        // its folder under receivers/, and its binary, unless it is a Script
	Script  string        // its file in receivers/node, for one that Node.js runs
	Scheme  string        // hookassay's name of the scheme it expects
	Path    string        // where it takes deliveries
	Secret  func() string // makes a secret in the form that the scheme writes it
	Origin  string        // sender that its handshake lets deliver; "" without a handshake
	Flags   []string      // of hookassay run, that its ways ask for
	Library string        // Go module, npm package, or Debian package
	Version string        // of Library
	Source  string        // the page that its wrapping follows
	Note    string        // what a reader of its findings should know, in Markdown
	Program string        // file that must be installed; "" when the module brings all
}

// Receivers lists them all.
var Receivers = []Receiver{
	{
		Name:    "standard-webhooks-go",
		Scheme:  "standard-webhooks",
		Path:    "/webhooks",
		Secret:  standardWebhooksSecret,
		Library: "github.com/standard-webhooks/standard-webhooks/libraries",
		Version: "v0.0.1",
		Source:  "https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/README.md",
	},
	{
		Name:    "go-github",
		Scheme:  "github",
		Path:    "/webhooks",
		Secret:  hexSecret,
		Library: "github.com/google/go-github/v92",
		Version: "v92.0.0",
		Source:  "https://github.com/google/go-github#webhooks",
	},
	{
		Name:    "cloudevents-go",
		Scheme:  "cloudevents",
		Path:    "/", // the SDK's default
		Secret:  hexSecret,
		Origin:  "eventemitter.example.com",
		Library: "github.com/cloudevents/sdk-go/v2",
		Version: "v2.16.2",
		Source:  "https://github.com/cloudevents/sdk-go/blob/main/samples/http/receiver-protected/main.go",
	},
	{
		Name:    "debian-webhook",
		Scheme:  "github",
		Path:    "/hooks/github",
		Secret:  hexSecret,
		Library: "webhook",
		Version: "2.8.0",
		Source:  "https://github.com/adnanh/webhook/blob/2.8.0/docs/Hook-Examples.md",
		Program: "/usr/bin/webhook",
	},
	{
		Name:    "go-playground-webhooks",
		Scheme:  "github",
		Path:    "/webhooks",
		Secret:  hexSecret,
		Flags:   []string{"--rejects", "silent", "--effect-timeout", "1s"}, // it handles one of our three types of events
		Library: "github.com/go-playground/webhooks/v6",
		Version: "v6.4.0",
		Source:  "https://github.com/go-playground/webhooks/blob/v6.4.0/README.md#examples",
		Note: "The README's handler gives no answer of its own to an error, so everything is answered 200, and effects decide; " +
			"of our types of events it handles `pull_request`. Its package bitbucket compares the webhook's UUID and verifies no " +
			"signature ([issue 209](https://github.com/go-playground/webhooks/issues/209)); hookassay has no such scheme, so it is not graded.",
	},
	{
		Name:    "stripe-go",
		Scheme:  "stripe",
		Path:    "/webhook",
		Secret:  stripeSecret,
		Library: "github.com/stripe/stripe-go/v85",
		Version: "v85.0.0",
		Source:  "https://github.com/stripe/stripe-go/blob/v85.0.0/webhook/client_handler_test.go",
	},
	{
		Name:    "standard-webhooks-node",
		Script:  "standardwebhooks.js",
		Scheme:  "standard-webhooks",
		Path:    "/webhooks",
		Secret:  standardWebhooksSecret,
		Library: "standardwebhooks",
		Version: "1.1.1",
		Source:  "https://docs.svix.com/receiving/verifying-payloads/how",
		Note: "The library's own README shows the constructor and verify, and no HTTP; what is around them is the Express example " +
			"of its authors' own product. Release 1.0.0 took `whsec_` with no key behind it, this one does not.",
	},
	{
		Name:    "octokit-webhooks",
		Script:  "octokit-webhooks.js",
		Scheme:  "github",
		Path:    "/api/github/webhooks", // the library's default
		Secret:  hexSecret,
		Library: "@octokit/webhooks",
		Version: "14.2.0",
		Source:  "https://github.com/octokit/webhooks.js/blob/v14.2.0/README.md#usage",
	},
	{
		Name:    "cloudevents-node",
		Script:  "cloudevents.js",
		Scheme:  "cloudevents",
		Path:    "/",
		Secret:  hexSecret,
		Library: "cloudevents",
		Version: "10.0.0",
		Source:  "https://github.com/cloudevents/sdk-javascript/blob/v10.0.0/examples/express-ex/index.js",
		Note:    "The event is processed where the README uses it, right behind toEvent. The SDK has no authorization; the check of the token is ours.",
	},
	{
		Name:    "stripe-node",
		Script:  "stripe.js",
		Scheme:  "stripe",
		Path:    "/webhook",
		Secret:  stripeSecret,
		Library: "stripe",
		Version: "23.1.0",
		Source:  "https://github.com/stripe/stripe-node/blob/v22.5.0/examples/webhook-signing/express/main.ts",
	},
}

const secretBytes = 32

// standardWebhooksSecret has the form of the Standard Webhooks specification:
// whsec_ and 24 to 64 bytes in base64.
func standardWebhooksSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString(randomBytes())
}

// stripeSecret looks like Stripe's, whose whole text is the key.
// https://docs.stripe.com/webhooks#verify-manually
func stripeSecret() string { return "whsec_" + hexSecret() }

// hexSecret serves GitHub secrets and bearer tokens, which may be any text.
func hexSecret() string { return hex.EncodeToString(randomBytes()) }

func randomBytes() []byte {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails since Go 1.24
	return b
}
