package mockprovider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Scheme says how a delivery is identified, dated and signed on the wire.
// docs/adding-a-scheme.md explains each key.
type Scheme struct {
	Name        string            `yaml:"name"`
	Title       string            `yaml:"title"`
	Source      string            `yaml:"source"` // URL of the specification or provider page
	Secrets     []SecretForm      `yaml:"secrets"`
	ID          Identity          `yaml:"id"`
	Timestamp   *Timestamp        `yaml:"timestamp"`
	Signatures  []SignatureHeader `yaml:"signatures"`
	Bearer      *Bearer           `yaml:"bearer"`
	Modes       []string          `yaml:"modes"` // CloudEvents content modes, the default first
	Type        Place             `yaml:"type"`
	Time        Place             `yaml:"time"`
	Origin      string            `yaml:"origin"` // WebHook-Request-Origin of every delivery
	Retry       Retry             `yaml:"retry"`
	Retries     *RetryPolicy      `yaml:"retries"` // nil: as Standard Webhooks does
	ContentType string            `yaml:"content_type"`
	Headers     []Header          `yaml:"headers"` // constant, in the order sent
	Events      []string          `yaml:"events"`  // one template each, the default first
	EventSource string            `yaml:"event_source"`
	Free        []string          `yaml:"free"` // JSON pointers under which extra fields may be put
	UnknownType string            `yaml:"unknown_type"`

	templates map[string]string // the bodies of events, by type
}

// Identity says where the event's id stands and what it looks like: in a
// header, in the body, or in both.
type Identity struct {
	Header string `yaml:"header"`
	Body   string `yaml:"body"` // JSON pointer; of a CloudEvent, into its structured form
	Form   string `yaml:"form"` // with {unique} or {uuid}
}

// Timestamp says where the attempt's time stands: in a header of its own, or
// as the first member of the signature header. Unit is s or ms.
type Timestamp struct {
	Header    string    `yaml:"header"`
	Member    string    `yaml:"member"` // what the member begins with, as "t="
	Unit      string    `yaml:"unit"`
	Tolerance Tolerance `yaml:"tolerance"`
}

// Tolerance is how far the timestamp may be from the receiver's clock. Where
// Future is zero, the scheme sets no bound on it.
type Tolerance struct {
	Past   Duration `yaml:"past" json:"past"`
	Future Duration `yaml:"future" json:"future"`
}

// SignatureHeader is one header that carries signatures of the same content.
type SignatureHeader struct {
	Header    string    `yaml:"header"`
	Content   string    `yaml:"content"`   // with {id}, {timestamp}, {body}
	Separator string    `yaml:"separator"` // between signatures; empty where there is only one
	Legacy    bool      `yaml:"legacy"`    // sent for old receivers; new ones must not rely on it
	Versions  []Version `yaml:"versions"`
}

// Version is one kind of signature in a list.
type Version struct {
	Name      string     `yaml:"name"`
	Prefix    string     `yaml:"prefix"`
	Algorithm string     `yaml:"algorithm"` // hmac-sha256, hmac-sha1, ed25519
	Encoding  string     `yaml:"encoding"`  // base64, hex
	Secret    SecretForm `yaml:"secret"`    // the form of secret that makes such signatures
}

// Bearer says how the secret itself is sent.
type Bearer struct {
	Header string `yaml:"header"`
	Prefix string `yaml:"prefix"`
	Query  string `yaml:"query"` // the query parameter that may carry it instead
}

// covers reports whether the signature that counts covers what the placeholder
// stands for: {id} and {timestamp} are headers. What it does not cover, anybody
// on the way can change.
func (s *Scheme) covers(placeholder string) bool {
	return len(s.Signatures) > 0 && strings.Contains(s.Signatures[0].Content, placeholder)
}

// Place is where a value stands: a header, a JSON pointer into the body, or both.
type Place struct {
	Header string `yaml:"header"`
	Body   string `yaml:"body"`
}

// Header is a constant header.
type Header struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
}

// Retry says what changes when an attempt is repeated.
type Retry string

const (
	RetryFresh Retry = "fresh" // new timestamp and signature
	RetrySame  Retry = "same"  // the same bytes
)

// Duration is a time.Duration written as in "5m".
type Duration time.Duration

// UnmarshalText parses what time.ParseDuration does.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration (write 300ms, 5s, 2m)", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes the duration so that UnmarshalText reads it again.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return time.Duration(d).String() }

// Feature is something a scheme has or has not; scenarios name the features
// they need.
type Feature string

// Features lists every feature as what a scheme without it lacks. Needs of a
// scenario and of a fault are checked against it.
var Features = map[Feature]string{
	"signature":         "signature",
	"signature-list":    "list of signatures",
	"signature-base64":  "signature in base64",
	"signature-hex":     "signature in hexadecimal",
	"legacy":            "weaker signature beside the one that counts",
	"hmac":              "signature by a shared key",
	"ed25519":           "signature by an ed25519 key",
	"strong-hash":       "hash stronger than SHA-1",
	"shared-secret":     "secret that both sides share",
	"whsec-secret":      "secret that is written as whsec_ and base64",
	PreviousSecret:      "secret from before the last change that still counts",
	RevokedSecret:       "secret that counts no more",
	OtherSecret:         "secret of another endpoint",
	"bearer":            "token in place of a signature",
	"bearer-query":      "token in the query",
	"id":                "header with the event's id",
	"id-covered":        "signed header with the event's id",
	"id-intact":         "header with the event's id that nobody else can change",
	"id-uncovered":      "header with the event's id that the signature leaves out",
	"timestamp":         "timestamp of the attempt",
	"timestamp-header":  "header with the timestamp of the attempt",
	"timestamp-member":  "timestamp inside the signature header",
	"timestamp-future":  "bound on timestamps ahead of the clock",
	"timestamp-seconds": "timestamp in seconds",
	"type-header":       "header with the event's type",
	"type-uncovered":    "header with the event's type that the signature leaves out",
	"type-body":         "type in the body",
	"event-time":        "time of the event itself",
	"body-covered":      "signed body",
	"structured":        "structured content mode",
	"handshake":         "handshake by OPTIONS",
	"event-identity":    "identity of an event but its id",
	"free-fields":       "place for extra fields",
	"template-events":   "events of ours",
	EventsAPI:           "list of the producer's events that the receiver can ask",
	KillProcess:         "means to kill the receiver's process",
	StopProcess:         "means to stop the receiver's process",
	StartProcess:        "means to start the receiver's process",
	WithoutSecret:       "means to start the receiver without its secret",
	ShiftedClock:        "means to shift the receiver's clock",
	BreakProcess:        "means to break what the receiver depends on, and to heal it",
	ObjectState:         "state of what the events are about",
	PoisonEvent:         "sample whose processing always fails",
	SeveralEffects:      "second effect beside the first",
}

// Has reports whether the scheme has a feature when used with that secret.
// Features of the events are the event maker's to tell, see Maker.Has.
func (s *Scheme) Has(f Feature, secret Secret) bool {
	switch f {
	case "signature":
		return len(s.Signatures) > 0
	case "signature-list":
		return len(s.Signatures) > 0 && s.Signatures[0].Separator != ""
	case "signature-base64":
		v, ok := s.counting(secret.Form)
		return ok && v.Encoding == "base64"
	case "signature-hex":
		v, ok := s.counting(secret.Form)
		return ok && v.Encoding == "hex"
	case "whsec-secret":
		return len(s.Signatures) > 0 && secret.isWhsec()
	case "legacy":
		return slices.ContainsFunc(s.Signatures, func(h SignatureHeader) bool { return h.Legacy })
	case "hmac":
		return len(s.Signatures) > 0 && secret.Form != FormWhsk
	case "strong-hash":
		v, ok := s.counting(secret.Form)
		return ok && v.Algorithm != "hmac-sha1"
	case "ed25519":
		return secret.Form == FormWhsk
	case "bearer":
		return s.Bearer != nil
	case "bearer-query":
		return s.Bearer != nil && s.Bearer.Query != ""
	case "id":
		return s.ID.Header != ""
	case "id-covered":
		return s.covers("{id}")
	case "id-intact":
		return s.ID.Header != "" && (len(s.Signatures) == 0 || s.covers("{id}"))
	case "id-uncovered":
		return len(s.Signatures) > 0 && s.ID.Header != "" && !s.covers("{id}")
	case "type-uncovered": // no content has the type in it
		return len(s.Signatures) > 0 && s.Type.Header != ""
	case "timestamp":
		return s.Timestamp != nil
	case "timestamp-header":
		return s.Timestamp != nil && s.Timestamp.Header != ""
	case "timestamp-member":
		return s.Timestamp != nil && s.Timestamp.Member != ""
	case "timestamp-future":
		return s.Timestamp != nil && s.Timestamp.Tolerance.Future > 0
	case "type-header":
		return s.Type.Header != ""
	case "type-body":
		return s.Type.Body != "" && len(s.Modes) == 0
	case "event-time":
		return s.Time != Place{}
	case "timestamp-seconds":
		return s.Timestamp != nil && s.Timestamp.Unit == "s"
	case "shared-secret":
		return secret.Form != FormWhsk
	case "body-covered":
		return s.covers("{body}")
	case "structured":
		return slices.Contains(s.Modes, ModeStructured)
	case "handshake":
		return s.Origin != ""
	case "event-identity": // what a receiver makes of it is the target's to say
		return true
	}
	return false
}

// idInBody reports whether the event's id is put into its body. Of a CloudEvent
// it is an attribute, which the SDK renders.
func (s *Scheme) idInBody() bool { return s.ID.Body != "" && len(s.Modes) == 0 }

// counting is the version of the signature that counts.
func (s *Scheme) counting(form SecretForm) (Version, bool) {
	if len(s.Signatures) == 0 {
		return Version{}, false
	}
	return s.Signatures[0].version(form)
}

// Content modes of CloudEvents' HTTP binding.
const (
	ModeBinary     = "binary"
	ModeStructured = "structured"
)

func (t *Timestamp) text(at time.Time) string {
	if t.Unit == "ms" {
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// Claims is the time that a receiver reads in the timestamp of an attempt.
func (t *Timestamp) Claims(at time.Time) time.Time {
	if t.Unit == "ms" {
		return at.UTC().Truncate(time.Millisecond)
	}
	return at.UTC().Truncate(time.Second)
}
