package mockprovider

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Form is one shape of delivery that a press can make.
type Form struct {
	Type   string     // of the event; "": the maker's default
	Faults []FaultUse // what deviates: none is genuine
}

// A Stamp says which delivery to make.
type Stamp struct {
	Form     int       // index into the press's forms
	Event    int       // its number
	Object   int       // number of the object it is about; below 0: one of its own
	Happened time.Time // the event
	At       time.Time // the attempt: dates and signs it (a stale delivery is only an old At)
}

// A Press stamps out signed deliveries fast, for load: numbered events of one
// maker, rendered and signed as one composer would. It is compiled from
// deliveries that the composer made, by finding where their values stand; so it
// knows nothing of schemes and faults that a Composer does not.
//
// A Press is not for concurrent use: it reuses its keyed hashes. Clone makes
// one for another goroutine.
type Press struct {
	events, objects numbering
	id              []piece
	dies            []die // by form; shared by clones, which never write to them
	hashes          []keyedHash
	values          values
	scratch         []byte
}

// A die makes the deliveries of one form.
type die struct {
	head, body []piece
	signers    []signer
	age        time.Duration // of the event when it is said to happen
}

// attempts bounds the markers tried for a form: one that stands in the constant
// text by chance would be taken for a value.
const attempts = 10

// NewPress compiles a press of these forms; Stamp.Form is an index into them.
// Event n is the one that m makes of EventSpec{Key: key + decimal n}; object k is
// what it makes of Key key + "object/" + decimal k, for EventSpec.About. It fails
// when a delivery cannot be composed, when a fault acts on the finished message
// or on the wire, and when what differs between deliveries cannot be told from
// their constant text.
func NewPress(m *Maker, c *Composer, key string, forms []Form) (*Press, error) {
	p := &Press{events: m.numbering(key), objects: m.numbering(key + "object/"), id: splitForm(m.scheme.ID.Form)}
	p.values.milliseconds = c.Scheme.Timestamp != nil && c.Scheme.Timestamp.Unit == "ms"
	for _, f := range forms {
		if err := f.check(m, c); err != nil {
			return nil, err
		}
		if err := p.add(m, c, key, f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// unpressed says what the faults act on that come when all is signed.
var unpressed = map[Stage]string{StageSealed: "the finished message", StageWire: "how bytes are sent"}

// check finds faults that cannot be pressed, or mean nothing here.
func (f Form) check(m *Maker, c *Composer) error {
	for _, use := range f.Faults {
		if err := use.Check(); err != nil {
			return err
		}
		fault, err := FindFault(use.Name)
		if err != nil {
			return err
		}
		if where, no := unpressed[fault.Stage]; no {
			return fmt.Errorf("fault %s cannot be part of load: it acts on %s", use.Name, where)
		}
		for _, need := range use.Needs() {
			_, other := c.Others[SecretSlots[need]]
			if !other && !c.Scheme.Has(need, c.Secret) && !m.Has(need) {
				return fmt.Errorf("fault %s means nothing here: there is no %s", use.Name, Features[need])
			}
		}
	}
	return nil
}

// add compiles a form and holds it to the composer.
func (p *Press) add(m *Maker, c *Composer, key string, f Form) error {
	for attempt := range attempts {
		d, err := p.compile(m, c, f, fmt.Sprintf("marker %d", attempt))
		if err != nil {
			return err
		}
		p.dies = append(p.dies, d)
		same, err := p.prove(m, c, key, f)
		if same || err != nil {
			return err
		}
		p.dies = p.dies[:len(p.dies)-1]
	}
	typ := f.Type
	if typ == "" {
		typ = m.DefaultType()
	}
	return fmt.Errorf("events of type %s%s cannot be numbered: what is fresh in them cannot be told from what is constant", typ, f.with())
}

// with names the faults, in words that follow others.
func (f Form) with() string {
	if len(f.Faults) == 0 {
		return ""
	}
	var names []string
	for _, use := range f.Faults {
		names = append(names, use.String())
	}
	return " with " + strings.Join(names, ", ")
}

// event makes an event of the form.
func (f Form) event(m *Maker, key string, now time.Time, about *Event) (Event, EventSpec, error) {
	spec := EventSpec{Key: key, Now: now, Type: f.Type, About: about}
	if err := ApplyToEvent(&spec, f.Faults); err != nil {
		return Event{}, spec, err
	}
	e, err := m.Make(spec)
	return e, spec, err
}

// prove reports whether the last die makes what the composer makes: of other
// events than it was compiled from, about objects of their own and of others, at
// times whose fractions are written in different lengths, the same bytes.
func (p *Press) prove(m *Maker, c *Composer, key string, f Form) (bool, error) {
	base := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	for i, fraction := range []time.Duration{0, 120 * time.Millisecond, 123 * time.Millisecond} {
		for _, object := range []int{-1, 10*i + 3} {
			s := Stamp{
				Form: len(p.dies) - 1, Event: 10*i + 7, Object: object,
				Happened: base.Add(fraction), At: base.Add(time.Hour),
			}
			e, d, err := s.compose(m, c, key, f)
			if err != nil {
				return false, err
			}
			if string(p.AppendID(nil, s.Event)) != e.ID || !bytes.Equal(d.Message.Bytes(), p.AppendRequest(nil, s)) {
				return false, nil
			}
		}
	}
	return true, nil
}

// compose makes the same delivery as the press does, in the usual way.
func (s Stamp) compose(m *Maker, c *Composer, key string, f Form) (Event, Delivery, error) {
	var about *Event
	if s.Object >= 0 {
		object, err := m.Make(EventSpec{Key: key + "object/" + strconv.Itoa(s.Object), Now: s.Happened})
		if err != nil {
			return Event{}, Delivery{}, err
		}
		about = &object
	}
	e, _, err := f.event(m, key+strconv.Itoa(s.Event), s.Happened, about)
	if err != nil {
		return Event{}, Delivery{}, err
	}
	d, err := c.Compose(e, s.At, f.Faults)
	return e, d, err
}

// Clone returns a press for another goroutine.
func (p *Press) Clone() *Press {
	c := *p
	c.events, c.objects = p.events.clone(), p.objects.clone()
	c.hashes = slices.Clone(p.hashes)
	for i := range c.hashes {
		c.hashes[i].renew()
	}
	c.values.second.text, c.scratch = nil, nil
	return &c
}

// AppendRequest appends the request that s asks for. The same stamp gives the
// same bytes.
func (p *Press) AppendRequest(dst []byte, s Stamp) []byte {
	d, v := &p.dies[s.Form], &p.values
	v.own.identify(&p.events, s.Event)
	v.about = v.own
	if s.Object >= 0 {
		v.about.identify(&p.objects, s.Object)
	}
	v.date(s.Happened.Add(-d.age), s.At)
	return p.append(dst, d)
}

// append writes head and body, then signs: a signature stands before what it
// signs.
func (p *Press) append(dst []byte, d *die) []byte {
	var places [maxSigners]int
	for i := range d.head {
		piece := &d.head[i]
		if piece.slot < slotSignature {
			dst = p.values.appendPiece(dst, piece)
			continue
		}
		dst = append(dst, piece.text...)
		n := piece.slot - slotSignature
		places[n] = len(dst)
		dst = append(dst, make([]byte, d.signers[n].width)...)
	}
	start := len(dst)
	dst = p.values.append(dst, d.body)
	for i := range d.signers {
		s := &d.signers[i]
		p.sign(dst[places[i]:places[i]+s.width], dst[start:], s)
	}
	return dst
}

// AppendID appends the id of event n.
func (p *Press) AppendID(dst []byte, n int) []byte {
	p.values.own.identify(&p.events, n)
	return p.values.append(dst, p.id)
}
