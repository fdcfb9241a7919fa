package mockprovider

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/hookassay/hookassay/internal/nearest"
)

//go:embed schemes/*.yaml templates
var files embed.FS

// A Scheme says how a delivery is identified, dated and signed on the wire.
// It is read from schemes/NAME.yaml; docs/adding-a-scheme.md explains each key.
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
	Covers      Covers            `yaml:"covers"`
	Type        Place             `yaml:"type"`
	Time        Place             `yaml:"time"`
	Origin      string            `yaml:"origin"` // WebHook-Request-Origin of every delivery
	Retry       Retry             `yaml:"retry"`
	ContentType string            `yaml:"content_type"`
	Headers     []Header          `yaml:"headers"` // constant, in the order sent
	Events      []string          `yaml:"events"`  // templates/NAME/EVENT.json, the default first
	EventSource string            `yaml:"event_source"`
	Free        []string          `yaml:"free"` // JSON pointers under which extra fields may be put
	UnknownType string            `yaml:"unknown_type"`
}

// Identity says where the event's id stands and what it looks like.
type Identity struct {
	Header string `yaml:"header"`
	Body   string `yaml:"body"` // JSON pointer, where the id stands in the body too
	Form   string `yaml:"form"` // with {unique} or {uuid}
}

// Timestamp says where the attempt's time stands. Unit is s or ms.
type Timestamp struct {
	Header    string    `yaml:"header"`
	Unit      string    `yaml:"unit"`
	Tolerance Tolerance `yaml:"tolerance"`
}

// Tolerance is how far the timestamp may be from the receiver's clock.
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

// Covers says what the signature covers. What it does not cover, anybody on
// the way can change.
type Covers struct {
	ID        bool `yaml:"id"`
	Timestamp bool `yaml:"timestamp"`
	Type      bool `yaml:"type"`
	Body      bool `yaml:"body"`
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
	"legacy":            "weaker signature beside the one that counts",
	"hmac":              "signature by a shared key",
	"ed25519":           "signature by an ed25519 key",
	"shared-secret":     "secret that both sides share",
	"bearer":            "token in place of a signature",
	"bearer-query":      "token in the query",
	"id":                "header with the event's id",
	"id-covered":        "signed id",
	"timestamp":         "timestamp of the attempt",
	"timestamp-seconds": "timestamp in seconds",
	"type-header":       "header with the event's type",
	"type-body":         "type in the body",
	"event-time":        "time of the event itself",
	"body-covered":      "signed body",
	"structured":        "structured content mode",
	"handshake":         "handshake by OPTIONS",
	"free-fields":       "place for extra fields",
	"user-events":       "samples of your own",
	"template-events":   "events of ours",
}

// Has reports whether the scheme has a feature when used with that secret.
// Features of the events are the event maker's to tell, see Maker.Has.
func (s *Scheme) Has(f Feature, secret Secret) bool {
	switch f {
	case "signature":
		return len(s.Signatures) > 0
	case "signature-list":
		return len(s.Signatures) > 0 && s.Signatures[0].Separator != ""
	case "legacy":
		return slices.ContainsFunc(s.Signatures, func(h SignatureHeader) bool { return h.Legacy })
	case "hmac":
		return len(s.Signatures) > 0 && secret.Form != FormWhsk
	case "ed25519":
		return secret.Form == FormWhsk
	case "bearer":
		return s.Bearer != nil
	case "bearer-query":
		return s.Bearer != nil && s.Bearer.Query != ""
	case "id":
		return s.ID.Header != ""
	case "id-covered":
		return s.Covers.ID
	case "timestamp":
		return s.Timestamp != nil
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
		return s.Covers.Body
	case "structured":
		return slices.Contains(s.Modes, ModeStructured)
	case "handshake":
		return s.Origin != ""
	}
	return false
}

// Content modes of CloudEvents' HTTP binding.
const (
	ModeBinary     = "binary"
	ModeStructured = "structured"
)

var loadSchemes = sync.OnceValues(func() (map[string]*Scheme, error) {
	names, err := fs.Glob(files, "schemes/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]*Scheme{}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s := new(Scheme)
		if err := yaml.UnmarshalWithOptions(b, s, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("mockprovider/%s: %w", name, err)
		}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("mockprovider/%s: %w", name, err)
		}
		all[s.Name] = s
	}
	return all, nil
})

// check finds what strict decoding cannot.
func (s *Scheme) check() error {
	switch {
	case s.Name == "" || s.Title == "" || s.Source == "":
		return fmt.Errorf("name, title and source are needed")
	case len(s.Signatures) == 0 && s.Bearer == nil:
		return fmt.Errorf("neither signatures nor bearer: nothing authenticates a delivery")
	case !strings.Contains(s.ID.Form, "{unique}") && !strings.Contains(s.ID.Form, "{uuid}"):
		return fmt.Errorf("id.form has neither {unique} nor {uuid}: ids would repeat")
	case s.Retry != RetryFresh && s.Retry != RetrySame:
		return fmt.Errorf("retry is %q; it is fresh or same", s.Retry)
	case len(s.Events) == 0:
		return fmt.Errorf("events is empty: nothing to send")
	}
	for _, f := range s.Secrets {
		if _, ok := secretForms[f]; !ok {
			return fmt.Errorf("unknown form of secret %q", f)
		}
	}
	if s.Timestamp != nil && s.Timestamp.Unit != "s" && s.Timestamp.Unit != "ms" {
		return fmt.Errorf("timestamp.unit is %q; it is s or ms", s.Timestamp.Unit)
	}
	for _, h := range s.Signatures {
		for _, v := range h.Versions {
			if err := s.checkVersion(v); err != nil {
				return err
			}
		}
	}
	for _, e := range s.Events {
		if _, err := files.ReadFile("templates/" + s.Name + "/" + e + ".json"); err != nil {
			return fmt.Errorf("event %q has no template: %w", e, err)
		}
	}
	return nil
}

func (s *Scheme) checkVersion(v Version) error {
	if _, ok := algorithms[v.Algorithm]; !ok {
		return fmt.Errorf("unknown algorithm %q", v.Algorithm)
	}
	if _, ok := encodings[v.Encoding]; !ok {
		return fmt.Errorf("unknown encoding %q", v.Encoding)
	}
	if !slices.Contains(s.Secrets, v.Secret) {
		return fmt.Errorf("version %s is made with a secret of form %q, which is not among secrets", v.Name, v.Secret)
	}
	return nil
}

// SchemeNames lists the schemes in alphabetical order.
func SchemeNames() []string {
	all, _ := loadSchemes() // the embedded schemes are valid: a test loads them
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// FindScheme returns the scheme of that name. The error names the nearest one.
func FindScheme(name string) (*Scheme, error) {
	all, err := loadSchemes()
	if err != nil {
		return nil, err
	}
	if s, ok := all[name]; ok {
		return s, nil
	}
	return nil, nearest.Unknown("scheme", name, SchemeNames())
}
