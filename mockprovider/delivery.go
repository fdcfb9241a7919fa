package mockprovider

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// A Composer makes deliveries for one target.
type Composer struct {
	Scheme    *Scheme
	Secret    Secret // signs genuine deliveries
	Tolerance Tolerance
	Host      string       // value of the Host header
	Path      string       // request target: path and query
	Extra     []wire.Field // headers the target's edge asks for
	Origin    string       // WebHook-Request-Origin; empty: none
	Foreign   Secret       // of the right form, and nobody has it
	// Others are further secrets of the producer's by their name, such as
	// PreviousSecret.
	Others map[string]Secret
}

// A Delivery is one request that carries an event, ready to be sent.
type Delivery struct {
	Event   Event
	SentID  string // the event's id as it stands in the message: a fault may have changed it
	Faults  []FaultUse
	Mode    string
	At      time.Time // of the attempt, as the producer claims
	Message wire.Message
	// chosen is, by fault, the form that it took where it has many.
	chosen map[string]string
	// Genuine is the message that the same event at the same time, in the same
	// content mode, would have been without the faults. Of a repeated delivery
	// it is the message repeated. Zero where there are no faults.
	Genuine wire.Message
	Request wire.Request
	HTTP2   bool
	// Patience is how long the answer, or the end of the connection, is waited
	// for; 0: as usual.
	Patience time.Duration
	// Expected holds the signatures that would have been right where those
	// sent are not: a receiver that shows one is a signing oracle.
	Expected []Sensitive
}

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
	http2     bool
}

// Compose makes one attempt of the event at the time given.
func (c *Composer) Compose(e Event, at time.Time, faults []FaultUse) (Delivery, error) {
	d, err := c.draft(e, at, faults)
	if err != nil {
		return Delivery{}, err
	}
	made := Delivery{
		Event: e, SentID: d.sentID(), Faults: faults, Mode: d.mode, At: at,
		Message: d.message, Request: d.request(), HTTP2: d.http2, Patience: d.stall.wait,
		Expected: d.expected(), chosen: d.chosen,
	}
	if len(faults) > 0 {
		genuine, err := c.draft(e, at, beforeBody(faults))
		if err != nil {
			return Delivery{}, err
		}
		made.Genuine = genuine.message
	}
	return made, nil
}

// draft makes the message and notes how it goes on the wire.
func (c *Composer) draft(e Event, at time.Time, faults []FaultUse) (*Draft, error) {
	d := &Draft{c: c, event: e, at: at, id: e.ID, key: c.Secret}
	if len(c.Scheme.Modes) > 0 {
		d.mode = c.Scheme.Modes[0]
	}
	steps := []struct {
		stage Stage
		work  func() error
	}{
		{StageMode, d.render},
		{StageBody, d.stamp},
		{StageStamp, nil},
		{StageSign, d.seal},
		{StageSealed, nil},
		{StageWire, nil},
	}
	for _, s := range steps {
		if err := d.apply(s.stage, faults); err != nil {
			return nil, err
		}
		if s.work == nil {
			continue
		}
		if err := s.work(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// beforeBody leaves the faults that choose what is delivered and in which
// content mode: they alter nothing of a delivery.
func beforeBody(faults []FaultUse) []FaultUse {
	return slices.DeleteFunc(slices.Clone(faults), func(use FaultUse) bool {
		f, err := FindFault(use.Name)
		return err == nil && f.Stage >= StageBody
	})
}

// Repeat sends a delivery's message again; the faults alter what is sealed.
func (c *Composer) Repeat(last Delivery, faults []FaultUse) (Delivery, error) {
	d := &Draft{c: c, event: last.Event, mode: last.Mode, http2: last.HTTP2}
	d.message = last.Message
	d.message.Fields = slices.Clone(last.Message.Fields)
	for _, stage := range []Stage{StageSealed, StageWire} {
		if err := d.apply(stage, faults); err != nil {
			return Delivery{}, err
		}
	}
	last.Genuine = wire.Message{}
	if len(faults) > 0 {
		last.Genuine = last.Message
	}
	last.Faults, last.Message, last.Request, last.SentID = faults, d.message, d.request(), d.sentID()
	last.HTTP2, last.Patience = d.http2, d.stall.wait
	last.Expected, last.chosen = d.expected(), d.chosen
	return last, nil
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

// stamp is the member of the signature header that holds the timestamp, with
// the separator behind it; empty where the timestamp stands elsewhere.
func (s *Scheme) stamp(h SignatureHeader, timestamp string) string {
	if s.Timestamp == nil || s.Timestamp.Member == "" {
		return ""
	}
	return s.Timestamp.Member + timestamp + h.Separator
}

// version returns the version that a secret of that form makes.
func (h SignatureHeader) version(form SecretForm) (Version, bool) {
	for _, v := range h.Versions {
		if v.Secret == form {
			return v, true
		}
	}
	return Version{}, false
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
		if err != nil || id.Type != gjson.String {
			return ""
		}
		return id.String()
	}
	return d.event.ID
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
	r := wire.Request{Method: d.message.Method, Writes: d.writes(), HangUp: d.hangUp}
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

// continueWait is how long a body waits for 100 (Continue).
const continueWait = 3 * time.Second

func (d *Draft) header(name string) bool {
	return slices.ContainsFunc(d.message.Fields, func(f wire.Field) bool { return equalName(f.Name, name) })
}
