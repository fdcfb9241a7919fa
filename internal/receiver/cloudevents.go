package receiver

import (
	"crypto/hmac"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	authorization   = "Authorization"
	accessToken     = "access_token"
	attributePrefix = "Ce-"
	ceID            = "Ce-Id"
	ceSource        = "Ce-Source"
	ceType          = "Ce-Type"
	ceSpecVersion   = "Ce-Specversion"
	ceTime          = "Ce-Time"
	ceContentType   = "Ce-Datacontenttype"
)

// cloudEvents is the scheme of CloudEvents' HTTP webhooks, authorized by a
// bearer token
// (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#3-authorization).
type cloudEvents struct {
	flaws  flawSet
	tokens []string
}

func newCloudEvents(secrets []string, _ Config, flaws flawSet) (*endpoint, error) {
	for i, secret := range secrets {
		if secret == "" || strings.ContainsFunc(secret, notVisibleASCII) {
			return nil, fmt.Errorf("%s secret %d: expected a token of visible ASCII characters", CloudEvents, i+1)
		}
	}
	tokens := secrets
	if flaws.has("empty-key") || flaws.has("secret-unset-empty-key") && len(secrets) == 0 {
		tokens = append(tokens[:len(tokens):len(tokens)], "")
	}
	if flaws.has("known-key") {
		tokens = append(tokens[:len(tokens):len(tokens)], knownKey)
	}
	return &endpoint{
		scheme:           &cloudEvents{flaws, tokens},
		credentialHeader: authorization,
		once: []string{authorization, contentType, ceID, ceSource, ceType, ceSpecVersion, ceTime,
			ceContentType},
	}, nil
}

func notVisibleASCII(r rune) bool { return r < '!' || r > '~' }

func hasCloudEventsHeaders(req *http.Request) bool {
	for name := range req.Header {
		if strings.HasPrefix(name, attributePrefix) {
			return true
		}
	}
	return hasAny(req.Header, authorization) || strings.HasPrefix(mediaType(req.Header), cloudEventsType)
}

// credential is the Authorization header, or the query that holds the token.
func (c *cloudEvents) credential(d *delivery) string {
	if header := d.header.Get(authorization); header != "" {
		return header
	}
	if tokens := queryTokens(d.req); len(tokens) > 0 && !c.flaws.has("query-token-refused") {
		return "?" + tokens[0]
	}
	return ""
}

func queryTokens(req *http.Request) []string {
	if req.URL.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return nil
	}
	return query[accessToken]
}

// envelope refuses more than one token: RFC 6750 section 2 forbids them.
func (c *cloudEvents) envelope(d *delivery) *answer {
	n := len(queryTokens(d.req))
	if n > 1 || n == 1 && hasAny(d.header, authorization) {
		return badRequest
	}
	return nil
}

func (c *cloudEvents) verify(d *delivery) *answer {
	token, ok := c.token(c.credential(d))
	if !ok {
		return unauthorized
	}
	for _, want := range c.tokens {
		if hmac.Equal([]byte(token), []byte(want)) {
			return nil
		}
		if c.flaws.has("bearer-prefix") && strings.HasPrefix(token, want) {
			return nil
		}
	}
	return unauthorized
}

// token is the bearer token inside a credential.
func (c *cloudEvents) token(credential string) (string, bool) {
	if token, ok := strings.CutPrefix(credential, "?"); ok {
		return token, true
	}
	scheme, token, _ := strings.Cut(credential, " ")
	if scheme != "Bearer" && c.flaws.has("bearer-exact-case") {
		return "", false
	}
	if !strings.EqualFold(scheme, "Bearer") && !c.flaws.has("bearer-any-scheme") {
		return "", false
	}
	return strings.TrimLeft(token, " "), true
}

func (c *cloudEvents) age(*delivery) *answer { return nil }
