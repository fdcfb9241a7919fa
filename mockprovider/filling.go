package mockprovider

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A filling is what stands for the placeholders of a signature header's value.
type filling struct {
	prefix    string // the version's label with its delimiter, as "v1,"
	separator string // between the members of the list
	stamp     string // the member that holds the timestamp, where one does
	timestamp string
	encoding  string            // of the signatures
	good, bad string            // the right signature, and one of another key
	others    map[string]string // those of the producer's other secrets, by name
}

// newLine stands between two lines of the header.
const newLine = "\n"

// maxFill bounds {fill:N}, in bytes.
const maxFill = 1 << 20

var slotInValue = regexp.MustCompile(`\{([a-z]+)(?::([^{}]*))?\}`)

// fill fills the template of a signature header's value. {prefix} is the
// version's label with its delimiter, {prefix:v9} the delimiter behind another
// label, {label} the label alone, {separator} what stands between members,
// {good} the right signature, {bad} one of another key, {good:8} its first 8
// characters, {good:-4} all but its last 4, {good:FORM} one of the spellings,
// {previous} and {revoked} those of the secrets so called, {capital} is the
// prefix with its label in capitals, {fill:N} so many letters, {line} what ends
// a line of the header. Where the timestamp is a member, it goes before, unless
// the template says where {timestamp} stands, or {untimed} that it does not.
func (f filling) fill(template string) (string, error) {
	if !strings.Contains(template, "{timestamp}") && !strings.Contains(template, "{untimed}") {
		template = f.stamp + template
	}
	var failed error
	filled := slotInValue.ReplaceAllStringFunc(template, func(slot string) string {
		part := slotInValue.FindStringSubmatch(slot)
		text, err := f.value(part[1], part[2])
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", slot, err)
		}
		return text
	})
	return filled, failed
}

// checkTemplate finds placeholders that there are not.
func checkTemplate(template string) error {
	const secretless = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	f := filling{prefix: "v1,", separator: " ", encoding: "base64", good: secretless, bad: secretless, others: map[string]string{}}
	for _, slot := range SecretSlots {
		f.others[slot] = secretless
	}
	for _, part := range slotInValue.FindAllStringSubmatch(template, -1) {
		if part[2] == "upper" { // of hexadecimal only
			continue
		}
		if _, err := f.value(part[1], part[2]); err != nil {
			return fmt.Errorf("%s: %w", part[0], err)
		}
	}
	return nil
}

func (f filling) value(name, arg string) (string, error) {
	label := strings.TrimRight(f.prefix, ",=")
	switch name {
	case "prefix":
		if arg != "" {
			return arg + f.prefix[len(label):], nil
		}
		return f.prefix, nil
	case "label":
		return label, nil
	case "separator":
		return f.separator, nil
	case "timestamp":
		return f.timestamp, nil
	case "untimed":
		return "", nil
	case "line":
		return newLine, nil
	case "capital":
		return strings.ToUpper(f.prefix), nil
	case "fill":
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || n > maxFill {
			return "", fmt.Errorf("write {fill:N}, with a number from 1 to %d", maxFill)
		}
		return strings.Repeat("A", n), nil
	case "good":
		return f.part(f.good, arg)
	case "bad":
		return f.part(f.bad, arg)
	}
	if text := f.others[name]; text != "" {
		return f.part(text, arg)
	}
	return "", fmt.Errorf("there is no such placeholder, or nothing to put there")
}

// part is the first n characters of a signature, all but the last -n, or the
// signature in another spelling; all of it where there is no arg.
func (f filling) part(text, arg string) (string, error) {
	if arg == "" {
		return text, nil
	}
	if n, err := strconv.Atoi(arg); err == nil && arg[0] != '+' {
		if n < 0 {
			return text[:max(0, len(text)+n)], nil
		}
		return text[:min(n, len(text))], nil
	}
	raw, err := decodings[f.encoding](text)
	if err != nil {
		return "", err
	}
	other, err := f.respell(arg, text, raw)
	if err == nil && other == text {
		err = errNothing
	}
	return other, err
}

var decodings = map[string]func(string) ([]byte, error){
	"base64": base64.StdEncoding.DecodeString,
	"hex":    hex.DecodeString,
}

// respell writes a signature in another form. Those of base64 are what RFC 4648
// sections 3.2, 3.3, 3.5 and 5 speak of.
func (f filling) respell(form, text string, raw []byte) (string, error) {
	bare := strings.TrimRight(text, "=")
	if more, err := strconv.Atoi(strings.TrimPrefix(form, "+")); err == nil && 0 < more && more <= 64 {
		return encodings[f.encoding](slices.Concat(raw, make([]byte, more))), nil // so many bytes behind it
	}
	switch form {
	case "other-encoding":
		if f.encoding == "hex" {
			return encodings["base64"](raw), nil
		}
		return encodings["hex"](raw), nil
	case "base64url": // without padding, as RFC 7515 writes it
		return base64.RawURLEncoding.EncodeToString(raw), nil
	case "nopad":
		return bare, nil
	case "extra-pad":
		return text + "=", nil
	case "noncanonical": // the last character's spare bits are not zero
		end := len(bare) - 1
		n := strings.IndexByte(digits["base64"], bare[end])
		return bare[:end] + digits["base64"][n+1:n+2] + text[end+1:], nil
	case "junk": // a character that is in no alphabet stands inside
		return text[:len(text)/2] + "*" + text[len(text)/2:], nil
	case "upper":
		return strings.ToUpper(text), nil
	}
	return "", fmt.Errorf("there is no such form of a signature")
}
