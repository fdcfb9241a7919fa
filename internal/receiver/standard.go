package receiver

import (
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strings"
)

const (
	webhookID        = "Webhook-Id"
	webhookTimestamp = "Webhook-Timestamp"
	webhookSignature = "Webhook-Signature"
)

// standard is the Standard Webhooks scheme
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
type standard struct {
	flaws  flawSet
	macs   []*macKey
	public []ed25519.PublicKey
	clock  timestamps
}

func newStandard(secrets []string, cfg Config, flaws flawSet) (*endpoint, error) {
	keys, err := parseStandardSecrets(secrets)
	if err != nil {
		return nil, err
	}
	keys.confuse(secrets, flaws)
	s := &standard{
		flaws:  flaws,
		macs:   macKeys(flaws, keys.symmetric...),
		public: keys.public,
		clock:  timestamps{flaws, cfg.Tolerance, cfg.Now},
	}
	once := []string{webhookID, webhookTimestamp, webhookSignature, contentType}
	if flaws.has("age-of-first-timestamp") || flaws.has("age-of-last-timestamp") {
		once = []string{webhookID, webhookSignature, contentType}
	}
	return &endpoint{scheme: s, credentialHeader: webhookSignature, once: once}, nil
}

func hasStandardHeaders(req *http.Request) bool {
	return hasAny(req.Header, webhookID, webhookTimestamp, webhookSignature)
}

func (s *standard) credential(d *delivery) string { return d.header.Get(webhookSignature) }

// envelope refuses an id or timestamp that is missing or malformed. A dot in
// the id would let somebody move the border between id and timestamp inside
// what was signed.
func (s *standard) envelope(d *delivery) *answer {
	if s.incomplete(d) {
		return nil
	}
	id := d.header.Get(webhookID)
	if id == "" && !s.idless(d) || strings.Contains(id, ".") && !s.flaws.has("dotted-id") {
		return badRequest
	}
	signed, judged := s.times(d)
	return cmp.Or(s.clock.refuse(signed), s.clock.refuse(judged))
}

// times are the timestamp that was signed and the one whose age is judged. They
// are one, but for flawed receivers that let two pass.
func (s *standard) times(d *delivery) (signed, judged string) {
	all := d.header[webhookTimestamp]
	if len(all) < 2 {
		signed = d.header.Get(webhookTimestamp)
		return signed, signed
	}
	first, last := all[0], all[len(all)-1]
	if s.flaws.has("age-of-first-timestamp") {
		return last, first
	}
	return first, last
}

// idless is where empty-id-accepted takes an id that is there, and empty.
func (s *standard) idless(d *delivery) bool {
	return s.flaws.has("empty-id-accepted") && hasAny(d.header, webhookID)
}

// incomplete is where partial-headers-accepted does not verify at all.
func (s *standard) incomplete(d *delivery) bool {
	return s.flaws.has("partial-headers-accepted") &&
		(d.header.Get(webhookID) == "" || d.header.Get(webhookTimestamp) == "")
}

func (s *standard) verify(d *delivery) *answer {
	if s.incomplete(d) {
		return nil
	}
	tokens := strings.Split(s.credential(d), " ")
	if a := s.screen(d, tokens); a != nil {
		return a
	}
	timestamp, _ := s.times(d)
	if s.signed(d, timestamp, tokens) {
		return nil
	}
	// Libraries that are lenient also sign the number they read, not the text.
	if again, ok := s.clock.reprinted(timestamp); ok && s.signed(d, again, tokens) {
		return nil
	}
	return unauthorized
}

// screen holds the ways in which a receiver trips over a list that holds a good
// signature. A correct one passes over what it does not know.
func (s *standard) screen(d *delivery, tokens []string) *answer {
	if len(s.flaws) == 0 {
		return nil
	}
	if s.flaws.has("non-ascii-crash") && !ascii(s.credential(d)) {
		return crashed
	}
	if a := tripsOverList(d, tokens); a != nil {
		return a
	}
	for _, token := range tokens {
		version, _, found := strings.Cut(token, ",")
		switch {
		case !found && s.flaws.has("malformed-token-crash"):
			return crashed
		case !found && s.flaws.has("malformed-token-refused"):
			return unauthorized
		case found && version != "v1" && version != "v1a" && s.flaws.has("unknown-version-refused"):
			return unauthorized
		}
	}
	return nil
}

// signed reports whether one of the tokens signs id, timestamp and body.
func (s *standard) signed(d *delivery, timestamp string, tokens []string) bool {
	prefix := d.header.Get(webhookID) + "." + timestamp + "."
	body := d.signedBody()
	macs := newMACVerifier(s.flaws, d.macKeysFor(s.macs), []byte(prefix), body)
	if s.flaws.has("first-signature-only") {
		tokens = tokens[:1]
	}
	if s.flaws.has("last-signature-only") {
		tokens = tokens[len(tokens)-1:]
	}
	for i, token := range tokens {
		version, value := s.token(token)
		if version == "v1" && s.flaws.has("case-blind") && macs.spelt(value) {
			return true
		}
		signature, ok := s.decode(value)
		version = s.algorithm(version, signature)
		switch {
		case !ok:
		case version == "v1" && macs.good(i, signature):
			return true
		case version == "v1a" && s.signedByPrivate(d, prefix, body, signature):
			return true
		}
	}
	return false
}

func (s *standard) age(d *delivery) *answer {
	if s.incomplete(d) {
		return nil
	}
	_, judged := s.times(d)
	return s.clock.judge(judged)
}

func (s *standard) event(d *delivery) (event, *answer) {
	if a := d.jsonType(anyJSON); a != nil {
		return event{}, a
	}
	fields, a := d.object()
	if a != nil {
		return event{}, a
	}
	e := event{
		eventKey: eventKey{scheme: StandardWebhooks, id: d.header.Get(webhookID)},
		kind:     d.typeOf(fields),
		at:       fields.text("timestamp"),
	}
	if s.flaws.has("last-id-known") {
		e.id = last(d.header[webhookID])
	}
	if d.knownBy != "" {
		e.id = d.knownBy
	}
	if e.id == "" && s.idless(d) {
		e.id = bodyHash(d.body)
	}
	if e.id == "" && !s.incomplete(d) {
		return event{}, badRequest
	}
	if e.kind == "" {
		return e, d.untyped()
	}
	return e, nil
}

// takesTwo reports whether a flawed receiver takes two lines of a header.
func (s flawSet) takesTwo(name string) bool {
	return name == webhookID && s.has("last-id-known") ||
		name == contentType && s.has("media-type-unparsed")
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

func (s *standard) expected(d *delivery) string {
	if len(s.macs) == 0 {
		return ""
	}
	prefix := d.header.Get(webhookID) + "." + d.header.Get(webhookTimestamp) + "."
	sum := s.macs[0].sum([]byte(prefix), d.signedBody())
	return "v1," + base64.StdEncoding.EncodeToString(sum[:])
}
