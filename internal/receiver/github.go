package receiver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
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
	algorithm, text, _ := strings.Cut(g.credential(d), "=")
	signature, ok := decodeHex(text)
	if !ok {
		return unauthorized
	}
	if algorithm == "sha1" && g.takesSHA1(d) && g.signedBySHA1(d, signature) {
		return nil
	}
	if algorithm != "sha256" || !newMACVerifier(g.flaws, g.macs, nil, d.signedBody()).good(signature) {
		return unauthorized
	}
	return nil
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

// decodeHex decodes the lower-case hexadecimal that GitHub sends.
func decodeHex(text string) ([]byte, bool) {
	if len(text) > 2*sha256.Size || strings.ToLower(text) != text {
		return nil, false
	}
	b, err := hex.DecodeString(text)
	return b, err == nil
}

func (g *gitHub) age(*delivery) *answer { return nil }

func (g *gitHub) event(d *delivery) (event, *answer) {
	if a := d.jsonType(onlyJSON); a != nil {
		return event{}, a
	}
	if a := d.validJSON(); a != nil {
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
