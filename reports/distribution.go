package reports

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A bar is a part of a distribution, with the marks that lie in it.
type bar struct {
	upTo  float64 // ms; 0: nothing lies in it
	count int64
	marks []string
	cut   bool // it stands for several in which nothing lies
}

// A mark is a time to be shown in a distribution.
type mark struct {
	name string
	at   float64 // ms
}

var responseLimit = regexp.MustCompile(`^[\w-]+: [\w.]+\(response\) <=? (\S+)$`)

// responseLimits are the limits, in ms, that objectives set to a class's
// response times, and whether one was missed.
func responseLimits(objectives []Objective, class string) (limits []mark, missed bool) {
	for _, o := range objectives {
		m := responseLimit.FindStringSubmatch(o.Text)
		if m == nil || o.Class != class {
			continue
		}
		if d, err := time.ParseDuration(m[1]); err == nil {
			limits = append(limits, mark{"limit", float64(d) / float64(time.Millisecond)})
			missed = missed || o.Verdict == Fail
		}
	}
	return limits, missed
}

const mostBars = 16

// distribution draws a class's response times as bars from fast to slow, at
// most width wide. Each bar goes as far beyond the one before as a factor tells:
// a tail that is a hundred times slower is seen beside what is usual.
func distribution(c LoadClass, limits []mark, width int) []string {
	if len(c.Distribution) == 0 {
		return nil
	}
	marks := slices.Concat([]mark{{"p50", c.Response.P50}, {"p99", c.Response.P99}}, limits)
	all := bars(c.Distribution, marks, perDecade(c.Distribution))
	var most int64
	counts, texts := 0, 0
	for _, b := range all {
		most = max(most, b.count)
		counts, texts = max(counts, len(fmt.Sprint(b.count))), max(texts, len(strings.Join(b.marks, ", ")))
	}
	const bound, between = 8, 7 // the bound's column; what stands between columns
	room := max(10, min(60, width-bound-between-counts-texts))
	rows := []string{fmt.Sprintf("%s: answers by response time, up to so many ms", oneLine(c.Class))}
	for _, b := range all {
		rows = append(rows, b.draw(bound, room, counts, most))
	}
	return rows
}

func (b bar) draw(bound, room, counts int, most int64) string {
	upTo, count, line := "", "", ""
	if b.cut {
		upTo = "..."
	}
	if b.count > 0 {
		upTo, count = figure(b.upTo), fmt.Sprint(b.count)
		line = strings.Repeat("#", int(math.Round(float64(b.count)/float64(most)*float64(room))))
		line = cmp.Or(line, ".") // something, but less than half a column
	}
	text := fmt.Sprintf("%*s | %-*s  %*s  %s", bound, upTo, room, line, counts, count, strings.Join(b.marks, ", "))
	return strings.TrimRight(text, " ")
}

// bars puts bins, and marks, into bars of which per make a factor of ten. A
// short gap is drawn to scale, a long one is cut.
func bars(bins []Bin, marks []mark, per float64) (out []bar) {
	at := map[int]bar{}
	for _, bin := range bins {
		b := at[place10(bin.UpTo, per)]
		b.upTo, b.count = max(b.upTo, bin.UpTo), b.count+max(0, bin.Count)
		at[place10(bin.UpTo, per)] = b
	}
	for _, m := range marks {
		i := markPlace(bins, m.at, per)
		b := at[i]
		b.marks = append(b.marks, m.name+" "+figure(m.at))
		at[i] = b
	}
	last := math.MinInt
	for _, i := range slices.Sorted(maps.Keys(at)) {
		const cut = 3
		switch gap := i - last - 1; {
		case last == math.MinInt:
		case gap >= cut:
			out = append(out, bar{cut: true})
		default:
			out = append(out, make([]bar, gap)...)
		}
		out, last = append(out, at[i]), i
	}
	return out
}

// place10 is the number of the bar that a time, in ms, lies in.
func place10(ms, per float64) int {
	const least = 1e-3 // a clock's
	return int(math.Ceil(per*math.Log10(max(ms, least)) - 1e-9))
}

// markPlace is the bar of the bin that holds a time, so that a mark stands
// where the samples do that it tells of; between two bins, where it belongs.
func markPlace(bins []Bin, ms, per float64) int {
	const widest = 1.25 // times its lower bound: more than any bin
	for _, bin := range bins {
		if bin.UpTo >= ms && bin.UpTo <= ms*widest {
			return place10(bin.UpTo, per)
		}
	}
	return place10(ms, per)
}

// perDecade is how many bars make a factor of ten: as many as leave few in all.
func perDecade(bins []Bin) float64 {
	for _, per := range []float64{10, 5, 3, 2} {
		held := map[int]bool{}
		for _, bin := range bins {
			held[place10(bin.UpTo, per)] = true
		}
		if len(held) <= mostBars {
			return per
		}
	}
	return 1
}
