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
	Name    string        // its folder under receivers/, and its binary
	Scheme  string        // hookassay's name of the scheme it expects
	Path    string        // where it takes deliveries
	Secret  func() string // makes a secret in the form that the scheme writes it
	Origin  string        // sender that its handshake lets deliver; "" without a handshake
	Library string        // Go module, or Debian package
	Version string        // of Library
	Source  string        // the page that its wrapping follows
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
}

const secretBytes = 32

// standardWebhooksSecret has the form of the Standard Webhooks specification:
// whsec_ and 24 to 64 bytes in base64.
func standardWebhooksSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString(randomBytes())
}

// hexSecret serves GitHub secrets and bearer tokens, which may be any text.
func hexSecret() string { return hex.EncodeToString(randomBytes()) }

func randomBytes() []byte {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails since Go 1.24
	return b
}
