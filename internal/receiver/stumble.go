package receiver

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// stumbles are what flawed receivers trip over in an authentic delivery: they
// answer 500 where the function is true.
var stumbles = map[string]func(*delivery) bool{
	"null-crash":          func(d *delivery) bool { return anyToken(d.body, func(t json.Token) bool { return t == nil }) },
	"missing-field-crash": func(d *delivery) bool { return !strings.Contains(string(d.body), `"data"`) },
	"wrong-type-crash":    func(d *delivery) bool { return knownAsOther(d.body) },
	"empty-list-crash":    func(d *delivery) bool { return emptyList.Match(d.body) },
	"column-overflow":     func(d *delivery) bool { return overflows(d.body) },
	"nul-crash": func(d *delivery) bool {
		return anyText(d.body, func(s string) bool { return strings.Contains(s, "\x00") })
	},
	"utf8mb3-crash":        func(d *delivery) bool { return anyText(d.body, beyondBMP) },
	"lone-surrogate-crash": func(d *delivery) bool { return loneSurrogate(d.body) },
	"utf8-crash":           func(d *delivery) bool { return !utf8.Valid(d.body) },
	"bom-crash":            func(d *delivery) bool { return bytes.HasPrefix(d.body, []byte("\ufeff")) },
	"empty-body-crash":     func(d *delivery) bool { return len(d.body) == 0 },
	"scalar-crash": func(d *delivery) bool {
		return json.Valid(d.body) && !bytes.HasPrefix(bytes.TrimSpace(d.body), []byte("{"))
	},
	"media-type-crash":     func(d *delivery) bool { return !anyJSON(mediaType(d.header)) },
	"duplicate-name-crash": func(d *delivery) bool { return duplicateName(d.body) },
	"int64-crash":          func(d *delivery) bool { return anyNumber(d.body, beyondInt64) },
	"digits-crash":         func(d *delivery) bool { return anyNumber(d.body, func(n json.Number) bool { return len(n) > 4300 }) },
	"infinity-crash":       func(d *delivery) bool { return anyNumber(d.body, beyondDouble) },
	"proto-key-crash":      func(d *delivery) bool { return anyName(d.body, func(s string) bool { return s == "__proto__" }) },
	"format-crash": func(d *delivery) bool {
		return anyText(d.body, func(s string) bool { return strings.Contains(s, "%s") })
	},
	"regex-crash":    func(d *delivery) bool { return noPattern(d.body) },
	"obs-text-crash": func(d *delivery) bool { return beyondASCII(d.header) },
}

// stumble is where a flawed receiver breaks on an authentic delivery.
func (r *Receiver) stumble(d *delivery) *answer {
	for name := range r.flaws {
		if breaks, ok := stumbles[name]; ok && breaks(d) {
			return crashed
		}
	}
	if r.flaws.has("deep-nesting-crash") && deep(d.body) {
		panic(http.ErrAbortHandler) // as a process that ran out of stack
	}
	return nil
}

func anyToken(doc []byte, is func(json.Token) bool) bool {
	found := false
	walk(doc, func(t json.Token, _ bool) { found = found || is(t) })
	return found
}

func anyText(doc []byte, is func(string) bool) bool {
	return anyToken(doc, func(t json.Token) bool {
		text, ok := t.(string)
		return ok && is(text)
	})
}

// knownAsOther reports whether a member that events have as an object is
// something else.
func knownAsOther(body []byte) bool {
	var fields object
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	for _, name := range []string{"data", "repository", "metadata"} {
		raw := bytes.TrimSpace(fields[name])
		if len(raw) > 0 && raw[0] != '{' && string(raw) != "null" {
			return true
		}
	}
	return false
}

// emptyList is what events are never thought to be without.
var emptyList = regexp.MustCompile(`"(lines|commits|items)":\s*\[\s*\]`)

// overflows reports whether a text is too long for its column. What it does not
// know it does not store.
func overflows(body []byte) bool {
	found, known := false, true
	walk(body, func(t json.Token, name bool) {
		text, ok := t.(string)
		switch {
		case name:
			known = !unknownField(text)
		case ok && known && len(text) > 1000:
			found = true
		}
	})
	return found
}

func beyondBMP(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r > 0xffff })
}

var highSurrogate = regexp.MustCompile(`\\u[dD][89aAbB][0-9a-fA-F]{2}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?`)

func loneSurrogate(body []byte) bool {
	for _, match := range highSurrogate.FindAllSubmatch(body, -1) {
		if match[1] == nil {
			return true
		}
	}
	return false
}

// duplicateName reports whether any object has a name twice.
func duplicateName(body []byte) bool {
	var names []map[string]bool // by depth
	found := false
	walk(body, func(t json.Token, name bool) {
		switch {
		case t == json.Delim('{') || t == json.Delim('['):
			names = append(names, map[string]bool{})
		case t == json.Delim('}') || t == json.Delim(']'):
			names = names[:len(names)-1]
		case name:
			top, text := names[len(names)-1], t.(string)
			found = found || top[text]
			top[text] = true
		}
	})
	return found
}

func beyondInt64(n json.Number) bool {
	whole, ok := new(big.Int).SetString(n.String(), 10)
	return ok && !whole.IsInt64()
}

func beyondDouble(n json.Number) bool {
	f, err := strconv.ParseFloat(n.String(), 64)
	return err != nil && math.IsInf(f, 0)
}

// noPattern reports whether the repository's URL is no regular expression.
func noPattern(body []byte) bool {
	var event struct {
		Repository struct {
			URL string `json:"html_url"`
		}
	}
	if json.Unmarshal(body, &event) != nil {
		return false
	}
	_, err := regexp.Compile(event.Repository.URL)
	return err != nil
}

func beyondASCII(h http.Header) bool {
	for _, values := range h {
		for _, v := range values {
			if !ascii(v) {
				return true
			}
		}
	}
	return false
}

// deep reports whether the body nests deeper than a small stack bears.
func deep(body []byte) bool {
	depth, deepest := 0, 0
	for _, c := range body {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		deepest = max(deepest, depth)
	}
	return deepest > 1000
}
