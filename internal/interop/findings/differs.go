package findings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hookassay/hookassay/reports"
)

var (
	// A cut body begins and ends anywhere in a word.
	cutStart = regexp.MustCompile(`^[A-Za-z0-9_-]+`)
	cutEnd   = regexp.MustCompile(`[A-Za-z0-9_.:/+-]+$`)

	// notText is a byte that no text has many of, as it is or escaped.
	notText = regexp.MustCompile(`[\x00-\x08\x0b\x0c\x0e-\x1f]|\\x[0-9a-f]{2}`)

	// A length that follows from the body is of no interest.
	length = regexp.MustCompile(`(?i)^(content-length:) \d+$`)
)

// differs shows the bytes in which a faulty request is other than it would have
// been without its fault.
func differs(f reports.Finding) string {
	var places []string
	body := slices.ContainsFunc(f.Evidence.Differs, func(d reports.Difference) bool { return d.Where == "body" })
	for _, d := range f.Evidence.Differs {
		followsFromBody := body && length.MatchString(d.Genuine) && length.MatchString(d.Sent)
		saidByFault := d.Where == reports.OnTheWire || d.Where == "body" && d.Sent == ""
		if followsFromBody || saidByFault {
			continue
		}
		genuine, sent := shown(d.Where, d.Genuine), shown(d.Where, d.Sent)
		genuine, sent = length.ReplaceAllString(genuine, "$1 ‹number›"), parts(sent, d.Genuine)
		switch {
		case d.Genuine == "":
			places = append(places, "added "+code(sent))
		case d.Sent == "":
			places = append(places, "left out "+code(genuine))
		case genuine == sent:
			places = append(places, "another value in "+code(sent))
		default:
			places = append(places, code(genuine)+" became "+code(sent))
		}
	}
	return strings.Join(places, ", ")
}

func shown(where, text string) string {
	if where != "body" {
		return steady(strings.ReplaceAll(text, "\n", " "))
	}
	if len(notText.FindAllString(text, -1)) >= 6 {
		return "‹bytes that are no text›" // compressed ones are never the same twice
	}
	text = cutEnd.ReplaceAllString(cutStart.ReplaceAllString(text, "…"), "…")
	return steady(strings.ReplaceAll(text, "\n", `\n`))
}

// token is a part of what was genuine that is fresh in every run, such as a signature.
var token = regexp.MustCompile(`[A-Za-z0-9+/]{24,}=*`)

// parts names the pieces of fresh tokens, too short to be known by their form.
func parts(sent, genuine string) string {
	const shortest = 6
	for _, fresh := range token.FindAllString(genuine, -1) {
		for n := len(fresh) - 1; n >= shortest; n-- {
			sent = strings.ReplaceAll(sent, fresh[:n], fmt.Sprintf("‹its first %d›", n))
			sent = strings.ReplaceAll(sent, fresh[len(fresh)-n:], fmt.Sprintf("‹its last %d›", n))
		}
	}
	return sent
}

// code is a text as Markdown code, whatever is in it.
func code(text string) string {
	text = printable(text)
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	return "`` " + text + " ``"
}

// printable writes what does not print as \x00 or \u202e.
func printable(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
