package mockprovider

import (
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider/wire"
)

// Faults of the timestamp in the finished message: somebody on the way writes
// it in another way, or adds another.
var timestampFaults = []Fault{
	{
		Name: "timestamp.respell", Stage: StageSealed, Param: ParamText, Needs: []Feature{"timestamp"},
		Doc:   "the timestamp is signed as the number that it is and sent as the text given, with the spellings that timestamp.text knows",
		check: checkSpelling,
		apply: func(d *Draft, p Param) error {
			return d.alterTimestamp(func(string) string { return d.spell(p.Text) })
		},
	},
	{
		Name: "timestamp.twice", Stage: StageSealed, Param: ParamText, Needs: []Feature{"timestamp"},
		Doc: "a second timestamp, of now and not signed, stands first or last: in a header line of its own, or in the signature header",
		check: func(p Param) error {
			if p.Text != "first" && p.Text != "last" {
				return fmt.Errorf("%q; the second timestamp stands first or last", p.Text)
			}
			return nil
		},
		apply: func(d *Draft, p Param) error { return d.secondTimestamp(p.Text == "first") },
	},
}

// timeSpellings are ways to write a time that is a number n in the scheme's unit.
var timeSpellings = map[string]func(at time.Time, n int64) string{
	"now":          func(_ time.Time, n int64) string { return strconv.FormatInt(n, 10) },
	"seconds":      func(at time.Time, _ int64) string { return strconv.FormatInt(at.Unix(), 10) },
	"milliseconds": func(at time.Time, _ int64) string { return strconv.FormatInt(at.UnixMilli(), 10) },
	"microseconds": func(at time.Time, _ int64) string { return strconv.FormatInt(at.UnixMicro(), 10) },
	"iso8601":      func(at time.Time, _ int64) string { return at.UTC().Format(time.RFC3339) },
	"hex":          func(_ time.Time, n int64) string { return "0x" + strconv.FormatInt(n, 16) },
	"octal":        func(_ time.Time, n int64) string { return "0" + strconv.FormatInt(n, 8) },
	"exponent":     func(_ time.Time, n int64) string { return exponent(strconv.FormatInt(n, 10)) },
	"underscored":  func(_ time.Time, n int64) string { return grouped(n, "_") },
	"thousands":    func(_ time.Time, n int64) string { return grouped(n, ",") },
	"spaced":       func(_ time.Time, n int64) string { return grouped(n, " ") },
	"arabic":       func(_ time.Time, n int64) string { return arabic(strconv.FormatInt(n, 10)) },
	"wrapped":      func(_ time.Time, n int64) string { return wrapped(n) },
	"empty":        func(time.Time, int64) string { return "" },
}

// exponent writes a number of several digits as "1.795e9".
func exponent(digits string) string {
	return fmt.Sprintf("%s.%se%d", digits[:1], digits[1:], len(digits)-1)
}

// grouped puts a text between every three digits, counted from the end.
func grouped(n int64, between string) string {
	text := strconv.FormatInt(n, 10)
	out := text[:(len(text)-1)%3+1]
	for rest := text[len(out):]; rest != ""; rest = rest[3:] {
		out += between + rest[:3]
	}
	return out
}

// arabic writes the digits as those of the Arabic script, U+0660 to U+0669.
func arabic(digits string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '٠' }, digits)
}

// wrapped is the number of 20 digits of which n is left in 64 bits.
func wrapped(n int64) string {
	sum := new(big.Int).Lsh(big.NewInt(1), 64)
	return sum.Add(sum, big.NewInt(n)).String()
}

var spellingSlot = regexp.MustCompile(`\{([a-z0-9]+)\}`)

// spell fills a template of the timestamp's text with the time of the attempt.
func (d *Draft) spell(template string) string {
	n, _ := strconv.ParseInt(d.c.Scheme.Timestamp.text(d.at), 10, 64) // ours
	return spellingSlot.ReplaceAllStringFunc(template, func(slot string) string {
		if spelling, ok := timeSpellings[slot[1:len(slot)-1]]; ok {
			return spelling(d.at, n)
		}
		return slot
	})
}

func checkSpelling(p Param) error {
	for _, slot := range spellingSlot.FindAllStringSubmatch(p.Text, -1) {
		if _, ok := timeSpellings[slot[1]]; !ok {
			return nearest.Unknown("spelling", slot[1], slices.Sorted(maps.Keys(timeSpellings)))
		}
	}
	return nil
}

// secondTimestamp adds a timestamp of the attempt's time beside the one there.
func (d *Draft) secondTimestamp(first bool) error {
	now := d.c.Scheme.Timestamp.text(d.at)
	if d.c.Scheme.Timestamp.Header == "" {
		return d.secondMember(d.c.Scheme.Timestamp.Member+now, first)
	}
	return d.alter("{timestamp}", func(f wire.Field) []wire.Field {
		second := wire.Field{Name: f.Name, Value: now}
		if first {
			return []wire.Field{second, f}
		}
		return []wire.Field{f, second}
	})
}

// secondMember adds a member to the signature header.
func (d *Draft) secondMember(member string, first bool) error {
	h := d.c.Scheme.Signatures[0]
	return d.alterValue(h.Header, func(value string) string {
		if first {
			return member + h.Separator + value
		}
		return value + h.Separator + member
	})
}
