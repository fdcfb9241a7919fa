package receiver

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A timestamps reader reads and judges the timestamps of deliveries.
type timestamps struct {
	flaws     flawSet
	tolerance Tolerance
	now       func() time.Time
}

// parse reads a timestamp: seconds since 1970 as a plain decimal integer of at
// most 12 digits, so that no arithmetic on it can overflow.
func (t timestamps) parse(text string) (seconds float64, ok bool) {
	if t.flaws.has("timestamp-overflow") {
		return whole(strconv.ParseInt(text, 10, 64))
	}
	if seconds, ok := t.read(text); ok {
		return seconds, true
	}
	if len(text) > 12 || !plainInteger(text) {
		return 0, false
	}
	return whole(strconv.ParseInt(text, 10, 64))
}

// refuse refuses a timestamp that cannot be read.
func (t timestamps) refuse(text string) *answer {
	seconds, ok := t.parse(text)
	switch {
	case ok && math.IsInf(seconds, 0),
		!ok && t.flaws.has("timestamp-crash"),
		t.flaws.has("calendar-crash") && beyondCalendar(text):
		return crashed
	case !ok:
		return badRequest
	}
	return nil
}

// plainInteger reports whether text is a decimal number without sign, space or
// leading zero.
func plainInteger(text string) bool {
	return text != "" && leadingDigits(text) == text && (text[0] != '0' || text == "0")
}

func leadingDigits(text string) string {
	rest := strings.TrimLeft(text, "0123456789")
	return text[:len(text)-len(rest)]
}

// judge refuses a timestamp that is not within the tolerance of now.
func (t timestamps) judge(text string) *answer {
	if seconds, ok := t.parse(text); ok && t.fresh(seconds) {
		return nil
	}
	return unauthorized
}

func (t timestamps) fresh(seconds float64) bool {
	if t.flaws.has("no-timestamp-check") {
		return true
	}
	now := t.now().Unix()
	age := float64(now) - seconds
	if t.flaws.has("timestamp-overflow") {
		age = float64(now - int64(seconds)) // wraps
	}
	tooOld := age > math.Floor(t.tolerance.Past.Seconds())
	tooNew := seconds > float64(now)+math.Floor(t.tolerance.Future.Seconds()) && !t.flaws.has("future-accepted")
	return !tooOld && !tooNew
}
