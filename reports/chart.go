package reports

import (
	"fmt"
	"math"
	"strings"
)

// chart draws the p99 response time of every second as rows of columns, at most
// width wide. A longer run shares columns between seconds; each shows its worst.
// Fewer than three seconds make no chart.
func chart(windows []Window, width int) []string {
	const height, axis = 6, 10 // rows; columns of the figures at the left
	if len(windows) < 3 {
		return nil
	}
	columns, per := worst(windows, max(width-axis, 10))
	top := 0.0
	for _, c := range columns {
		top = max(top, c)
	}
	if top == 0 {
		return nil
	}
	rows := []string{"", "p99 response, ms, " + perColumn(per)}
	for level := height; level >= 1; level-- {
		var b strings.Builder
		for _, c := range columns {
			b.WriteByte(block(c/top*height, level))
		}
		mark := ""
		if level == height || level == height/2 {
			mark = figure(top * float64(level) / height)
		}
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%*s | %s", axis-3, mark, &b), " "))
	}
	first, last := fmt.Sprintf("%ds", windows[0].Second), fmt.Sprintf("%ds", windows[len(windows)-1].Second)
	return append(rows,
		fmt.Sprintf("%*s +-%s", axis-3, "0", strings.Repeat("-", len(columns))),
		strings.Repeat(" ", axis)+first+pad(last, -max(len(columns)-len(first), len(last)+1)))
}

// block is the character of a column of the given height, in rows, at one level.
// A dot at the bottom is something, but less than half a row.
func block(rows float64, level int) byte {
	switch {
	case math.Round(rows) >= float64(level):
		return '#'
	case level == 1 && rows > 0:
		return '.'
	}
	return ' '
}

func perColumn(seconds int) string {
	if seconds == 1 {
		return "one column a second"
	}
	return fmt.Sprintf("the worst of %d seconds a column", seconds)
}

// worst folds windows into at most most columns of per seconds each.
func worst(windows []Window, most int) (columns []float64, per int) {
	per = (len(windows) + most - 1) / most
	for i, w := range windows {
		if i%per == 0 {
			columns = append(columns, 0)
		}
		last := len(columns) - 1
		columns[last] = max(columns[last], w.P99)
	}
	return columns, per
}
