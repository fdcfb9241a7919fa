package receiver

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const (
	hubSignature256 = "X-Hub-Signature-256"
	hubSignature    = "X-Hub-Signature"
	gitHubDelivery  = "X-Github-Delivery"
	gitHubEvent     = "X-Github-Event"
)

// gitHub is the scheme of GitHub's webhooks
// (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
type gitHub struct {
	flaws flawSet
	macs  []*macKey
}

func newGitHub(secrets []string, _ Config, flaws flawSet) (*endpoint, error) {
	var keys [][]byte
	for i, secret := range secrets {
		if secret == "" {
			return nil, fmt.Errorf("%s secret %d: expected a text that is not empty", GitHub, i+1)
		}
		keys = append(keys, []byte(secret))
	}
	return &endpoint{
		scheme:           &gitHub{flaws, macKeys(flaws, keys...)},
		credentialHeader: hubSignature256,
		once:             []string{hubSignature256, gitHubDelivery, gitHubEvent, contentType},
	}, nil
}

func hasGitHubHeaders(req *http.Request) bool {
	for name := range req.Header {
		if strings.HasPrefix(name, "X-Github-") || strings.HasPrefix(name, "X-Hub-") {
			return true
		}
	}
	return false
}

func (g *gitHub) credential(d *delivery) string {
	signature := d.header.Get(hubSignature256)
	if signature == "" && g.flaws.has("sha1-fallback") {
		return d.header.Get(hubSignature)
	}
	return signature
}

func (g *gitHub) envelope(*delivery) *answer { return nil }

func (g *gitHub) verify(d *delivery) *answer {
	label, text := g.labelled(g.credential(d))
	if label != "sha256" && label != "sha1" && g.flaws.has("label-crash") {
		return crashed
	}
	if !ascii(text) && g.flaws.has("non-ascii-crash") {
		return crashed
	}
	signature, ok := decodeHex(g.flaws, text)
	switch {
	case !ok:
	case label == "sha1" && g.takesSHA1(d) && g.signedBySHA1(d, signature):
		return nil
	case label == "sha256" && newMACVerifier(g.flaws, d.macKeysFor(g.macs), nil, d.signedBody()).good(0, signature):
		return nil
	}
	if g.flaws.has("sha1-beside") && g.legacy(d) {
		return nil
	}
	return unauthorized
}

// labelled splits a signature from the name of its hash.
func (g *gitHub) labelled(credential string) (label, text string) {
	label, text, found := strings.Cut(credential, "=")
	if !found && g.flaws.has("bare-signature") {
		return "sha256", credential
	}
	if found && g.flaws.has("version-ignored") {
		label = "sha256"
	}
	if g.flaws.has("version-any-case") {
		label = strings.ToLower(label)
	}
	return label, text
}

// legacy reports whether the SHA-1 signature is good, which counts for nothing.
func (g *gitHub) legacy(d *delivery) bool {
	signature, ok := decodeHex(g.flaws, strings.TrimPrefix(d.header.Get(hubSignature), "sha1="))
	return ok && g.signedBySHA1(d, signature)
}

// takesSHA1 is how a sender comes to choose the weaker hash.
func (g *gitHub) takesSHA1(d *delivery) bool {
	if d.header.Get(hubSignature256) == "" {
		return g.flaws.has("sha1-fallback")
	}
	return g.flaws.has("hash-by-label")
}

func (g *gitHub) signedBySHA1(d *delivery, signature []byte) bool {
	for _, key := range g.macs {
		if hmac.Equal(key.sha1(nil, d.signedBody()), signature) {
			return true
		}
	}
	return false
}

func (g *gitHub) age(*delivery) *answer { return nil }

func (g *gitHub) event(d *delivery) (event, *answer) {
	if a := d.jsonType(onlyJSON); a != nil {
		return event{}, a
	}
	if a := g.fits(d, d.header.Get(gitHubEvent)); a != nil {
		return event{}, a
	}
	e := event{
		eventKey: eventKey{scheme: GitHub, id: d.header.Get(gitHubDelivery)},
		kind:     d.header.Get(gitHubEvent),
		action:   d.action(),
	}
	if e.id == "" && g.flaws.has("delivery-id-optional") {
		e.id = bodyHash(d.body)
	}
	if e.id == "" || e.kind == "" && !g.flaws.has("event-optional") {
		return event{}, badRequest
	}
	return e, nil
}

// action is the payload's, "" where it has none.
func (d *delivery) action() string {
	var fields object
	if !bytes.Contains(d.body, []byte(`"action"`)) || json.Unmarshal(d.body, &fields) != nil {
		return ""
	}
	return fields.text("action")
}

func (g *gitHub) expected(d *delivery) string {
	sum := g.macs[0].sum(nil, d.signedBody())
	return "sha256=" + hex.EncodeToString(sum[:])
}
