package mockprovider

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the body as a text, before it is signed: other spellings, other
// encodings, values at the limits of what parsers take.
var textFaults = []Fault{
	{
		Name: "body.spaces", Stage: StageBody,
		Doc: "the same JSON value, with spaces, tabs and line ends of both kinds between its tokens",
		apply: func(d *Draft, _ Param) error {
			d.body = spaceOut(d.body)
			return nil
		},
	},
	{
		Name: "body.empty", Stage: StageBody,
		Doc:   "the body has no bytes",
		apply: func(d *Draft, _ Param) error { d.body = nil; return nil },
	},
	{
		Name: "body.utf16", Stage: StageBody,
		Doc: "the same text in UTF-16, little-endian, and a Content-Type that says so",
		apply: func(d *Draft, _ Param) error {
			d.body = inUTF16(d.body)
			d.contentType("application/json; charset=utf-16le")
			return nil
		},
	},
	{
		Name: "body.form", Stage: StageBody,
		Doc: "the JSON text stands in the field payload of a form; the signature covers the form",
		apply: func(d *Draft, _ Param) error {
			d.body = asForm(d.body)
			d.contentType(formType)
			return nil
		},
	},
	{
		Name: "body.free-bytes", Stage: StageBody, Param: ParamText, Needs: []Feature{"free-fields"},
		Doc:   "a text of the bytes given, in hexadecimal, where extra fields are free: it need not be UTF-8",
		check: func(p Param) error { _, err := hex.DecodeString(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			text, err := hex.DecodeString(p.Text)
			if err != nil {
				return err
			}
			return d.setFree("hookassay_new", `"`+string(text)+`"`)
		},
	},
	{
		Name: "body.digits", Stage: StageBody, Param: ParamText, Needs: []Feature{"free-fields"},
		Doc:   "an integer of so many digits where extra fields are free",
		check: func(p Param) error { _, err := amount(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			n, err := amount(p.Text)
			if err != nil {
				return err
			}
			return d.setFree("hookassay_new", strings.Repeat("7", n))
		},
	},
	{
		Name: "body.nest", Stage: StageBody, Param: ParamText, Needs: []Feature{"free-fields"},
		Doc:   "so many lists, each inside the other, where extra fields are free",
		check: func(p Param) error { _, err := amount(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			n, err := amount(p.Text)
			if err != nil {
				return err
			}
			return d.setFree("hookassay_new", strings.Repeat("[", n)+strings.Repeat("]", n))
		},
	},
	{
		Name: "body.no-type", Stage: StageBody, Needs: []Feature{"type-body"},
		Doc: "the body does not say of which type the event is",
		apply: func(d *Draft, _ Param) error {
			f, err := d.typeField()
			if err != nil {
				return err
			}
			d.body = f.cut(d.body)
			return nil
		},
	},
	{
		Name: "body.type-twice", Stage: StageBody, Param: ParamText, Needs: []Feature{"type-body"},
		Doc: "the body says the event's type twice: the right one first or last, and one that the receiver cannot know",
		check: func(p Param) error {
			if p.Text != "first" && p.Text != "last" {
				return fmt.Errorf("%q; the right type stands first or last", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error {
			f, err := d.typeField()
			if err != nil {
				return err
			}
			unknown := strconv.Quote(d.c.Scheme.UnknownType)
			if p.Text == "first" {
				d.body = f.twice(d.body, unknown)
				return nil
			}
			right := string(d.body[f.at:f.end])
			d.body = f.put(f.twice(d.body, right), unknown)
			return nil
		},
	},
}

const formType = "application/x-www-form-urlencoded"

// maxAmount bounds what a fault repeats.
const maxAmount = 4 << 20

func amount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxAmount {
		return 0, fmt.Errorf("%q is no number from 1 to %d", text, maxAmount)
	}
	return n, nil
}

// spaceOut puts every kind of JSON's white space (RFC 8259 section 2) around
// the structural characters of a JSON text, in turn.
func spaceOut(body []byte) []byte {
	kinds := []string{" ", "\t", "\r\n", "\n", " \t "}
	var out bytes.Buffer
	inside, n := false, 0
	for i, c := range body {
		if c == '"' && (i == 0 || !escaped(body[:i])) {
			inside = !inside
		}
		if inside || !strings.ContainsRune("{}[]:,", rune(c)) {
			out.WriteByte(c)
			continue
		}
		out.WriteString(kinds[n%len(kinds)])
		out.WriteByte(c)
		out.WriteString(kinds[(n+2)%len(kinds)])
		n++
	}
	return out.Bytes()
}

// escaped reports whether what comes behind the text stands behind a backslash
// that counts.
func escaped(before []byte) bool {
	backslashes := len(before) - len(bytes.TrimRight(before, `\`))
	return backslashes%2 == 1
}

func inUTF16(text []byte) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(string(text))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func asForm(body []byte) []byte { return []byte("payload=" + url.QueryEscape(string(body))) }

// contentType sets the type of a body that is not signed yet.
func (d *Draft) contentType(value string) { d.fields = withType(d.fields, value) }

// withType returns the fields with another Content-Type.
func withType(fields []wire.Field, value string) []wire.Field {
	var out []wire.Field
	for _, f := range fields {
		if equalName(f.Name, "Content-Type") {
			f.Value = value
		}
		out = append(out, f)
	}
	return out
}

// typeField finds where the body says the event's type.
func (d *Draft) typeField() (jsonField, error) {
	fields, err := jsonFields(d.body)
	if err != nil {
		return jsonField{}, err
	}
	for _, f := range fields {
		if f.pointer == d.event.typed && json.Valid(d.body[f.at:f.end]) {
			return f, nil
		}
	}
	return jsonField{}, fmt.Errorf("type: %w", errNothing)
}
