package mockprovider

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of when the bytes are sent, and of bodies without end.
var paceFaults = []Fault{
	{
		Name: "wire.pace", Stage: StageWire, Param: ParamText,
		Doc:   "the body is sent in pieces: 64/100ms is 64 bytes every 100 ms",
		check: func(p Param) error { _, err := parsePace(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			pace, err := parsePace(p.Text)
			d.pace = pace
			return err
		},
	},
	{
		Name: "wire.expect", Stage: StageWire,
		Doc: "the body is sent only when the receiver says 100 (Continue), or after three seconds (RFC 9110 section 10.1.1)",
		apply: func(d *Draft, _ Param) error {
			d.message.Fields = append(d.message.Fields, wire.Field{Name: "Expect", Value: "100-continue"})
			d.awaits = true
			return nil
		},
	},
	{
		Name: "wire.flood-chunked", Stage: StageWire, Param: ParamText,
		Doc:   "a chunked body of so many bytes of filler, whose end is not sent, takes the place of the event",
		check: func(p Param) error { _, err := countOf(p.Text, maxFlood); return err },
		apply: func(d *Draft, p Param) error {
			n, err := countOf(p.Text, maxFlood)
			d.flood = int64(n)
			d.message.Body = nil
			d.message.Fields = append(d.message.Fields, wire.Field{Name: "Transfer-Encoding", Value: "chunked"})
			return err
		},
	},
	{
		Name: "wire.stall", Stage: StageWire, Param: ParamText,
		Doc:   "half of the head or of the body is sent and then nothing more; the answer, or the end of the connection, is waited for: head/20s",
		check: func(p Param) error { _, err := parseStall(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			stall, err := parseStall(p.Text)
			d.stall = stall
			return err
		},
	},
	{
		Name: "wire.cut-head", Stage: StageWire, Param: ParamText,
		Doc: "the connection ends in the middle of the head: half-close, close or reset",
		check: func(p Param) error {
			if _, ok := endings[p.Text]; !ok {
				return fmt.Errorf("ending %q; there are half-close, close, reset", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { d.cutHead = &cutOff{endings[p.Text]}; return nil },
	},
}

// pace is how a body is sent: so many bytes, every so often.
type pace struct {
	bytes int
	every time.Duration
}

func parsePace(text string) (pace, error) {
	size, every, found := strings.Cut(text, "/")
	n, err := strconv.Atoi(size)
	d, err2 := time.ParseDuration(every)
	if !found || err != nil || err2 != nil || n < 1 || d <= 0 {
		return pace{}, fmt.Errorf("%q; write bytes and pause, such as 64/100ms", text)
	}
	return pace{n, d}, nil
}

// slow cuts what comes behind the head into pieces with pauses before them.
func (p pace) slow(writes []wire.Write) []wire.Write {
	if p.bytes == 0 {
		return writes
	}
	out := writes[:1:1]
	for _, w := range writes[1:] {
		for b := w.Bytes; len(b) > 0; {
			n := min(p.bytes, len(b))
			out = append(out, wire.Write{Bytes: b[:n], Pause: p.every})
			b = b[n:]
		}
	}
	return out
}

// stall is where a message stops, and how long it is waited then.
type stall struct {
	where string // "head", "body" or "": nowhere
	wait  time.Duration
}

// maxStall bounds the wait for a connection to end.
const maxStall = 2 * time.Minute

func parseStall(text string) (stall, error) {
	where, wait, _ := strings.Cut(text, "/")
	d, err := time.ParseDuration(wait)
	if err != nil || d <= 0 || d > maxStall || where != "head" && where != "body" {
		return stall{}, fmt.Errorf("%q; write head or body and how long to wait, such as head/20s, up to %s", text, maxStall)
	}
	return stall{where, d}, nil
}

// halves keeps the first half of the head, or the head and half of the body.
func (s stall) halves(writes []wire.Write) []wire.Write {
	switch s.where {
	case "head":
		return halfHead(writes)
	case "body":
		body := writes[1].Bytes
		return []wire.Write{writes[0], {Bytes: body[:len(body)/2]}}
	}
	return writes
}

func halfHead(writes []wire.Write) []wire.Write {
	head := writes[0].Bytes
	return []wire.Write{{Bytes: head[:len(head)/2]}}
}

// endless is a chunked body of filler, in chunks of 256 KiB, without an end.
func endless(size int64) []wire.Write {
	const chunk = 256 << 10
	filler := bytes.Repeat([]byte{' '}, chunk)
	full := append(append([]byte(strconv.FormatInt(chunk, 16)+"\r\n"), filler...), "\r\n"...)
	var out []wire.Write
	for ; size > 0; size -= chunk {
		out = append(out, wire.Write{Bytes: full})
	}
	return out
}
