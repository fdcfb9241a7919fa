package conformance

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// leak inspects the answer for what must not be there. A secret too short to
// be told from a word proves nothing where it stands.
func (g *grading) leak(inspection string, x numbered) []inspected {
	where, short := "", ""
	for _, part := range parts(x) {
		if !shows(inspection, part, x) {
			continue
		}
		if inspection != "secret" || g.long(part.text) {
			where = part.name
			break
		}
		short = part.name
	}
	found := inspected{
		grade: scenarios.GradeFail, kind: "leak-" + inspection,
		expected: "an answer without " + scenarios.Inspections[inspection],
	}
	switch {
	case where != "":
		found.message = fmt.Sprintf("the answer's %s shows %s", where, scenarios.Inspections[inspection])
	case short != "":
		found.severity, found.kind = reports.NotObserved, "leak-short"
		found.message = fmt.Sprintf("the answer's %s has the text of the secret in it, which is too short to tell it from an ordinary word", short)
	default:
		return nil
	}
	return []inspected{found}
}

// part is a piece of an answer, by its name.
type part struct{ name, text string }

func parts(x numbered) []part {
	var all []part
	for _, h := range x.Answer.Headers {
		all = append(all, part{"header " + h[0], h[0] + ": " + h[1]})
	}
	body := x.Answer.Body
	if x.Answer.Base64 {
		if raw, err := base64.StdEncoding.DecodeString(body); err == nil {
			body = string(raw)
		}
	}
	return append(all, part{"body", body})
}

func shows(inspection string, p part, x numbered) bool {
	text := p.text
	switch inspection {
	case "secret", "expected-signature":
		return strings.Contains(text, transcript.MarkerPrefix(inspection))
	case "canary":
		return x.Canary != "" && strings.Contains(text, x.Canary)
	case "markup":
		return p.name == "body" && strings.Contains(text, markup) && rendered(x)
	case "version":
		name, value, _ := strings.Cut(text, ": ")
		return versioned(name, value)
	}
	if inspection == "file-path" { // which the endpoint's own path may look like
		text = strings.ReplaceAll(text, pathOf(x), "")
	}
	return looksLike[inspection].MatchString(text)
}

// pathOf is the path that was asked for.
func pathOf(x numbered) string {
	_, target, _ := strings.Cut(x.Request.Line, " ")
	path, _, _ := strings.Cut(target, " ")
	path, _, _ = strings.Cut(path, "?")
	return path
}

// word is the size of a secret, in bytes, from which on it does not stand in an
// answer by chance.
const word = 12

// long reports whether the text shows a secret that is no mere word. The marker
// names the secret's place; one whose size is not known counts as long.
func (g *grading) long(text string) bool {
	for _, rest := range strings.Split(text, transcript.MarkerPrefix("secret"))[1:] {
		place, _, _ := strings.Cut(rest, ":")
		if size, known := g.judge.run.SecretBytes[place]; !known || size >= word {
			return true
		}
	}
	return false
}
