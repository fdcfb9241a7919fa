package mockprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Faults of the body, before it is signed. Those that keep the JSON value are
// not deviations from the scheme at all: they are the liberties a producer has.
var bodyFaults = []Fault{
	{
		Name: "body.pretty", Stage: StageBody,
		Doc: "the same JSON value, indented by four spaces",
		apply: func(d *Draft, _ Param) error {
			var out bytes.Buffer
			err := json.Indent(&out, d.body, "", "    ") // Stripe's own bodies are indented by two
			d.body = out.Bytes()
			return err
		},
	},
	{
		Name: "body.key-order", Stage: StageBody,
		Doc: "the same JSON value, every object's members in the opposite order",
		apply: func(d *Draft, _ Param) error {
			d.body = []byte(reverseKeys(gjson.ParseBytes(d.body)))
			return nil
		},
	},
	{
		Name: "body.unicode-escapes", Stage: StageBody,
		Doc:   `the same JSON value, characters beyond ASCII written as \uXXXX and / as \/`,
		apply: func(d *Draft, _ Param) error { d.body = escapeUnicode(d.body); return nil },
	},
	{
		Name: "body.append", Stage: StageBody, Param: ParamText,
		Doc:   "the text is put behind the body",
		apply: func(d *Draft, p Param) error { d.body = append(bytes.Clone(d.body), p.Text...); return nil },
	},
	{
		Name: "body.prepend", Stage: StageBody, Param: ParamText,
		Doc:   "the text is put before the body",
		apply: func(d *Draft, p Param) error { d.body = append([]byte(p.Text), d.body...); return nil },
	},
	{
		Name: "body.literal", Stage: StageBody, Param: ParamText,
		Doc:   "the body is the text given",
		apply: func(d *Draft, p Param) error { d.body = []byte(p.Text); return nil },
	},
	{
		Name: "body.cut", Stage: StageBody,
		Doc:   "the body ends in the middle of the JSON text; length and signature are right",
		apply: func(d *Draft, _ Param) error { d.body = d.body[:len(d.body)/2]; return nil },
	},
	{
		Name: "body.pad", Stage: StageBody, Param: ParamText, Needs: []Feature{"free-fields"},
		Doc:   "the body is brought to so many bytes by a text where extra fields are free",
		check: func(p Param) error { _, err := padding(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			size, err := padding(p.Text)
			if err != nil {
				return err
			}
			if err := d.setFree("hookassay_padding", `""`); err != nil {
				return err
			}
			return d.setFree("hookassay_padding", strconv.Quote(strings.Repeat("x", max(0, size-len(d.body)))))
		},
	},
	{
		Name: "body.free-field", Stage: StageBody, Param: ParamText, Needs: []Feature{"free-fields"},
		Doc: "a field that the receiver does not know, with the JSON value given, where extra fields are free",
		check: func(p Param) error {
			if !json.Valid([]byte(p.Text)) {
				return fmt.Errorf("%s is no JSON value", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { return d.setFree("hookassay_new", p.Text) },
	},
	{
		Name: "body.remove", Stage: StageBody, Param: ParamText,
		Doc:   "the member at the JSON pointer is taken out",
		check: checkPointer,
		apply: func(d *Draft, p Param) error {
			if v, err := getJSON(d.body, p.Text); err != nil || !v.Exists() {
				return fmt.Errorf("%s: %w", p.Text, errNothing)
			}
			body, err := removeJSON(d.body, p.Text)
			d.body = body
			return err
		},
	},
	{
		Name: "body.set", Stage: StageBody, Param: ParamMap,
		Doc: "the members at the JSON pointers get the JSON values given",
		check: func(p Param) error {
			for _, pair := range p.Map {
				if err := checkPointer(Param{Text: pair.Key}); err != nil {
					return err
				}
				if !json.Valid([]byte(pair.Value)) {
					return fmt.Errorf("%s is no JSON value", pair.Value)
				}
			}
			return nil
		},
		apply: func(d *Draft, p Param) error {
			for _, pair := range p.Map {
				body, err := setRawJSON(d.body, pair.Key, pair.Value)
				if err != nil {
					return err
				}
				d.body = body
			}
			return nil
		},
	},
}

// maxPadding bounds a padded body, in bytes: unlike a flood it is held in memory.
const maxPadding = 64 << 20

func padding(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > maxPadding {
		return 0, fmt.Errorf("%q is no number of bytes from 0 to %d", text, maxPadding)
	}
	return n, nil
}

func checkPointer(p Param) error {
	_, err := pointerPath(p.Text)
	return err
}

// setFree puts a field where extra fields are free.
func (d *Draft) setFree(name, raw string) error {
	if len(d.event.free) == 0 {
		return fmt.Errorf("no place is free for extra fields")
	}
	pointer := d.event.free[0] + "/" + name
	if d.mode == ModeStructured {
		pointer = "/data" + pointer
	}
	body, err := setRawJSON(d.body, pointer, raw)
	d.body = body
	return err
}
