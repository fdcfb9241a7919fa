package receiver

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An object is a JSON object, its names compared exactly.
type object map[string]json.RawMessage

// text is the member's value, "" if it is not a string.
func (o object) text(name string) string {
	var text string
	if json.Unmarshal(o[name], &text) != nil {
		return ""
	}
	return text
}

// object reads the body as a JSON object.
func (d *delivery) object() (object, *answer) {
	var fields object
	err := json.Unmarshal(d.body, &fields)
	var syntax *json.SyntaxError
	if a := d.refuseText(!errors.As(err, &syntax)); a != nil {
		return nil, a
	}
	if err != nil { // JSON, but no object
		return nil, badRequest
	}
	return fields, nil
}

// validJSON refuses a body that is not JSON.
func (d *delivery) validJSON() *answer {
	if d.cutOff {
		return nil
	}
	return d.refuseText(json.Valid(d.body))
}

// refuseText refuses a body that is not JSON in UTF-8 (RFC 8259).
func (d *delivery) refuseText(isJSON bool) *answer {
	if !isJSON || !utf8.Valid(d.body) {
		if d.flaws.has("invalid-json-crash") {
			return crashed
		}
		return badRequest
	}
	switch {
	case d.flaws.has("float-numbers") && anyNumber(d.body, beyondFloat):
		return crashed
	case d.flaws.has("strict-fields") && anyName(d.body, unknownField):
		return badRequest
	}
	return nil
}

// typeOf is the event's type where the payload says it.
func (d *delivery) typeOf(fields object) string {
	if d.flaws.has("first-type-counts") {
		return firstText(d.body, "type")
	}
	return fields.text("type")
}

// untyped refuses a payload that does not say the event's type.
func (d *delivery) untyped() *answer {
	switch {
	case d.flaws.has("missing-type-crash"):
		return crashed
	case d.flaws.has("type-optional"):
		return nil
	}
	return badRequest
}

// firstText is the first of the texts that the body's members of that name have.
func firstText(body []byte, name string) string {
	depth, wanted, found := 0, false, ""
	walk(body, func(t json.Token, isName bool) {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		text, ok := t.(string)
		if wanted && ok && found == "" {
			found = text
		}
		wanted = depth == 1 && isName && text == name
	})
	return found
}

func beyondFloat(n json.Number) bool {
	f, err := strconv.ParseFloat(n.String(), 64)
	return err != nil || math.Abs(f) > 1<<53
}

// unknownField reports whether a name is one of those that the harness adds to
// see whether extra fields are tolerated.
func unknownField(name string) bool {
	return strings.HasPrefix(name, "hookassay_") || strings.HasPrefix(name, "x_")
}

func anyNumber(doc []byte, is func(json.Number) bool) bool {
	found := false
	walk(doc, func(t json.Token, _ bool) {
		n, number := t.(json.Number)
		found = found || number && is(n)
	})
	return found
}

func anyName(doc []byte, is func(string) bool) bool {
	found := false
	walk(doc, func(t json.Token, name bool) {
		found = found || name && is(t.(string))
	})
	return found
}

// walk visits the tokens of a JSON text; name says that the token is the name
// of a member.
func walk(doc []byte, visit func(t json.Token, name bool)) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var inObject []bool // by depth
	expectName := false
	for {
		t, err := dec.Token()
		if err != nil {
			return
		}
		_, text := t.(string)
		visit(t, text && expectName)
		switch t {
		case json.Delim('{'), json.Delim('['):
			inObject = append(inObject, t == json.Delim('{'))
			expectName = t == json.Delim('{')
			continue
		case json.Delim('}'), json.Delim(']'):
			inObject = inObject[:len(inObject)-1]
			expectName = false
		}
		inside := len(inObject) > 0 && inObject[len(inObject)-1]
		expectName = inside && !expectName
	}
}
