package receiver

import (
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
func (t timestamps) parse(text string) (seconds int64, ok bool) {
	if t.flaws.has("timestamp-overflow") {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return seconds, err == nil
	}
	if t.flaws.has("lenient-timestamp") {
		text = leadingDigits(text)
	}
	if t.flaws.has("milliseconds-accepted") && len(text) == 13 && plainInteger(text) {
		text = text[:10]
	}
	if len(text) > 12 || !plainInteger(text) {
		return 0, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return seconds, err == nil
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

// fresh reports whether the timestamp is within the tolerance of now.
func (t timestamps) fresh(seconds int64) bool {
	if t.flaws.has("no-timestamp-check") {
		return true
	}
	now := t.now().Unix()
	past, future := int64(t.tolerance.Past/time.Second), int64(t.tolerance.Future/time.Second)
	tooNew := seconds > now+future && !t.flaws.has("future-accepted")
	return now-seconds <= past && !tooNew
}
