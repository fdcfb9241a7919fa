package mockprovider

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the message's framing (RFC 9112 sections 2, 6 and 7). The message
// inside is the genuine one, so that only its framing can be to blame.
var framingFaults = []Fault{
	{
		Name: "wire.framing", Stage: StageWire, Param: ParamText,
		Doc: "the length of the body is told in a way of which RFC 9112 says that it must not be: " + framingDoc,
		check: func(p Param) error {
			if _, ok := framings[p.Text]; !ok {
				return nearest.Unknown("framing", p.Text, slices.Sorted(maps.Keys(framings)))
			}
			return nil
		},
		words: func(p Param) string { return framings[p.Text].words },
		apply: func(d *Draft, p Param) error {
			f := framings[p.Text]
			fields, body := f.frame(d.message.Body)
			d.message.Fields = append(d.message.Fields, fields...)
			d.framed = body
			return nil
		},
	},
	{
		Name: "wire.line-feeds", Stage: StageWire,
		Doc:   "the lines of the head end in a line feed without carriage return",
		apply: func(d *Draft, _ Param) error { d.lineFeeds = true; return nil },
	},
	{
		Name: "wire.trailer", Stage: StageWire, Param: ParamList,
		Doc: "the headers are not sent in the head but in the trailer, behind the last chunk",
		apply: func(d *Draft, p Param) error {
			return d.alterEach(p.List, func(f wire.Field) []wire.Field {
				d.addTrailer(f)
				return nil
			})
		},
	},
	{
		Name: "wire.trailer-add", Stage: StageWire, Param: ParamMap,
		Doc: "the fields are sent in a trailer, behind the last chunk",
		apply: func(d *Draft, p Param) error {
			for _, pair := range p.Map {
				d.addTrailer(wire.Field{Name: pair.Key, Value: pair.Value})
			}
			return nil
		},
	},
}

func (d *Draft) addTrailer(f wire.Field) {
	d.message.Trailer = append(d.message.Trailer, f)
	if d.message.Chunks == nil {
		d.message.Chunks = []int{}
	}
}

// A lengthForm is one way to tell a body's length, and the body as it is sent.
type lengthForm struct {
	words string
	frame func(body []byte) ([]wire.Field, []byte)
}

const framingDoc = "two lengths, lengths and chunks, signs, unknown codings, sizes that are none"

var framings = map[string]lengthForm{
	"two-lengths":    lengths("two Content-Length fields that differ: the whole body, and half of it", "", "/2"),
	"length-plus":    lengths("a Content-Length with a plus sign", "+"),
	"length-minus":   lengths("a negative Content-Length", "-"),
	"length-hex":     lengths("a Content-Length in hexadecimal, as 0x…", "0x"),
	"both":           coded("both Transfer-Encoding: chunked and Content-Length", "chunked", true, plainSize),
	"unknown-coding": coded("a transfer coding that nobody knows: xchunked", "xchunked", false, plainSize),
	"coding-after":   coded("a transfer coding after chunked, which must be the last: chunked, identity", "chunked, identity", false, plainSize),
	"chunk-hex":      coded("a chunk size written as 0x…", "chunked", false, func(n int) string { return "0x" + plainSize(n) }),
	"chunk-overflow": coded("a chunk size that is right modulo 2^64", "chunked", false, func(n int) string { return "1" + leftPad(strconv.FormatInt(int64(n), 16), 16) + "\r\n" }),
	"chunk-minus":    coded("a chunk size with a sign", "chunked", false, func(n int) string { return "-" + plainSize(n) }),
	"chunk-feed":     coded("a chunk size whose line ends in a line feed without carriage return", "chunked", false, func(n int) string { return strconv.FormatInt(int64(n), 16) + "\n" }),
	"chunk-extension": coded("chunk extensions, which nobody knows", "chunked", false, func(n int) string {
		return strconv.FormatInt(int64(n), 16) + `;hookassay="a; b";c` + "\r\n"
	}),
}

func plainSize(n int) string { return strconv.FormatInt(int64(n), 16) + "\r\n" }

func leftPad(digits string, width int) string {
	return string(bytes.Repeat([]byte{'0'}, width-len(digits))) + digits
}

// lengths sends the body as it is, with one Content-Length for each prefix; "/2"
// is half the length.
func lengths(words string, prefixes ...string) lengthForm {
	return lengthForm{words, func(body []byte) ([]wire.Field, []byte) {
		var fields []wire.Field
		for _, prefix := range prefixes {
			value := prefix + strconv.Itoa(len(body))
			switch prefix {
			case "/2":
				value = strconv.Itoa(len(body) / 2)
			case "0x":
				value = prefix + strconv.FormatInt(int64(len(body)), 16)
			}
			fields = append(fields, wire.Field{Name: "Content-Length", Value: value})
		}
		return fields, body
	}}
}

// coded sends the body in one chunk under a Transfer-Encoding, and with the
// length of what is sent as Content-Length too, so that both end alike.
func coded(words, coding string, length bool, size func(int) string) lengthForm {
	return lengthForm{words, func(body []byte) ([]wire.Field, []byte) {
		chunked := []byte(size(len(body)))
		chunked = append(append(chunked, body...), "\r\n0\r\n\r\n"...)
		fields := []wire.Field{{Name: "Transfer-Encoding", Value: coding}}
		if length {
			fields = append(fields, wire.Field{Name: "Content-Length", Value: strconv.Itoa(len(chunked))})
		}
		return fields, chunked
	}}
}
