package receiver

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const stripeSignature = "Stripe-Signature"

// stripe is the scheme of Stripe's webhooks
// (https://docs.stripe.com/webhooks#verify-manually).
type stripe struct {
	flaws flawSet
	macs  []*macKey
	clock timestamps
}

// newStripe takes secrets as Stripe shows them; all of their text is the key.
func newStripe(secrets []string, cfg Config, flaws flawSet) (*endpoint, error) {
	var keys [][]byte
	for i, secret := range secrets {
		if secret == "" || strings.ContainsFunc(secret, unicode.IsSpace) {
			return nil, fmt.Errorf("%s secret %d: expected a text without white space, such as whsec_…", Stripe, i+1)
		}
		keys = append(keys, []byte(secret))
		if decoded := decodedSecret(secret); len(decoded) > 0 && flaws.has("key-decoded") {
			keys = append(keys, decoded)
		}
	}
	return &endpoint{
		scheme:           &stripe{flaws, macKeys(flaws, keys...), timestamps{flaws, cfg.Tolerance, cfg.Now}},
		credentialHeader: stripeSignature,
		once:             []string{stripeSignature, contentType},
	}, nil
}

// decodedSecret is what a secret means in Standard Webhooks, and not in Stripe's
// scheme.
func decodedSecret(secret string) []byte {
	text := strings.TrimRight(strings.TrimPrefix(secret, "whsec_"), "=")
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return key
}

func hasStripeHeaders(req *http.Request) bool { return hasAny(req.Header, stripeSignature) }

func (s *stripe) credential(d *delivery) string { return d.header.Get(stripeSignature) }

func (s *stripe) header(d *delivery) stripeHeader { return parseStripeHeader(s.credential(d), s.flaws) }

// envelope refuses a header without a timestamp, with two different ones and
// with one that is malformed.
func (s *stripe) envelope(d *delivery) *answer {
	h := s.header(d)
	if s.undated(h) {
		return nil
	}
	signed, judged, ok := h.times(s.flaws)
	if !ok {
		return badRequest
	}
	return cmp.Or(s.clock.refuse(signed), s.clock.refuse(judged))
}

// undated is where flawed receivers let a delivery without a timestamp pass; a
// correct one has no use for it.
func (s *stripe) undated(h stripeHeader) bool {
	return len(h) == 0 || s.flaws.has("partial-headers-accepted") && !h.has("t")
}

func (s *stripe) verify(d *delivery) *answer {
	h := s.header(d)
	if s.undated(h) {
		return nil
	}
	if a := h.trips(s.flaws); a != nil {
		return a
	}
	if a := tripsOverList(d, strings.Split(s.credential(d), ",")); a != nil {
		return a
	}
	timestamp, _, _ := h.times(s.flaws)
	if s.signed(d, timestamp, h) {
		return nil
	}
	// Libraries that are lenient also sign the number they read, not the text.
	if again, ok := s.clock.reprinted(timestamp); ok && s.signed(d, again, h) {
		return nil
	}
	return unauthorized
}

// signed reports whether one of the header's signatures signs timestamp and body.
func (s *stripe) signed(d *delivery, timestamp string, h stripeHeader) bool {
	macs := newMACVerifier(s.flaws, d.macKeysFor(s.macs), []byte(timestamp+"."), d.signedBody())
	for i, text := range h.signatures(s.flaws) {
		if mac, ok := decodeHex(s.flaws, text); ok && macs.good(i, mac) {
			return true
		}
	}
	return false
}

func (s *stripe) age(d *delivery) *answer {
	h := s.header(d)
	if s.undated(h) || s.flaws.has("stripe-age-by-order") && h[0].label != "t" {
		return nil
	}
	_, judged, _ := h.times(s.flaws)
	return s.clock.judge(judged)
}

func (s *stripe) event(d *delivery) (event, *answer) {
	if a := d.jsonType(onlyJSON); a != nil {
		return event{}, a
	}
	fields, a := d.object()
	if a != nil {
		return event{}, a
	}
	if s.flaws.has("thin-event-crash") && fields.text("object") == "v2.core.event" ||
		s.flaws.has("api-version-crash") && s.unknownVersion(fields["api_version"]) {
		return event{}, crashed
	}
	e := event{
		eventKey: eventKey{scheme: Stripe, id: fields.text("id")},
		kind:     d.typeOf(fields),
		at:       unixTime(fields["created"]),
	}
	if e.id == "" {
		return event{}, badRequest
	}
	if e.kind == "" {
		return e, d.untyped()
	}
	return e, nil
}

// unknownVersion reports whether an API version is none that was released by
// now: versions begin with the date of their release.
func (s *stripe) unknownVersion(raw json.RawMessage) bool {
	if raw == nil {
		return false
	}
	var version string
	if json.Unmarshal(raw, &version) != nil || len(version) < len(time.DateOnly) {
		return true
	}
	released, err := time.Parse(time.DateOnly, version[:len(time.DateOnly)])
	return err != nil || released.After(s.clock.now())
}

// unixTime is a number of seconds since 1970 in RFC 3339, "" if it is none.
func unixTime(raw json.RawMessage) string {
	seconds, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// expected is the header that would have been right.
func (s *stripe) expected(d *delivery) string {
	timestamp, _, _ := s.header(d).times(s.flaws)
	sum := s.macs[0].sum([]byte(timestamp+"."), d.signedBody())
	return "t=" + timestamp + ",v1=" + hex.EncodeToString(sum[:])
}
