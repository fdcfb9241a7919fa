package mockprovider

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the way the bytes are put on the wire.
var wireFaults = []Fault{
	{
		Name: "wire.chunked", Stage: StageWire, Param: ParamList,
		Doc:   "the body is sent in chunks of the sizes given (RFC 9112 section 7.1), the rest in one",
		check: func(p Param) error { _, err := sizes(p.List); return err },
		apply: func(d *Draft, p Param) error {
			chunks, err := sizes(p.List)
			d.message.Chunks = chunks
			return err
		},
	},
	{
		Name: "wire.cut-off", Stage: StageWire, Param: ParamText,
		Doc: "the body is announced whole and half of it is sent; then half-close, close or reset",
		check: func(p Param) error {
			if _, ok := endings[p.Text]; !ok {
				return fmt.Errorf("ending %q; there are half-close, close, reset", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { d.cutOff = &cutOff{endings[p.Text]}; return nil },
	},
	{
		Name: "wire.flood", Stage: StageWire, Param: ParamText,
		Doc: "a body of so many bytes of filler takes the place of the event",
		check: func(p Param) error {
			if n, err := strconv.ParseInt(p.Text, 10, 64); err != nil || n < 1 || n > maxFlood {
				return fmt.Errorf("%q is no number of bytes from 1 to %d", p.Text, maxFlood)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error {
			n, err := strconv.ParseInt(p.Text, 10, 64)
			d.flood = n
			d.message.Body = nil
			d.message.Fields = append(d.message.Fields, wire.Field{Name: "Content-Length", Value: p.Text})
			return err
		},
	},
	{
		Name: "wire.hang-up", Stage: StageWire, Param: ParamText,
		Doc:   "the producer gives up so long after the last byte and closes the connection without the answer",
		check: func(p Param) error { _, err := time.ParseDuration(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			after, err := time.ParseDuration(p.Text)
			d.hangUp = after
			return err
		},
	},
	{
		Name: "wire.http2", Stage: StageWire,
		Doc:   "the delivery is sent over HTTP/2",
		apply: func(d *Draft, _ Param) error { d.http2 = true; return nil },
	},
}

// maxFlood bounds a flood, in bytes.
const maxFlood = 1 << 30

// flood is a body of one piece of filler over and over, so that it takes no
// memory.
func flood(size int64) []wire.Write {
	var out []wire.Write
	filler := bytes.Repeat([]byte{' '}, 256<<10)
	for size > 0 {
		n := min(size, int64(len(filler)))
		out = append(out, wire.Write{Bytes: filler[:n]})
		size -= n
	}
	return out
}

func sizes(list []string) ([]int, error) {
	var out []int
	for _, s := range list {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("chunk size %q is no positive number", s)
		}
		out = append(out, n)
	}
	return out, nil
}

var endings = map[string]wire.End{
	"half-close": wire.HalfClose,
	"close":      wire.Close,
	"reset":      wire.Reset,
}

type cutOff struct{ end wire.End }

// cut leaves the head and the first half of the body.
func (c *cutOff) cut(r *wire.Request, m wire.Message) {
	keep := len(m.Head()) + len(m.Body)/2
	for i, w := range r.Writes {
		if keep < len(w.Bytes) {
			r.Writes[i].Bytes = w.Bytes[:keep]
			r.Writes = r.Writes[:i+1]
			break
		}
		keep -= len(w.Bytes)
	}
	r.End = c.end
}
