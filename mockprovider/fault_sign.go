package mockprovider

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
)

// Faults of what is signed and with what. The signature is right for what it
// is made of.
var signFaults = []Fault{
	{
		Name: "timestamp.shift", Stage: StageStamp, Param: ParamText, Needs: []Feature{"timestamp"},
		Doc:   "the attempt claims another time: past+30s is 30 s older than the tolerance allows, past-5s within it; future likewise; -24h and +1h are from now",
		check: func(p Param) error { _, err := parseShift(p.Text, Tolerance{}); return err },
		words: func(p Param) string { return "the attempt claims another time: " + shiftWords(p.Text) },
		apply: func(d *Draft, p Param) error {
			shift, err := parseShift(p.Text, d.c.Tolerance)
			d.timestamp = d.c.Scheme.Timestamp.text(d.at.Add(shift))
			return err
		},
	},
	{
		Name: "timestamp.text", Stage: StageStamp, Param: ParamText, Needs: []Feature{"timestamp"},
		Doc:   "the timestamp is the text given, signed as sent; {now} is the time of the attempt in the scheme's unit, and so are {hex}, {octal}, {exponent}, {underscored}, {thousands}, {spaced}, {arabic} digits and {wrapped} (plus 2^64) in other spellings; {seconds}, {milliseconds}, {microseconds} and {iso8601} are the same time; {empty} is nothing",
		check: checkSpelling,
		apply: func(d *Draft, p Param) error { d.timestamp = d.spell(p.Text); return nil },
	},
	{
		Name: "secret.wrong", Stage: StageSign,
		Doc:   "the delivery is authenticated with a well-formed secret that the receiver does not have",
		apply: func(d *Draft, _ Param) error { d.key = d.c.Foreign; return nil },
	},
	{
		Name: "secret.empty", Stage: StageSign, Needs: []Feature{"shared-secret"},
		Doc: "the delivery is authenticated with the empty secret",
		apply: func(d *Draft, _ Param) error {
			form := d.key.Form
			if form == FormWhsk {
				return fmt.Errorf("an ed25519 key cannot be empty")
			}
			d.key = Secret{Form: form, Key: []byte{}}
			return nil
		},
	},
	{
		Name: "secret.public", Stage: StageSign, Needs: []Feature{"ed25519"},
		Doc: "an HMAC keyed with the public key, which everybody may know, labelled as the symmetric version",
		apply: func(d *Draft, _ Param) error {
			d.key = Secret{Form: FormWhsec, Key: d.key.public()}
			return nil
		},
	},
	{
		Name: "signature.algorithm", Stage: StageSign, Param: ParamText, Needs: []Feature{"signature", "hmac"},
		Doc: "another algorithm under the same label",
		check: func(p Param) error {
			var names []string
			for name := range algorithms {
				if strings.HasPrefix(name, "hmac-") { // a shared key makes no other signature
					names = append(names, name)
				}
			}
			slices.Sort(names)
			if !slices.Contains(names, p.Text) {
				return nearest.Unknown("algorithm", p.Text, names)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error {
			for _, h := range d.c.Scheme.Signatures {
				if v, ok := h.version(d.key.Form); ok && !h.Legacy && v.Algorithm == p.Text {
					return fmt.Errorf("%s is the scheme's own: %w", p.Text, errNothing)
				}
			}
			d.algorithm = p.Text
			return nil
		},
	},
	{
		Name: "signature.value", Stage: StageSign, Param: ParamText, Needs: []Feature{"signature"},
		Doc:   "the signature header's value, with {prefix} {label} {separator} {good} {bad}, {prefix:v9} for another label, {good:N} for its first N characters, {good:-N} for all but the last, {good:FORM} for the same signature written otherwise, {previous} and {revoked} for those of other secrets, {capital} for the prefix in capitals, {fill:N} for N letters, {line} for another line of the header; a timestamp that stands in it goes before, unless {timestamp} or {untimed} is said",
		check: func(p Param) error { return checkTemplate(p.Text) },
		apply: func(d *Draft, p Param) error { d.value = p.Text; return nil },
	},
	{
		Name: "signature.plain-hash", Stage: StageSign, Needs: []Feature{"signature", "hmac", "strong-hash"},
		Doc: "SHA-256 of the secret followed by the content, which is no HMAC (RFC 2104)",
		apply: func(d *Draft, _ Param) error {
			d.sum = func(key Secret, content []byte) ([]byte, error) {
				sum := sha256.Sum256(slices.Concat(key.Key, content))
				return sum[:], nil
			}
			return nil
		},
	},
	{
		Name: "signature.crowd", Stage: StageSign, Param: ParamText, Needs: []Feature{"signature-list"},
		Doc:   "so many short wrong signatures stand in the list before the right one",
		check: func(p Param) error { _, err := crowd(p.Text); return err },
		apply: func(d *Draft, p Param) error {
			n, err := crowd(p.Text)
			d.value = strings.Repeat("{prefix}AAAA{separator}", n) + "{prefix}{good}"
			return err
		},
	},
	{
		Name: "bearer.value", Stage: StageSign, Param: ParamText, Needs: []Feature{"bearer"},
		Doc:   "the credentials header's value, with {secret}",
		apply: func(d *Draft, p Param) error { d.bearer = p.Text; return nil },
	},
}

// maxCrowd bounds a list: its head is held in memory.
const maxCrowd = 20_000

func crowd(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxCrowd {
		return 0, fmt.Errorf("%q is no number of signatures from 1 to %d", text, maxCrowd)
	}
	return n, nil
}

// parseShift reads "past+30s", "past-5s", "future+30s", "future-5s", "-24h" or
// "+1h" as a distance from now.
func parseShift(text string, t Tolerance) (time.Duration, error) {
	parse := func(s string) (time.Duration, error) {
		if s == "" || (s[0] != '+' && s[0] != '-') {
			return 0, fmt.Errorf("%q: write past+30s, past-5s, future+30s, future-5s, -24h or +1h", text)
		}
		return time.ParseDuration(s)
	}
	if rest, ok := strings.CutPrefix(text, "past"); ok {
		d, err := parse(rest)
		return -(time.Duration(t.Past) + d), err
	}
	if rest, ok := strings.CutPrefix(text, "future"); ok {
		d, err := parse(rest)
		return time.Duration(t.Future) + d, err
	}
	return parse(text)
}

// shiftWords says a shift in words.
func shiftWords(text string) string {
	for _, way := range []struct{ prefix, words string }{
		{"past+", "%s older than the tolerance allows"},
		{"past-", "%s younger than the oldest that the tolerance allows"},
		{"future+", "%s further ahead than the tolerance allows"},
		{"future-", "%s less ahead than the tolerance allows at most"},
		{"-", "%s before now"},
		{"+", "%s after now"},
	} {
		if by, ok := strings.CutPrefix(text, way.prefix); ok {
			return fmt.Sprintf(way.words, by)
		}
	}
	return text
}
