package reports

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	rateHeight = 8
	rateGutter = 10 // columns before the first of the chart
	rateWidest = 60
)

// RateChart draws a rate over time as rows of columns, at most width wide.
// integral is what the rate amounts to from the start until a time within
// lasts; a column shows its mean, so that none of it is lost.
func RateChart(integral func(time.Duration) float64, lasts time.Duration, width int) []string {
	n := min(max(width-rateGutter, 10), rateWidest)
	columns, top := make([]float64, n), 0.0
	edge := func(i int) time.Duration { return time.Duration(float64(lasts) * float64(i) / float64(n)) }
	for i := range columns {
		if long := (edge(i+1) - edge(i)).Seconds(); long > 0 {
			columns[i] = (integral(edge(i+1)) - integral(edge(i))) / long
		}
		top = max(top, columns[i])
	}
	if top == 0 {
		return nil
	}
	rows := []string{fmt.Sprintf("deliveries a second; each of the %d columns is a mean", n)}
	for level := rateHeight; level >= 1; level-- {
		var b strings.Builder
		for _, c := range columns {
			b.WriteByte(rateMark(c/top*rateHeight, level))
		}
		mark := ""
		if level == rateHeight || level == rateHeight/2 {
			mark = figure(top * float64(level) / rateHeight)
		}
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%*s | %s", rateGutter-3, mark, &b), " "))
	}
	end := lasts.String()
	return append(rows,
		fmt.Sprintf("%*s +-%s", rateGutter-3, "0", strings.Repeat("-", n)),
		strings.Repeat(" ", rateGutter)+"0s"+pad(end, -max(n-2, len(end)+1)))
}

// rateMark is the character of a column of that many rows at one level. A dot
// at the bottom is something, but less than half a row.
func rateMark(rows float64, level int) byte {
	switch {
	case math.Round(rows) >= float64(level):
		return '#'
	case level == 1 && rows > 0:
		return '.'
	}
	return ' '
}
