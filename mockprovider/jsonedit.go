package mockprovider

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Editing in place keeps every byte that was not meant to change, which
// decoding and encoding again would not.

// pointerPath turns a JSON pointer (RFC 6901) into a path of gjson and sjson,
// which have no way to write the empty name.
func pointerPath(pointer string) (string, error) {
	rest, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return "", fmt.Errorf("%q is no JSON pointer: it begins with /", pointer)
	}
	parts := strings.Split(rest, "/")
	for i, p := range parts {
		p = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
		if p == "" {
			return "", fmt.Errorf("JSON pointer %q: a member without a name cannot be pointed at here", pointer)
		}
		parts[i] = gjson.Escape(p)
		if p[0] == ':' { // else sjson takes it for a mark of its own
			parts[i] = `\` + parts[i]
		}
	}
	return strings.Join(parts, "."), nil
}

func setJSON(body []byte, pointer string, value any) ([]byte, error) {
	path, err := pointerPath(pointer)
	if err != nil {
		return nil, err
	}
	edited, err := sjson.SetBytes(body, path, value)
	return keepEnd(edited, body), err
}

func setRawJSON(body []byte, pointer, raw string) ([]byte, error) {
	path, err := pointerPath(pointer)
	if err != nil {
		return nil, err
	}
	edited, err := sjson.SetRawBytes(body, path, []byte(raw))
	return keepEnd(edited, body), err
}

func removeJSON(body []byte, pointer string) ([]byte, error) {
	path, err := pointerPath(pointer)
	if err != nil {
		return nil, err
	}
	edited, err := sjson.DeleteBytes(body, path)
	return keepEnd(edited, body), err
}

// keepEnd puts the white space behind the JSON text back where sjson took it.
func keepEnd(edited, body []byte) []byte {
	const white = " \t\r\n"
	end := body[len(bytes.TrimRight(body, white)):]
	return append(bytes.TrimRight(edited, white), end...)
}

func getJSON(body []byte, pointer string) (gjson.Result, error) {
	path, err := pointerPath(pointer)
	if err != nil {
		return gjson.Result{}, err
	}
	return gjson.GetBytes(body, path), nil
}

// reverseKeys writes every object's members in the opposite order.
func reverseKeys(v gjson.Result) string {
	var members []string
	switch {
	case v.IsObject():
		v.ForEach(func(key, value gjson.Result) bool {
			members = append(members, key.Raw+":"+reverseKeys(value))
			return true
		})
		slices.Reverse(members)
		return "{" + strings.Join(members, ",") + "}"
	case v.IsArray():
		v.ForEach(func(_, value gjson.Result) bool {
			members = append(members, reverseKeys(value))
			return true
		})
		return "[" + strings.Join(members, ",") + "]"
	}
	return v.Raw
}

// escapeUnicode writes every character beyond ASCII as \uXXXX (RFC 8259
// section 7), and the solidus as \/. What is escaped already stays as it is.
func escapeUnicode(body []byte) []byte {
	var out strings.Builder
	escaped := false
	for _, r := range string(body) {
		afterBackslash := escaped
		escaped = r == '\\' && !afterBackslash
		switch {
		case r == '/' && !afterBackslash:
			out.WriteString(`\/`)
		case r < 0x80:
			out.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}
