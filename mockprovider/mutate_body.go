package mockprovider

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// oddValues are JSON values at which parsers, databases and handlers have
// broken: the limits of numbers, the corners of Unicode, texts that mean
// something elsewhere. None means anything to the outside.
var oddValues = []string{
	"null", "true", "false", "[]", "{}", `""`, "[[]]", `[null]`, `{"":0}`, `{"__proto__":{"x":1}}`,
	"0", "-0", "-1", "1.0", "1e2", "2147483648", "-2147483649", "9007199254740993", "9223372036854775808",
	"-9223372036854775809", "18446744073709551616", "1e400", "-1e400", "1e-400", "0.1e1", "1E+2",
	strings.Repeat("9", 400), "0." + strings.Repeat("3", 400),
	`"\u0000"`, `"\ud800"`, `"\udc00\ud800"`, `"\uffff"`, `"\u202e"`, `"\u2028"`, `"😀"`, `"e\u0301"`, "\"\ufeff\"",
	`"null"`, `"undefined"`, `"NaN"`, `"true"`, `"0"`, `"-1"`, `" "`, `"\r\n"`, `"\t"`,
	`"0000-00-00T00:00:00Z"`, `"9999-12-31T23:59:60Z"`, `"2026-02-30"`, `"1e9"`,
	`"../../etc"`, `"%s%n%x"`, `"{{7*7}}"`, `"${7*7}"`, `"'; --"`, `"<b>&amp;</b>"`, `"a\u0000b"`, `"[a-("`, `"C:\\\\x"`,
	`"` + strings.Repeat("x", 8<<10) + `"`, "[" + strings.Repeat("0,", 999) + "0]",
	strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64),
}

// A fieldChange alters one field of a JSON text. It says how.
type fieldChange func(dice *rand.Rand, body []byte, f jsonField) ([]byte, string)

var fieldChanges = []fieldChange{
	func(dice *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		odd := pick(dice, oddValues)
		return f.put(body, odd), f.pointer + " is " + short(odd)
	},
	func(_ *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		return f.cut(body), f.pointer + " is absent"
	},
	func(dice *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		odd := pick(dice, oddValues)
		return f.twice(body, odd), f.pointer + " comes twice, then as " + short(odd)
	},
	func(_ *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		return f.put(body, "["+string(body[f.at:f.end])+"]"), f.pointer + " is in a list"
	},
	func(_ *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		return f.put(body, `{"value":`+string(body[f.at:f.end])+"}"), f.pointer + " is in an object"
	},
	func(dice *rand.Rand, body []byte, f jsonField) ([]byte, string) {
		if f.name == "" {
			return f.put(body, "null"), f.pointer + " is null"
		}
		name := pick(dice, []string{`""`, `"__proto__"`, `"constructor"`, `"$where"`, strings.ToUpper(f.name), `" ` + f.name[1:]})
		if strings.Contains(f.name, `\`) { // in capitals \n is no escape
			name = `"$where"`
		}
		return f.rename(body, name), f.pointer + " has the name " + short(name)
	},
}

// A damage alters the text without regard to JSON. It says how.
type damage func(dice *rand.Rand, body []byte) ([]byte, string)

var damages = []damage{
	func(dice *rand.Rand, body []byte) ([]byte, string) {
		at := dice.IntN(len(body))
		return body[:at], fmt.Sprintf("ends after %d bytes", at)
	},
	func(dice *rand.Rand, body []byte) ([]byte, string) {
		at := dice.IntN(len(body))
		return slices.Delete(body, at, at+1), fmt.Sprintf("lacks byte %d", at)
	},
	func(dice *rand.Rand, body []byte) ([]byte, string) {
		at := dice.IntN(len(body))
		c := pick(dice, []byte{0, 1, '\n', '"', '\\', 0x7f, 0x80, 0xc0, 0xed, 0xff})
		return slices.Insert(body, at, c), fmt.Sprintf("has the byte %02X at %d", c, at)
	},
	func(_ *rand.Rand, body []byte) ([]byte, string) {
		return slices.Concat([]byte("\ufeff"), body), "begins with a byte order mark"
	},
	func(_ *rand.Rand, body []byte) ([]byte, string) {
		return append(body, "{}"...), "is two JSON texts"
	},
	func(_ *rand.Rand, body []byte) ([]byte, string) {
		return bytes.ReplaceAll(body, []byte(`"`), []byte(`'`)), "is quoted with apostrophes"
	},
	func(_ *rand.Rand, body []byte) ([]byte, string) {
		end := max(0, len(body)-1)
		return slices.Concat(body[:end], []byte(","), body[end:]), "has a comma too many"
	},
	func(dice *rand.Rand, body []byte) ([]byte, string) {
		word := pick(dice, []string{"NaN", "Infinity", "undefined", "0x10", "01", "+1", ".5", "'a'", "/* */ 1"})
		return bytes.Replace(body, []byte(":"), []byte(":"+word+",\"x\":"), 1), "has the value " + word + ", which is not JSON"
	},
}

// mutateBody alters one to three fields, and of every fourth body the text too.
func (d *Draft) mutateBody() error {
	dice := d.event.vary.dice("body.mutate")
	if !d.event.ours {
		odd := pick(dice, oddValues)
		d.choose("body.mutate", "a free field is "+short(odd))
		return d.setFree("hookassay_new", odd)
	}
	body, said := slices.Clone(d.body), []string{}
	for n := 1 + dice.IntN(3); n > 0 || bytes.Equal(body, d.body); n-- {
		fields, err := jsonFields(body)
		if err != nil || len(fields) == 0 {
			return err
		}
		changed, how := pick(dice, fieldChanges)(dice, body, pick(dice, fields))
		body, said = changed, append(said, how)
	}
	if dice.IntN(4) == 0 && len(body) > 0 {
		changed, how := pick(dice, damages)(dice, body)
		body, said = changed, append(said, "the text "+how)
	}
	d.body = body
	d.choose("body.mutate", strings.Join(said, "; "))
	return nil
}
