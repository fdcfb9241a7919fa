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

// Text redacts a text.
func (r *Redactor) Text(s string) string {
	for _, v := range r.values {
		if strings.Contains(s, v.Value) {
			s = strings.ReplaceAll(s, v.Value, Marker(v))
		}
	}
	return s
}

// Marker is what stands for a sensitive value.
func Marker(v mockprovider.Sensitive) string {
	return "[redacted:" + v.Kind + ":" + v.Place + ":" + v.As + "]"
}

// MarkerPrefix begins every marker of a kind.
func MarkerPrefix(kind string) string { return "[redacted:" + kind + ":" }

// maxBody bounds what is kept of a body.
const maxBody = 16 << 10

// Body redacts a body and makes a text of it: base64 where it is not UTF-8,
// cut where it is long. It is cut last, so that no half of a secret stays.
func (r *Redactor) Body(b []byte) (text string, isBase64 bool) {
	s := r.Text(string(b))
	if len(s) > maxBody {
		s = s[:maxBody]
		for len(s) > 0 && !utf8.ValidString(s) && len(s) > maxBody-4 {
			s = s[:len(s)-1]
		}
	}
	if utf8.ValidString(s) {
		return s, false
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), true
}
