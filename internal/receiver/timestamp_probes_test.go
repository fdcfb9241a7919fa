package receiver

import (
	"strings"
	"time"
)

// signedAs sends event a, its timestamp replaced by the text and signed so. NOW
// stands for the right one.
func signedAs(text string) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		m.timestamp = strings.ReplaceAll(text, "NOW", m.timestamp)
		return m
	})
}

// respelt sends it under the signature of the right timestamp.
func respelt(text string) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		m.claimed = strings.ReplaceAll(text, "NOW", m.timestamp)
		return m
	})
}

// secondLine sends an old delivery with a fresh timestamp in a line of its own.
func secondLine(first bool) func(*site, func(string) *message) {
	return one(func(m *message) *message {
		fresh := m.timestamp
		m.at(time.Hour)
		lines := []string{m.timestamp, fresh}
		if first {
			lines = []string{fresh, m.timestamp}
		}
		return m.edited(headerLines("webhook-timestamp", lines))
	})
}

var testNowIs = map[string]string{ // 1935630121 in other spellings
	"exponent": "1.935630121e9", "underscored": "1_935_630_121", "thousands": "1,935,630,121",
	"arabic": "١٩٣٥٦٣٠١٢١", "hex": "0x735f5f29", "octal": "016327657451", "wrapped": "18446744075645181737",
}

var moreTimestampProbes = []probe{
	{flaw: "timestamp-as-float", send: signedAs("NOW.9"), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: respelt("NOW.9"), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: respelt(testNowIs["exponent"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: respelt(testNowIs["underscored"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: respelt(testNowIs["arabic"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: signedAs("NaN"), correct: malformed, flawed: taken},
	{flaw: "timestamp-as-float", send: signedAs("Infinity"), correct: malformed, flawed: crash},
	{flaw: "timestamp-any-base", send: respelt(testNowIs["hex"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-any-base", send: respelt(testNowIs["octal"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-any-base", send: signedAs(testNowIs["underscored"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-reprinted", send: respelt("+NOW"), correct: malformed, flawed: taken},
	{flaw: "timestamp-reprinted", send: respelt("0NOW"), correct: malformed, flawed: taken},
	{flaw: "timestamp-digits-picked", send: signedAs(testNowIs["thousands"]), correct: malformed, flawed: taken,
		schemes: onlyStandard}, // the comma ends the member of Stripe's header
	{flaw: "timestamp-digits-picked", send: respelt("-NOW"), correct: malformed, flawed: taken},
	{flaw: "timestamp-date-too", send: respelt("2031-05-04T03:02:01Z"), correct: malformed, flawed: taken},
	{flaw: "timestamp-wraps", send: signedAs(testNowIs["wrapped"]), correct: malformed, flawed: taken},
	{flaw: "timestamp-nan", send: signedAs("yesterday"), correct: malformed, flawed: taken},
	{flaw: "zero-timestamp-unchecked", send: signedAs("0"), correct: refused, flawed: taken},
	{flaw: "zero-timestamp-unchecked", send: signedAs(""), correct: malformed, flawed: taken, schemes: onlyStandard},
	{flaw: "unit-guessed", send: signedAs("NOW000000"), correct: malformed, flawed: taken},
	{flaw: "calendar-crash", send: signedAs("253402300800"), correct: refused, flawed: crash},
	{flaw: "age-of-last-timestamp", send: secondLine(false), correct: malformed, flawed: taken, schemes: onlyStandard},
	{flaw: "age-of-last-timestamp", send: captured("t=OLD,v1=MAC,t=NOW"), correct: malformed, flawed: taken, schemes: onlyStripe},
	{flaw: "age-of-first-timestamp", send: secondLine(true), correct: malformed, flawed: taken},
	{flaw: "age-checked-once", bubble: true, send: func(s *site, event func(string) *message) {
		s.post(event("a"))
		time.Sleep(10 * time.Minute)
		s.post(event("a"))
	}, correct: "202 401 map[a:1]", flawed: "202 200 map[a:1]"},
	{flaw: "unsigned-id-trusted", send: func(s *site, event func(string) *message) {
		s.post(event("a"))
		s.post(event("a").edited(header("X-GitHub-Delivery", "b")))
	}, correct: "202 200 map[a:1]", flawed: "202 202 map[a:1 b:1]"},
	{flaw: "too-large-crash", send: body(`{"type":"t","x":"` + strings.Repeat("x", 2<<20) + `"}`), correct: "413 map[]", flawed: crash},
}
