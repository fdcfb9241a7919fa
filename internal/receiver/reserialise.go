package receiver

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// reserialise does what JSON.stringify(JSON.parse(body)) does: the order of the
// members stays, while white space, escapes and the spelling of numbers go. A
// text that is not JSON stays as it is.
func reserialise(body []byte) []byte {
	if !json.Valid(body) {
		return body
	}
	var out bytes.Buffer
	afterName, first := false, true
	walk(body, func(t json.Token, name bool) {
		closes := t == json.Delim('}') || t == json.Delim(']')
		if !first && !afterName && !closes {
			out.WriteByte(',')
		}
		out.Write(spell(t))
		if name {
			out.WriteByte(':')
		}
		afterName = name
		first = t == json.Delim('{') || t == json.Delim('[')
	})
	return out.Bytes()
}

// inStyleOf writes a JSON text with two spaces of indentation where the original
// is indented: receivers that serialise again are fitted to their producer, or
// they would never have accepted anything.
func inStyleOf(original, compact []byte) []byte {
	if !bytes.HasPrefix(original, []byte("{\n  \"")) {
		return compact
	}
	var out bytes.Buffer
	if json.Indent(&out, compact, "", "  ") != nil {
		return compact
	}
	return out.Bytes()
}

func spell(t json.Token) []byte {
	switch v := t.(type) {
	case json.Delim:
		return []byte(v.String())
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		if err != nil {
			return []byte("null") // beyond float64: Infinity, which JSON lacks
		}
		return marshal(f)
	}
	return marshal(t)
}

func marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
