package mockprovider

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Event is something that happened at the producer. Its Body is what the
// scheme carries as payload: the whole JSON body, or the data of a CloudEvent.
type Event struct {
	ID     string
	Type   string
	Source string // CloudEvents only
	Time   time.Time
	Body   []byte
	Canary string // 128 random bits, in the id and in the body

	free  []string
	fixed []string // JSON pointers of what makes the body this event's: id, type, time
	typed string   // JSON pointer of the type; empty: the body has none
	ours  bool     // the body is made from a template of ours, not from a sample
	vary  variation
	keys  unique // what its business keys are filled with
}

// EventSpec says which event to make. Only Key and Now are needed.
type EventSpec struct {
	Key    string    // what makes the event this one: scenario and label
	Now    time.Time // of the producer
	Type   string    // default: the first handled one
	Age    time.Duration
	Source string
	ID     string // default: a fresh one
	Body   []byte // default: from a template or sample
	Poison bool   // from the sample whose processing always fails
	// About is an event about the same object: this one has its business keys,
	// and what stands at Object, a JSON pointer into the payload, where that is
	// not empty.
	About  *Event
	Object string
	// Set holds what stands elsewhere in the body, by JSON pointer: true, false,
	// null and whole numbers as such, whatever else as text, with placeholders.
	Set map[string]string
	// Variant chooses among the forms of a fault that has many.
	Variant Variant
}

// A Maker makes events. Content derives from the seed and the spec's key; ids
// and business keys also from the run's nonce, so that a receiver that
// remembers does not take today's run for a repetition of yesterday's.
type Maker struct {
	scheme  *Scheme
	samples *Samples // nil: our own templates
	seed    int64
	nonce   string
	typ     string // the default type, once preflight has chosen one
}

// NewMaker returns a maker of the scheme's events; samples may be nil.
func NewMaker(scheme *Scheme, samples *Samples, seed int64, nonce string) *Maker {
	return &Maker{scheme: scheme, samples: samples, seed: seed, nonce: nonce}
}

// Types lists the types that can be made, the default first.
func (m *Maker) Types() []string {
	if m.samples != nil {
		return m.samples.types()
	}
	return m.scheme.Events
}

// Prefer makes t the default type.
func (m *Maker) Prefer(t string) { m.typ = t }

// Has reports whether the events have a feature.
func (m *Maker) Has(f Feature) bool {
	switch f {
	case "free-fields":
		return len(m.free()) > 0
	case "template-events":
		return m.samples == nil
	case PoisonEvent:
		return m.samples != nil && m.samples.poison != nil
	}
	return false
}

func (m *Maker) free() []string {
	if m.samples != nil {
		return m.samples.Free
	}
	return m.scheme.Free
}

// fixed lists where the body says which event it is of.
func (m *Maker) fixed() []string {
	pointers := []string{m.scheme.ID.Body, m.scheme.Type.Body, m.scheme.Time.Body}
	if m.samples != nil {
		pointers = append(pointers, m.samples.ID, m.samples.Type)
	}
	return slices.DeleteFunc(pointers, func(p string) bool { return p == "" })
}

// typed is where the body says of which type the event is.
func (m *Maker) typed() string {
	if m.samples != nil {
		return m.samples.Type
	}
	return m.scheme.Type.Body
}

// Make makes the event. The same spec gives the same event.
func (m *Maker) Make(spec EventSpec) (Event, error) {
	u := m.unique(spec.Key)
	if spec.Type == UnknownType {
		spec.Type = m.scheme.UnknownType
	}
	if spec.Poison && !m.Has(PoisonEvent) {
		return Event{}, errors.New("there is no sample whose processing always fails")
	}
	if spec.Poison {
		spec.Type = m.samples.poison.typ
	}
	e := Event{
		ID:     spec.ID,
		Type:   spec.Type,
		Source: spec.Source,
		Time:   spec.Now.Add(-spec.Age).UTC().Truncate(time.Millisecond),
		Body:   spec.Body,
		Canary: u.text,
		free:   m.free(),
		fixed:  m.fixed(),
		typed:  m.typed(),
		ours:   m.samples == nil,
		vary:   variation{spec.Variant, m.seed},
		keys:   u,
	}
	if e.ID == "" {
		e.ID = u.fill(m.scheme.ID.Form, e)
	}
	if e.Type == "" {
		e.Type = m.DefaultType()
	}
	if e.Source == "" {
		e.Source = m.scheme.EventSource
	}
	if e.Body != nil {
		return e, nil
	}
	if spec.About != nil {
		e.keys, e.Canary = spec.About.keys, spec.About.Canary
	}
	body, err := m.body(e, e.keys, spec.Poison)
	if err == nil && m.scheme.idInBody() {
		body, err = setJSON(body, m.scheme.ID.Body, e.ID)
	}
	if err == nil {
		body, err = e.setAll(body, spec.Set)
	}
	if err == nil && spec.About != nil && spec.Object != "" {
		body, err = copyJSON(body, spec.About.Body, spec.Object)
	}
	e.Body = body
	return e, err
}

// DefaultType is the type of events whose spec names none.
func (m *Maker) DefaultType() string {
	if m.typ != "" {
		return m.typ
	}
	return m.Types()[0]
}

// body fills the template or sample of the event's type. A type that has none
// (an unknown one) takes the default's shape.
func (m *Maker) body(e Event, u unique, poison bool) ([]byte, error) {
	switch {
	case poison:
		return m.samples.fill(*m.samples.poison, e, u)
	case m.samples != nil:
		return m.samples.fill(m.samples.of(e.Type), e, u)
	}
	name := e.Type
	if !slices.Contains(m.scheme.Events, name) {
		name = m.scheme.Events[0]
	}
	template, ok := m.scheme.templates[name]
	if !ok {
		return nil, fmt.Errorf("event %q has no template", name)
	}
	body := []byte(u.fill(template, e))
	if name != e.Type && m.scheme.Type.Body != "" && len(m.scheme.Modes) == 0 {
		return setJSON(body, m.scheme.Type.Body, e.Type)
	}
	return body, nil
}

// unique is what is fresh about one event.
type unique struct {
	text string // 26 lower-case letters and digits, 130 bits
	sum  [sha256.Size]byte
}

func (m *Maker) unique(key string) unique {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", m.nonce, m.seed, key))
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:17])
	return unique{text: strings.ToLower(text[:26]), sum: sum}
}

// fill replaces the placeholders of a template:
// {unique} {canary} {uuid} {sha} {number} {now} {now_unix} {id} {type}.
func (u unique) fill(template string, e Event) string {
	h := hex.EncodeToString(u.sum[:])
	return strings.NewReplacer(
		"{unique}", u.text,
		"{canary}", u.text,
		"{uuid}", h[:4]+"-4"+h[4:7]+"-a"+h[7:10]+"-"+h[10:22],
		"{sha}", h[:40],
		"{number}", strconv.Itoa(100_000_000+int(binary.BigEndian.Uint32(u.sum[20:])%900_000_000)),
		"{now}", e.Time.Format("2006-01-02T15:04:05.000Z"),
		"{now_unix}", strconv.FormatInt(e.Time.Unix(), 10),
		"{id}", e.ID,
		"{type}", e.Type,
	).Replace(template)
}

// Foreign makes a secret that the receiver does not have.
func (m *Maker) Foreign(form SecretForm) Secret {
	return SecretFromBytes(form, m.unique("a secret that nobody has").sum)
}
