package reports

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible returns s with everything but line ends that does not print written
// as an escape (\x1b, \u202e). What a receiver answers reaches terminals and CI
// pages, and must not steer them; XML forbids most of it as well.
func visible(s string) string {
	var b strings.Builder
	for s = strings.ReplaceAll(s, "\r\n", "\n"); s != ""; {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\n' || unicode.IsPrint(r) && (r != utf8.RuneError || size > 1):
			b.WriteString(s[:size])
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	return b.String()
}

// oneLine is visible for places that hold one line.
func oneLine(s string) string {
	return strings.ReplaceAll(strings.TrimRight(visible(s), "\n"), "\n", " ")
}
