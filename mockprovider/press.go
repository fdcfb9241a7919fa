package mockprovider

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Press stamps out signed deliveries fast, for load: numbered events of one
// maker, rendered and signed as one composer would. It is compiled from a
// delivery that the composer made, by finding where its values stand; so it
// knows nothing of schemes that a Composer does not.
//
// A Press is not for concurrent use: it reuses its keyed hashes. Clone makes
// one for another goroutine.
type Press struct {
	key     []byte // what Maker.unique hashes, up to the event's number
	prefix  int    // len(key) without the number
	id      []piece
	genuine stamp
	forged  stamp
	values  values
}

// A piece is constant text followed by one value.
type piece struct {
	text []byte
	slot slot
}

// slot names a value that differs between deliveries.
type slot uint8

const (
	slotNone      slot = iota // the last piece has no value
	slotUnique                // {unique}, {canary}
	slotUUID                  // {uuid}
	slotSHA                   // {sha}
	slotNumber                // {number}
	slotNow                   // {now}: milliseconds, always three digits
	slotInstant               // the same in a header: RFC 3339 as the CloudEvents SDK writes it
	slotNowUnix               // {now_unix}
	slotTimestamp             // of the attempt
	slotSignature             // and those after it: the first signature, the second, …
)

// A stamp makes one kind of delivery, genuine or forged.
type stamp struct {
	head, body []piece
	signers    []signer
}

// A signer makes one signature.
type signer struct {
	version       Version
	key           []byte
	mac           hash.Hash // nil for ed25519
	before, after []piece   // what is signed around the body
	width         int       // of the signature as text
	place         int       // in the request under way
	scratch       []byte
}

// values are what stands in the slots of one delivery.
type values struct {
	text     [28]byte // base32 of 17 bytes; the first 26 are the unique text
	sum      [sha256.Size]byte
	hex      [2 * sha256.Size]byte
	happened time.Time
	at       time.Time
	stampMS  bool
}

var newHashes = map[string]func() hash.Hash{
	"hmac-sha256": sha256.New, "hmac-sha1": sha1.New, "hmac-sha512": sha512.New,
}

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// forging is the fault of the forged deliveries.
var forging = []FaultUse{{Name: "secret.wrong"}}

// NewPress compiles a press. Event n is the one that m makes of
// EventSpec{Key: key + decimal n}. It fails when a delivery cannot be composed
// or, for the user's own samples, when its values cannot be told apart from
// its constant text.
func NewPress(m *Maker, c *Composer, key string) (*Press, error) {
	var err error
	// A marker that happens to stand in the constant text would be taken for
	// a value; another one does not.
	for attempt := range 3 {
		var p *Press
		if p, err = compilePress(m, c, key, fmt.Sprintf("marker %d", attempt)); err != nil {
			return nil, err
		}
		if err = p.prove(m, c, key); err == nil {
			return p, nil
		}
	}
	return nil, err
}

func compilePress(m *Maker, c *Composer, key, marker string) (*Press, error) {
	p := &Press{key: fmt.Appendf(nil, "%s\x00%d\x00%s", m.nonce, m.seed, key)}
	p.prefix = len(p.key)
	p.values.stampMS = c.Scheme.Timestamp != nil && c.Scheme.Timestamp.Unit == "ms"
	happened := time.Date(2011, 10, 9, 8, 7, 6, 543e6, time.UTC)
	e, err := m.Make(EventSpec{Key: marker, Now: happened})
	if err != nil {
		return nil, err
	}
	marks := marksOf(m.unique(marker), e)
	p.id = split(e.ID, marks)
	if p.genuine, err = compileStamp(c, e, c.Secret, nil, marks); err != nil {
		return nil, err
	}
	p.forged, err = compileStamp(c, e, c.Foreign, forging, marks)
	return p, err
}

// A mark is a text by which a value is found.
type mark struct {
	text string
	slot slot
}

func marksOf(u unique, e Event) []mark {
	fill := func(placeholder string) string { return u.fill(placeholder, e) }
	return []mark{
		{u.text, slotUnique}, {fill("{uuid}"), slotUUID}, {fill("{sha}"), slotSHA},
		{fill("{number}"), slotNumber}, {fill("{now}"), slotNow}, {fill("{now_unix}"), slotNowUnix},
	}
}

func compileStamp(c *Composer, e Event, key Secret, faults []FaultUse, marks []mark) (stamp, error) {
	at := e.Time.Add(987654 * time.Second)
	d, err := c.Compose(e, at, faults)
	if err != nil {
		return stamp{}, err
	}
	timestamp := ""
	if c.Scheme.Timestamp != nil {
		timestamp = c.Scheme.Timestamp.text(at)
		marks = append(slices.Clone(marks), mark{timestamp, slotTimestamp})
	}
	s := stamp{body: split(string(d.Message.Body), marks)}
	inHead := slices.Clone(marks)
	for i := range inHead {
		if inHead[i].slot == slotNow {
			inHead[i].slot = slotInstant
		}
	}
	for _, h := range c.Scheme.Signatures {
		v, ok := h.version(key.Form)
		if !ok {
			continue
		}
		value := v.sign(h, key, signed{id: e.ID, timestamp: timestamp, body: d.Message.Body})
		inHead = append(inHead, mark{value, slotSignature + slot(len(s.signers))})
		s.signers = append(s.signers, newSigner(h, v, key, e.ID, timestamp, len(value), marks))
	}
	s.head = split(string(d.Message.Head()), inHead)
	return s, nil
}

func newSigner(h SignatureHeader, v Version, key Secret, id, timestamp string, width int, marks []mark) signer {
	fill := strings.NewReplacer("{id}", id, "{timestamp}", timestamp)
	before, after, _ := strings.Cut(h.Content, "{body}")
	s := signer{
		version: v, key: key.Key, width: width,
		before: split(fill.Replace(before), marks), after: split(fill.Replace(after), marks),
	}
	return s.clone()
}

// split cuts a text at the marks that stand in it.
func split(text string, marks []mark) []piece {
	var all []piece
	for {
		first, at := mark{}, len(text)
		for _, m := range marks {
			if i := strings.Index(text, m.text); i >= 0 && i < at {
				first, at = m, i
			}
		}
		all = append(all, piece{[]byte(text[:at]), first.slot})
		if first.slot == slotNone {
			return all
		}
		text = text[at+len(first.text):]
	}
}

// Clone returns a press for another goroutine.
func (p *Press) Clone() *Press {
	c := *p
	c.key = slices.Clone(p.key)
	c.genuine.signers = cloneSigners(p.genuine.signers)
	c.forged.signers = cloneSigners(p.forged.signers)
	return &c
}

func cloneSigners(signers []signer) []signer {
	out := make([]signer, len(signers))
	for i, s := range signers {
		out[i] = s.clone()
	}
	return out
}

func (s signer) clone() signer {
	s.scratch = nil
	if h, ok := newHashes[s.version.Algorithm]; ok {
		s.mac = hmac.New(h, s.key)
	}
	return s
}

// AppendRequest appends the request that delivers event n: what happened at
// one time, attempted at another, signed with the right secret or with one
// that nobody has. The same arguments give the same bytes.
func (p *Press) AppendRequest(dst []byte, n int, happened, at time.Time, forged bool) []byte {
	p.identify(n)
	p.values.happened, p.values.at = happened.UTC().Truncate(time.Millisecond), at
	s := &p.genuine
	if forged {
		s = &p.forged
	}
	return s.append(dst, &p.values)
}

// AppendID appends the id of event n.
func (p *Press) AppendID(dst []byte, n int) []byte {
	p.identify(n)
	return p.values.append(dst, p.id)
}

// identify derives what is unique about event n, as Maker.unique does.
func (p *Press) identify(n int) {
	p.key = strconv.AppendInt(p.key[:p.prefix], int64(n), 10)
	v := &p.values
	v.sum = sha256.Sum256(p.key)
	lowerBase32.Encode(v.text[:], v.sum[:17])
	hex.Encode(v.hex[:], v.sum[:])
}

// append writes head and body, then signs: a signature stands before what it
// signs.
func (s *stamp) append(dst []byte, v *values) []byte {
	for _, p := range s.head {
		dst = append(dst, p.text...)
		if p.slot < slotSignature {
			dst = v.appendSlot(dst, p.slot)
			continue
		}
		sig := &s.signers[p.slot-slotSignature]
		sig.place = len(dst)
		dst = append(dst, make([]byte, sig.width)...)
	}
	start := len(dst)
	dst = v.append(dst, s.body)
	for i := range s.signers {
		sig := &s.signers[i]
		sig.sign(dst[sig.place:sig.place+sig.width], dst[start:], v)
	}
	return dst
}

func (s *signer) sign(dst, body []byte, v *values) {
	var sum []byte
	if s.mac == nil {
		s.scratch = v.append(s.scratch[:0], s.before)
		s.scratch = append(s.scratch, body...)
		s.scratch = v.append(s.scratch, s.after)
		sum = ed25519.Sign(s.key, s.scratch)
	} else {
		s.mac.Reset()
		s.scratch = v.append(s.scratch[:0], s.before)
		s.mac.Write(s.scratch)
		s.mac.Write(body)
		s.scratch = v.append(s.scratch[:0], s.after)
		s.mac.Write(s.scratch)
		sum = s.mac.Sum(s.scratch[:0])
		s.scratch = sum
	}
	if s.version.Encoding == "hex" {
		hex.Encode(dst, sum)
		return
	}
	base64.StdEncoding.Encode(dst, sum)
}

func (v *values) append(dst []byte, pieces []piece) []byte {
	for _, p := range pieces {
		dst = append(dst, p.text...)
		dst = v.appendSlot(dst, p.slot)
	}
	return dst
}

// appendSlot writes values in the forms that unique.fill and
// Timestamp.text do; prove holds it to them.
func (v *values) appendSlot(dst []byte, s slot) []byte {
	switch s {
	case slotUnique:
		return append(dst, v.text[:26]...)
	case slotUUID:
		h := v.hex[:]
		dst = append(append(append(dst, h[:4]...), "-4"...), h[4:7]...)
		dst = append(append(append(dst, "-a"...), h[7:10]...), '-')
		return append(dst, h[10:22]...)
	case slotSHA:
		return append(dst, v.hex[:40]...)
	case slotNumber:
		return strconv.AppendInt(dst, 100_000_000+int64(binary.BigEndian.Uint32(v.sum[20:])%900_000_000), 10)
	case slotNow:
		return v.happened.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	case slotInstant:
		return v.happened.AppendFormat(dst, time.RFC3339Nano)
	case slotNowUnix:
		return strconv.AppendInt(dst, v.happened.Unix(), 10)
	case slotTimestamp:
		if v.stampMS {
			return strconv.AppendInt(dst, v.at.UnixMilli(), 10)
		}
		return strconv.AppendInt(dst, v.at.Unix(), 10)
	}
	return dst
}

// prove holds the press to the composer: for other events than it was compiled
// from, at times whose fractions are written in different lengths, the bytes
// must be the same.
func (p *Press) prove(m *Maker, c *Composer, key string) error {
	base := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	for i, fraction := range []time.Duration{0, 120 * time.Millisecond, 123 * time.Millisecond} {
		n, happened, at := 10*i+7, base.Add(fraction), base.Add(time.Hour)
		e, err := m.Make(EventSpec{Key: key + strconv.Itoa(n), Now: happened})
		if err != nil {
			return err
		}
		for _, forged := range []bool{false, true} {
			var faults []FaultUse
			if forged {
				faults = forging
			}
			d, err := c.Compose(e, at, faults)
			if err != nil {
				return err
			}
			if !bytes.Equal(d.Message.Bytes(), p.AppendRequest(nil, n, happened, at, forged)) {
				return fmt.Errorf("events of type %s cannot be numbered: what is fresh in them cannot be told from what is constant", e.Type)
			}
		}
	}
	return nil
}
