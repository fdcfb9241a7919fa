package mockprovider

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// slot names a value that differs between deliveries.
type slot uint8

const (
	slotNone      slot = iota // the piece has no value
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

// values are what stands in the slots of one delivery.
type values struct {
	own, about   fresh // of the event, and of the object it is about
	unix         int64 // when the event happened
	milli        int
	at           int64 // of the attempt, in the timestamp's unit
	milliseconds bool  // is that unit
	second       second
}

// fresh is what is unique about an event or an object.
type fresh struct {
	sum  [sha256.Size]byte
	text [28]byte // base32 of 17 bytes; the first 26 are the unique text
}

// A numbering makes the sums of numbered keys, as Maker.unique does.
type numbering struct {
	key    []byte // what is hashed
	prefix int    // len(key) without the number
}

func (m *Maker) numbering(key string) numbering {
	text := fmt.Appendf(nil, "%s\x00%d\x00%s", m.nonce, m.seed, key)
	return numbering{text, len(text)}
}

func (n numbering) clone() numbering { return numbering{slices.Clone(n.key), n.prefix} }

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func (f *fresh) identify(all *numbering, n int) {
	all.key = strconv.AppendInt(all.key[:all.prefix], int64(n), 10)
	f.sum = sha256.Sum256(all.key)
	lowerBase32.Encode(f.text[:], f.sum[:17])
}

// date sets the times.
func (v *values) date(happened, at time.Time) {
	v.unix, v.milli = happened.Unix(), happened.Nanosecond()/1e6
	v.at = at.Unix()
	if v.milliseconds {
		v.at = at.UnixMilli()
	}
}

func (v *values) append(dst []byte, pieces []piece) []byte {
	for i := range pieces {
		dst = v.appendPiece(dst, &pieces[i])
	}
	return dst
}

func (v *values) appendPiece(dst []byte, p *piece) []byte {
	dst = append(dst, p.text...)
	if p.slot == slotNone {
		return dst
	}
	start := len(dst)
	f := &v.own
	if p.about {
		f = &v.about
	}
	dst = v.appendSlot(dst, p.slot, f)
	if p.keep > 0 {
		dst = dst[:start+p.keep]
	}
	return dst
}

// appendSlot writes values in the forms that unique.fill and Timestamp.text do;
// Press.prove holds it to them.
func (v *values) appendSlot(dst []byte, s slot, f *fresh) []byte {
	switch s {
	case slotUnique:
		return append(dst, f.text[:26]...)
	case slotUUID:
		var h [22]byte
		hex.Encode(h[:], f.sum[:11])
		dst = append(append(append(dst, h[:4]...), "-4"...), h[4:7]...)
		dst = append(append(append(dst, "-a"...), h[7:10]...), '-')
		return append(dst, h[10:22]...)
	case slotSHA:
		return hex.AppendEncode(dst, f.sum[:20])
	case slotNumber:
		return strconv.AppendInt(dst, 100_000_000+int64(binary.BigEndian.Uint32(f.sum[20:])%900_000_000), 10)
	case slotNow:
		return append(appendMilli(v.second.append(dst, v.unix), v.milli), 'Z')
	case slotInstant:
		dst = v.second.append(dst, v.unix)
		if v.milli > 0 {
			dst = bytes.TrimRight(appendMilli(dst, v.milli), "0")
		}
		return append(dst, 'Z')
	case slotNowUnix:
		return strconv.AppendInt(dst, v.unix, 10)
	case slotTimestamp:
		return strconv.AppendInt(dst, v.at, 10)
	}
	return dst
}

func appendMilli(dst []byte, n int) []byte {
	return append(dst, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
}

// A second is the text of the last one that was asked for: deliveries of the
// same second follow one another.
type second struct {
	unix int64
	text []byte
}

func (s *second) append(dst []byte, unix int64) []byte {
	if len(s.text) == 0 || s.unix != unix {
		s.unix, s.text = unix, time.Unix(unix, 0).UTC().AppendFormat(s.text[:0], "2006-01-02T15:04:05")
	}
	return append(dst, s.text...)
}
