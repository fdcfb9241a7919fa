package transcript

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hookassay/hookassay/mockprovider"
)

// A Redactor replaces what is sensitive by typed markers, which tell the judge
// what stood there: [redacted:KIND:PLACE:ENCODING].
type Redactor struct {
	values []mockprovider.Sensitive
}

// NewRedactor returns a redactor of the values.
func NewRedactor(values []mockprovider.Sensitive) *Redactor {
	kept := slices.DeleteFunc(slices.Clone(values), func(s mockprovider.Sensitive) bool { return s.Value == "" })
	// The longest first: a secret may contain its own encoding.
	slices.SortStableFunc(kept, func(a, b mockprovider.Sensitive) int { return len(b.Value) - len(a.Value) })
	return &Redactor{kept}
}

// With returns a redactor of more values.
func (r *Redactor) With(more []mockprovider.Sensitive) *Redactor {
	if len(more) == 0 {
		return r
	}
	return NewRedactor(slices.Concat(r.values, more))
}

// Longest is the length of the longest value.
func (r *Redactor) Longest() int {
	if len(r.values) == 0 {
		return 0
	}
	return len(r.values[0].Value)
}

// Unfinished is how many bytes at the end of a body that was cut off begin a
// value: redaction would not know them.
func (r *Redactor) Unfinished(b []byte) int {
	longest := 0
	for _, v := range r.values {
		for n := min(len(v.Value), len(b)); n > longest; n-- {
			if !same(string(b[len(b)-n:]), v.Value[:n], v) {
				continue
			}
			if n == len(v.Value) {
				return 0 // it is all there
			}
			longest = n
		}
	}
	return longest
}

// Text redacts a text.
func (r *Redactor) Text(s string) string { return redact(s, r.values) }

// redact leaves the markers it has put alone: a secret may be a word of theirs.
func redact(s string, values []mockprovider.Sensitive) string {
	for i, v := range values {
		parts := split(s, v)
		if len(parts) == 1 {
			continue
		}
		for j, part := range parts {
			parts[j] = redact(part, values[i+1:])
		}
		return strings.Join(parts, Marker(v))
	}
	return s
}

// split cuts a text at every place where the value stands.
func split(s string, v mockprovider.Sensitive) []string {
	if !anyCase(v) {
		return strings.Split(s, v.Value)
	}
	var parts []string
	small, value := lower(s), lower(v.Value)
	for {
		i := strings.Index(small, value)
		if i < 0 {
			return append(parts, s)
		}
		parts = append(parts, s[:i])
		s, small = s[i+len(value):], small[i+len(value):]
	}
}

func same(a, b string, v mockprovider.Sensitive) bool {
	return a == b || anyCase(v) && lower(a) == lower(b)
}

// anyCase reports whether the value means the same in letters of either case.
func anyCase(v mockprovider.Sensitive) bool { return v.As == "hex" }

// lower changes ASCII letters only: what it returns has the text's length.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// Marker is what stands for a sensitive value.
func Marker(v mockprovider.Sensitive) string {
	return "[redacted:" + v.Kind + ":" + v.Place + ":" + v.As + "]"
}

// MarkerPrefix begins every marker of a kind.
func MarkerPrefix(kind string) string { return "[redacted:" + kind + ":" }

// Body redacts a body and makes a text of at most so many bytes of it: base64
// where it is not UTF-8. Whatever may hold half a secret is cut off.
func (r *Redactor) Body(b []byte, most int) (text string, isBase64 bool) {
	cut := len(b) > most+r.Longest()
	if cut {
		b = b[:most+r.Longest()]
	}
	s := r.Text(string(b))
	if cut {
		s = s[:max(0, len(s)-r.Longest())]
	}
	if len(s) > most {
		s, cut = s[:most], true
	}
	if cut {
		s = wholeRunes(s)
	}
	if utf8.ValidString(s) {
		return s, false
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), true
}

// wholeRunes drops the beginning of a character at the end.
func wholeRunes(s string) string {
	for i := 1; i < utf8.UTFMax && i <= len(s); i++ {
		if end := s[len(s)-i:]; utf8.RuneStart(end[0]) {
			if !utf8.FullRuneInString(end) {
				return s[:len(s)-i]
			}
			break
		}
	}
	return s
}
