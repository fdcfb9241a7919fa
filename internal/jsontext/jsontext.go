// Package jsontext makes JSON safe to look at.
package jsontext

import (
	"fmt"
	"unicode/utf8"
)

// Escape returns JSON in which characters that steer terminals or turn the
// direction of text around are written as \uXXXX. encoding/json leaves them as
// they are, and what a receiver answers would steer whoever prints the file:
// delete and the C1 controls (ECMA-48), bidirectional controls (Unicode
// Standard Annex 9, section 2) and the line ends U+2028 and U+2029. They stand
// in strings only, so that the JSON means the same.
func Escape(b []byte) []byte {
	kept := 0
	var out []byte // nil while nothing had to be changed
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if steers(r) {
			out = append(out, b[kept:i]...)
			out = fmt.Appendf(out, `\u%04x`, r)
			kept = i + size
		}
		i += size
	}
	if out == nil {
		return b
	}
	return append(out, b[kept:]...)
}

func steers(r rune) bool {
	switch {
	case 0x7F <= r && r <= 0x9F: // delete, C1
	case r == 0x061C, r == 0x200E, r == 0x200F: // marks
	case 0x2028 <= r && r <= 0x202E: // line ends, embeddings, overrides
	case 0x2066 <= r && r <= 0x2069: // isolates
	default:
		return false
	}
	return true
}
