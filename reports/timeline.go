package reports

import (
	"fmt"
	"math"
	"strings"
)

// A lane is one row of columns of a timeline.
type lane struct {
	name    string
	value   func(Window) float64
	say     func(float64) string
	columns []float64
}

func digits(f float64) string { return fmt.Sprintf("%.0f", f) }

// lanes are the rows that have something to say.
func lanes(windows []Window, backlog bool) (said []lane) {
	all := []lane{
		{name: "sent/s", value: func(w Window) float64 { return float64(w.Sent) }, say: digits},
		{name: "p99 ms", value: func(w Window) float64 { return w.P99 }, say: figure},
		{name: "wrong/s", value: func(w Window) float64 { return float64(w.Errors) }, say: digits},
		{name: "resent/s", value: func(w Window) float64 { return float64(w.Resent) }, say: digits},
	}
	if backlog {
		all = append(all, lane{name: "backlog", value: func(w Window) float64 { return float64(w.Backlog) }, say: digits})
	}
	for _, l := range all {
		top := 0.0
		for _, w := range windows {
			top = max(top, l.value(w))
		}
		if top > 0 {
			said = append(said, l)
		}
	}
	return said
}

const (
	laneHeight = 3
	laneGutter = 18 // columns before a lane's first: "resent/s   1234 | "
)

// timeline draws what happened in every second as small rows of columns over
// one time axis, at most width wide. A longer run shares columns between
// seconds, a short one gives each second several. Fewer than three seconds make
// no timeline. backlog: it was observed.
func timeline(windows []Window, backlog bool, width int) []string {
	said := lanes(windows, backlog)
	if len(windows) < 3 || len(said) == 0 {
		return nil
	}
	room := max(width-laneGutter, 10)
	per := (len(windows) + room - 1) / room
	times := max(1, min(4, room/len(windows)))
	rows := []string{perColumn(per, times)}
	for _, l := range said {
		l.columns = highest(windows, l.value, per, times)
		rows = append(rows, l.draw()...)
	}
	return append(rows, timeAxis(windows[0].Second, len(windows), per, times)...)
}

func perColumn(seconds, times int) string {
	switch {
	case seconds > 1:
		return fmt.Sprintf("over time; each column is the highest of %d seconds", seconds)
	case times > 1:
		return fmt.Sprintf("over time; a second is %d columns", times)
	}
	return "over time; a second is one column"
}

// highest folds per seconds into a column, or draws a second out to several.
func highest(windows []Window, value func(Window) float64, per, times int) (columns []float64) {
	for i := 0; i < len(windows); i += per {
		top := 0.0
		for _, w := range windows[i:min(i+per, len(windows))] {
			top = max(top, value(w))
		}
		for range times {
			columns = append(columns, top)
		}
	}
	return columns
}

func (l lane) draw() (rows []string) {
	top := 0.0
	for _, c := range l.columns {
		top = max(top, c)
	}
	name, mark := l.name, l.say(top)
	for level := laneHeight - 1; level >= 0; level-- {
		var b strings.Builder
		for _, c := range l.columns {
			b.WriteByte(fill3(c/top*laneHeight-float64(level), level == 0 && c > 0))
		}
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%-8s%7s | %s", name, mark, &b), " "))
		name, mark = "", ""
	}
	return rows
}

// fill3 is the character of a row that is filled to a part, in thirds. What is
// something shows as a dot at least.
func fill3(part float64, something bool) byte {
	switch third := math.Round(3 * part); {
	case third >= 3:
		return '#'
	case third == 2:
		return ':'
	case third == 1 || something:
		return '.'
	}
	return ' '
}

// timeAxis is a line with its seconds below, as many as fit.
func timeAxis(first, seconds, per, times int) []string {
	const between = 8 // columns between two labels at least
	columns := (seconds + per - 1) / per * times
	column := func(second int) int { return second / per * times }
	step := 1
	for i := 1; column(step) < between; i++ {
		step = [...]int{1, 2, 5}[i%3] * int(math.Pow10(i/3))
	}
	line, labels := []byte(strings.Repeat("-", columns)), ""
	for second := 0; second < seconds; second += step {
		label := fmt.Sprintf("%ds", first+second)
		if second > 0 && column(second)+len(label) > columns {
			break
		}
		line[column(second)] = '+'
		labels = pad(labels, column(second)) + label
	}
	gutter := strings.Repeat(" ", laneGutter)
	return []string{gutter[2:] + "+-" + string(line), gutter + labels}
}
