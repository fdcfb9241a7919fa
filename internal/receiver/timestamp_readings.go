package receiver

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A reading is the way in which a flawed receiver reads a timestamp: the number
// of seconds, as a float because some numbers are none.
type reading struct {
	flaw string
	read func(text string) (seconds float64, ok bool)
}

// readings are tried in this order; a correct receiver has none of them.
var readings = []reading{
	{"lenient-timestamp", func(text string) (float64, bool) { return decimal(leadingDigits(text)) }},
	{"milliseconds-accepted", func(text string) (float64, bool) { return inUnits(text, 13) }},
	{"unit-guessed", func(text string) (float64, bool) { return inUnits(text, 13, 16, 19) }},
	{"timestamp-as-float", readFloat},
	{"timestamp-any-base", func(text string) (float64, bool) { return whole(strconv.ParseInt(text, 0, 64)) }},
	{"timestamp-reprinted", func(text string) (float64, bool) { return whole(strconv.ParseInt(text, 10, 64)) }},
	{"timestamp-digits-picked", func(text string) (float64, bool) { return decimal(pickDigits(text)) }},
	{"timestamp-date-too", readDate},
	{"timestamp-wraps", readWrapping},
	{"zero-timestamp-unchecked", func(text string) (float64, bool) { return math.NaN(), text == "" || text == "0" }},
	{"timestamp-nan", func(text string) (float64, bool) {
		_, number := decimal(text)
		return math.NaN(), !number
	}},
}

// read reads what no correct receiver would, or a correct one in another way.
func (t timestamps) read(text string) (seconds float64, ok bool) {
	if len(t.flaws) == 0 {
		return 0, false
	}
	for _, r := range readings {
		if !t.flaws.has(r.flaw) {
			continue
		}
		if seconds, ok := r.read(text); ok {
			return seconds, true
		}
	}
	return 0, false
}

// reprinted is the timestamp as libraries write it anew that sign the number
// they read and not the text.
func (t timestamps) reprinted(text string) (again string, ok bool) {
	seconds, ok := t.read(text)
	if !ok || math.IsNaN(seconds) {
		return "", false
	}
	again = strconv.FormatInt(int64(seconds), 10)
	return again, again != text
}

// beyondCalendar reports whether a number of seconds lies behind the year 9999.
func beyondCalendar(text string) bool {
	const end = 253402300800
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && leadingDigits(text) == text && f >= end
}

func whole(n int64, err error) (float64, bool) { return float64(n), err == nil }

func decimal(text string) (float64, bool) {
	if leadingDigits(text) != text {
		return 0, false
	}
	return whole(strconv.ParseInt(text, 10, 64))
}

// inUnits takes a number of that many digits for one in a smaller unit.
func inUnits(text string, digits ...int) (float64, bool) {
	for _, n := range digits {
		if len(text) == n && plainInteger(text) {
			return decimal(text[:10])
		}
	}
	return 0, false
}

// readFloat reads numbers as Python's float does, and rounds them down.
func readFloat(text string) (float64, bool) {
	text = strings.Map(func(r rune) rune {
		switch digit := r - '٠'; {
		case digit >= 0 && digit <= 9:
			return '0' + digit
		case r == '_':
			return -1
		}
		return r
	}, strings.TrimSpace(text))
	f, err := strconv.ParseFloat(text, 64)
	if strings.ContainsAny(text, "xX") {
		return 0, false
	}
	return math.Floor(f), err == nil
}

func pickDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsDigit(r) {
			return -1
		}
		return r
	}, text)
}

func readDate(text string) (float64, bool) {
	at, err := time.Parse(time.RFC3339, text)
	return float64(at.Unix()), err == nil
}

// readWrapping adds digits up in 64 bits, whether they hold them or not.
func readWrapping(text string) (float64, bool) {
	if len(text) <= 12 || leadingDigits(text) != text {
		return 0, false
	}
	var n uint64
	for _, digit := range []byte(text) {
		n = 10*n + uint64(digit-'0')
	}
	return float64(int64(n)), true
}
