package mockprovider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// tamper changes one byte of the body. Where it can it is a business key: the
// canary.
func (d *Draft) tamper() error {
	body := d.message.Body
	free := outside(body, d.event.fixed)
	i := lastCanary(body, d.event.Canary, free)
	if i < 0 {
		i = tamperable(body, free)
	}
	if i < 0 {
		return errNothing
	}
	other := flip(string(body[i:i+1]), 0)[0]
	if c := body[i]; isDigit(c) && json.Valid(body) && !inText(body, i) { // still a number
		other = '1' + (c-'0')%9
	}
	d.message.Body = slices.Concat(body[:i], []byte{other}, body[i+1:])
	return nil
}

// outside says of a byte of the body whether it belongs to none of the values
// at the pointers.
func outside(body []byte, pointers []string) func(int) bool {
	type span struct{ from, to int }
	var fixed []span
	for _, p := range pointers {
		if v, err := getJSON(body, p); err == nil && v.Index > 0 {
			fixed = append(fixed, span{v.Index, v.Index + len(v.Raw)})
		}
	}
	return func(i int) bool {
		return !slices.ContainsFunc(fixed, func(s span) bool { return s.from <= i && i < s.to })
	}
}

func lastCanary(body []byte, canary string, free func(int) bool) int {
	if canary == "" {
		return -1
	}
	for end := len(body); ; {
		i := bytes.LastIndex(body[:end], []byte(canary))
		if i < 0 || free(i) {
			return i
		}
		end = i
	}
}

// tamperable finds the last letter or digit of a text of a JSON body, else the
// last digit of a number; the last small letter where the body is not JSON; -1
// where there is none. Names of members are left alone: another name could be
// that of the id.
func tamperable(body []byte, free func(int) bool) int {
	if !json.Valid(body) {
		return bytes.LastIndexAny(body, "abcdefghijklmnopqrstuvwxyz")
	}
	inTexts, inNumbers := -1, -1
	eachCharacter(body, func(i int, text bool) {
		switch c := body[i]; {
		case !free(i):
		case text && (isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'):
			inTexts = i
		case !text && isDigit(c):
			inNumbers = i
		}
	})
	if inTexts >= 0 {
		return inTexts
	}
	return inNumbers
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func inText(body []byte, at int) bool {
	found := false
	eachCharacter(body, func(i int, text bool) { found = found || i == at && text })
	return found
}

// eachCharacter visits the bytes of a JSON text that stand for themselves:
// those of texts that are values, but for escapes, and those outside of texts.
func eachCharacter(body []byte, visit func(i int, text bool)) {
	for i := 0; i < len(body); i++ {
		if body[i] != '"' {
			visit(i, false)
			continue
		}
		end := i + 1
		for body[end] != '"' {
			if body[end] == '\\' {
				end++
			}
			end++
		}
		if isName := bytes.HasPrefix(bytes.TrimLeft(body[end+1:], " \t\r\n"), []byte(":")); !isName {
			for j := i + 1; j < end; j++ {
				if body[j] == '\\' {
					j++
					continue
				}
				visit(j, true)
			}
		}
		i = end
	}
}

// digits are the characters of an encoding in the order of what they stand for.
var digits = map[string]string{
	"base64": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"hex":    "0123456789abcdef",
}

// flipLast changes the highest bit of the last character. The lowest bits of
// the last one of base64 may stand for nothing.
func flipLast(text, digits string) string {
	end := len(strings.TrimRight(text, "=")) - 1
	if end < 0 {
		return text
	}
	n := strings.IndexByte(digits, text[end])
	if n < 0 {
		return text
	}
	return text[:end] + string(digits[n^len(digits)/2]) + text[end+1:]
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, text)
}

// flip changes one letter or digit to another that fits every encoding in use
// (hex digits stay hex digits).
func flip(s string, i int) string {
	if i < 0 || i >= len(s) {
		return s
	}
	other := byte('a')
	if s[i] == 'a' {
		other = 'b'
	}
	return fmt.Sprintf("%s%c%s", s[:i], other, s[i+1:])
}
