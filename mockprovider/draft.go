package mockprovider

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// continueWait is how long a body waits for 100 (Continue).
const continueWait = 3 * time.Second

// A Draft is a delivery in the making; faults alter it, each at its stage.
type Draft struct {
	c     *Composer
	event Event
	mode  string
	at    time.Time

	// Stage body: what will be signed.
	body   []byte
	fields []wire.Field // CloudEvents attributes in binary mode, Content-Type

	// Stage stamp.
	id        string
	timestamp string

	// Stage sign.
	key       Secret
	algorithm string // instead of the version's own
	value     string // template of the signature header's value, instead of the genuine one
	bearer    string // template of the bearer header's value, instead of the genuine one
	// sum makes the signature's bytes, instead of the version's algorithm.
	sum func(key Secret, content []byte) ([]byte, error)

	chosen map[string]string // by fault: the form it took

	// Stage sealed works on message; stage wire on these.
	message   wire.Message
	knownAs   string // by which a receiver could know the event, where it is not the id that stands there
	framed    []byte // the body as it is sent, where the framing is odd
	lineFeeds bool
	cutOff    *cutOff
	cutHead   *cutOff
	flood     int64
	pace      pace
	stall     stall
	awaits    bool
	hangUp    time.Duration
	departure wire.End // once all is sent
	readRate  int      // of the answer, in bytes a second
	http2     bool
}

func (d *Draft) apply(stage Stage, faults []FaultUse) error {
	for _, use := range faults {
		f, err := FindFault(use.Name)
		if err != nil {
			return err
		}
		if f.Stage != stage || f.apply == nil {
			continue
		}
		if err := f.apply(d, use.Param); err != nil {
			return fmt.Errorf("fault %s: %w", use.Name, err)
		}
	}
	return nil
}

// render makes the body and the headers that describe it.
func (d *Draft) render() error {
	if len(d.c.Scheme.Modes) > 0 {
		fields, body, err := cloudEvent(d.event, d.mode, d.c.Scheme.ContentType)
		d.fields, d.body = fields, body
		return err
	}
	d.body = d.event.Body
	d.fields = []wire.Field{{Name: "Content-Type", Value: d.c.Scheme.ContentType}}
	if d.c.Scheme.Type.Header != "" {
		d.fields = append(d.fields, wire.Field{Name: d.c.Scheme.Type.Header, Value: d.event.Type})
	}
	return nil
}

func (d *Draft) stamp() error {
	if d.c.Scheme.Timestamp != nil {
		d.timestamp = d.c.Scheme.Timestamp.text(d.at)
	}
	return nil
}

// seal signs and puts the message together, in the order real producers do.
func (d *Draft) seal() error {
	s := d.c.Scheme
	m := wire.Message{Method: "POST", Target: d.c.Path, Body: d.body}
	add := func(name, value string) {
		m.Fields = append(m.Fields, wire.Field{Name: name, Value: value})
	}
	add("Host", d.c.Host)
	for _, h := range s.Headers {
		add(h.Name, h.Value)
	}
	m.Fields = append(m.Fields, d.c.Extra...)
	m.Fields = append(m.Fields, d.fields...)
	if d.c.Origin != "" {
		add("WebHook-Request-Origin", d.c.Origin)
	}
	if s.ID.Header != "" && len(s.Modes) == 0 {
		add(s.ID.Header, d.id)
	}
	if s.Timestamp != nil && s.Timestamp.Header != "" {
		add(s.Timestamp.Header, d.timestamp)
	}
	for _, h := range s.Signatures {
		value, ok, err := d.signature(h)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		for line := range strings.SplitSeq(value, newLine) {
			add(h.Header, line)
		}
	}
	if s.Bearer != nil {
		add(s.Bearer.Header, d.bearerValue())
	}
	d.message = m
	return nil
}

func (d *Draft) signed() signed {
	return signed{id: d.id, timestamp: d.timestamp, body: d.body}
}

// signature makes the value of one signature header. There is none where the
// header has no version for the form of the secret.
func (d *Draft) signature(h SignatureHeader) (value string, ok bool, err error) {
	v, ok := h.version(d.key.Form)
	if !ok {
		return "", false, nil
	}
	good, err := d.good(h, v)
	if err != nil {
		return "", false, err
	}
	f := filling{
		prefix: v.Prefix, separator: h.Separator, stamp: d.c.Scheme.stamp(h, d.timestamp), timestamp: d.timestamp,
		encoding: v.Encoding, good: good,
	}
	if d.value == "" || h.Legacy {
		value, err = f.fill("{prefix}{good}")
		return value, true, err
	}
	f.bad = d.signedBy(h, d.c.Foreign)
	f.others = map[string]string{}
	for name, secret := range d.c.Others {
		f.others[name] = d.signedBy(h, secret)
	}
	value, err = f.fill(d.value)
	return value, true, err
}

// good is the signature that is right for what it is made with.
func (d *Draft) good(h SignatureHeader, v Version) (string, error) {
	if d.sum != nil && !h.Legacy {
		sum, err := d.sum(d.key, d.signed().content(h.Content))
		if err != nil {
			return "", err
		}
		return encodings[v.Encoding](sum), nil
	}
	if d.algorithm != "" && !h.Legacy {
		v.Algorithm, v.Name = d.algorithm, ""
	}
	return v.sign(h, d.key, d.signed()), nil
}

// signedBy is the signature that another secret makes; "" where the header has
// no version for its form.
func (d *Draft) signedBy(h SignatureHeader, secret Secret) string {
	v, ok := h.version(secret.Form)
	if !ok {
		return ""
	}
	return v.sign(h, secret, d.signed())
}

func (d *Draft) bearerValue() string {
	template := d.c.Scheme.Bearer.Prefix + "{secret}"
	if d.bearer != "" {
		template = d.bearer
	}
	return strings.ReplaceAll(template, "{secret}", d.key.text)
}

// expected lists the right signatures of what is sent, where they are not sent.
func (d *Draft) expected() []Sensitive {
	var all []Sensitive
	for _, h := range d.c.Scheme.Signatures {
		v, ok := h.version(d.c.Secret.Form)
		if !ok {
			continue
		}
		s := signed{id: d.field(d.c.Scheme.ID.Header), timestamp: d.sentTimestamp(), body: d.message.Body}
		right := v.sign(h, d.c.Secret, s)
		if !strings.Contains(d.field(h.Header), right) {
			all = append(all, Sensitive{Kind: "expected-signature", Place: h.Header, As: v.Encoding, Value: right})
		}
	}
	return all
}

// sentTimestamp is the timestamp as it stands in the message; "" where it has
// none.
func (d *Draft) sentTimestamp() string {
	t := d.c.Scheme.Timestamp
	switch {
	case t == nil:
		return ""
	case t.Header != "":
		return d.field(t.Header)
	}
	h := d.c.Scheme.Signatures[0]
	for member := range strings.SplitSeq(d.field(h.Header), h.Separator) {
		if text, ok := strings.CutPrefix(member, t.Member); ok {
			return text
		}
	}
	return ""
}

// sentID is the id by which a receiver could know the event; "" where the
// message has none.
func (d *Draft) sentID() string {
	if d.knownAs != "" {
		return d.knownAs
	}
	s := d.c.Scheme
	if s.ID.Header != "" && d.mode != ModeStructured {
		return d.field(s.ID.Header)
	}
	if s.ID.Body != "" {
		id, err := getJSON(d.message.Body, s.ID.Body)
		if err != nil || id.Type != gjson.String || !d.fresh(id.String()) {
			return ""
		}
		return id.String()
	}
	return d.event.ID
}

// fresh reports whether an id in the body is this event's alone. One that a
// fault made up may be another event's, too, which was processed with reason.
func (d *Draft) fresh(id string) bool {
	return id == d.event.ID || strings.Contains(id, d.event.Canary)
}

// field returns the first value of a header of the message, without the blanks
// around it, which are no part of it.
func (d *Draft) field(name string) string {
	for _, f := range d.message.Fields {
		if strings.EqualFold(f.Name, name) {
			return strings.Trim(f.Value, " \t")
		}
	}
	return ""
}

// request says how the message goes on the wire.
func (d *Draft) request() wire.Request {
	r := wire.Request{Method: d.message.Method, Writes: d.writes(), HangUp: d.hangUp, End: d.departure, ReadRate: d.readRate}
	switch {
	case d.cutOff != nil:
		d.cutOff.cut(&r, d.message)
	case d.cutHead != nil:
		r.Writes, r.End = halfHead(r.Writes), d.cutHead.end
	}
	return r
}

// writes are the head and what comes behind it: one write, where nothing is to
// be done between them.
func (d *Draft) writes() []wire.Write {
	all := d.message.Bytes()
	n := len(d.message.Head())
	head, body := all[:n:n], []wire.Write{{Bytes: all[n:]}}
	switch {
	case d.framed != nil:
		body = []wire.Write{{Bytes: d.framed}}
	case d.flood > 0 && d.header("Transfer-Encoding"):
		body = endless(d.flood)
	case d.flood > 0:
		body = flood(d.flood)
	case d.pace.bytes == 0 && d.stall.where == "" && d.cutHead == nil && !d.awaits && !d.lineFeeds:
		return []wire.Write{{Bytes: all}}
	}
	if d.lineFeeds {
		head = bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n"))
	}
	if d.awaits {
		body[0].Await = continueWait
	}
	return d.stall.halves(d.pace.slow(append([]wire.Write{{Bytes: head}}, body...)))
}

func (d *Draft) header(name string) bool {
	return slices.ContainsFunc(d.message.Fields, func(f wire.Field) bool { return equalName(f.Name, name) })
}
