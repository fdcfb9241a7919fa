package mockprovider

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A piece is constant text followed by one value.
type piece struct {
	text  []byte
	slot  slot
	about bool // the value is the object's, not the event's own
	keep  int  // so many of the value's bytes, where it is cut off; 0: all
}

// A mark is a text by which a value is found.
type mark struct {
	text  string
	slot  slot
	about bool
}

// compile finds the values in one delivery of the form, which is about an
// object of another name, so that the values of both can be told apart.
func (p *Press) compile(m *Maker, c *Composer, f Form, marker string) (die, error) {
	now := time.Date(2011, 10, 9, 8, 7, 6, 543e6, time.UTC)
	object, err := m.Make(EventSpec{Key: "object of " + marker, Now: now})
	if err != nil {
		return die{}, err
	}
	e, spec, err := f.event(m, marker, now, &object)
	if err != nil {
		return die{}, err
	}
	at := now.Add(987654 * time.Second)
	draft, err := c.draft(e, at, f.Faults)
	if err != nil {
		return die{}, err
	}
	marks := slices.Concat(
		uniqueMarks(m.unique(marker), e, false), uniqueMarks(object.keys, e, true), timeMarks(e),
	)
	if t := c.Scheme.Timestamp; t != nil && draft.timestamp == t.text(at) {
		marks = append(marks, mark{draft.timestamp, slotTimestamp, false})
	}
	d := die{body: split(string(draft.message.Body), marks), age: spec.Age}
	inHead := slices.Clone(marks)
	for i := range inHead {
		if inHead[i].slot == slotNow {
			inHead[i].slot = slotInstant
		}
	}
	for _, h := range c.Scheme.Signatures {
		v, ok := h.version(draft.key.Form)
		if !ok {
			continue
		}
		good, err := draft.good(h, v)
		if err != nil {
			return die{}, err
		}
		if len(d.signers) == maxSigners {
			return die{}, fmt.Errorf("scheme %s makes more than %d signatures", c.Scheme.Name, maxSigners)
		}
		inHead = append(inHead, mark{good, slotSignature + slot(len(d.signers)), false})
		d.signers = append(d.signers, p.signer(draft, h, v, len(good), marks))
	}
	d.head = split(string(draft.message.Head()), inHead)
	return d, nil
}

func uniqueMarks(u unique, e Event, about bool) []mark {
	return []mark{
		{u.text, slotUnique, about}, {u.fill("{uuid}", e), slotUUID, about},
		{u.fill("{sha}", e), slotSHA, about}, {u.fill("{number}", e), slotNumber, about},
	}
}

func timeMarks(e Event) []mark {
	return []mark{{e.keys.fill("{now}", e), slotNow, false}, {e.keys.fill("{now_unix}", e), slotNowUnix, false}}
}

// splitForm cuts the form of an id at its placeholders.
func splitForm(form string) []piece {
	return split(form, []mark{
		{"{unique}", slotUnique, false}, {"{canary}", slotUnique, false}, {"{uuid}", slotUUID, false},
		{"{sha}", slotSHA, false}, {"{number}", slotNumber, false},
	})
}

// split cuts a text at the marks that stand in it. At its end a mark may be cut
// off: a fault can end a body anywhere.
func split(text string, marks []mark) []piece {
	var all []piece
	for {
		first, at := mark{}, len(text)
		for _, m := range marks {
			if i := strings.Index(text, m.text); i >= 0 && i < at {
				first, at = m, i
			}
		}
		if first.slot == slotNone {
			return append(all, lastPiece(text, marks))
		}
		all = append(all, piece{text: []byte(text[:at]), slot: first.slot, about: first.about})
		text = text[at+len(first.text):]
	}
}

// lastPiece is a text that ends with the longest beginning of a mark, if any.
func lastPiece(text string, marks []mark) piece {
	last := piece{text: []byte(text)}
	for _, m := range marks {
		for n := min(len(m.text)-1, len(text)); n > last.keep; n-- {
			if strings.HasSuffix(text, m.text[:n]) {
				last = piece{text: []byte(text[:len(text)-n]), slot: m.slot, about: m.about, keep: n}
			}
		}
	}
	return last
}
