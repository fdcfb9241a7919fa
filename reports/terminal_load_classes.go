package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// classes writes the table of answers. Response times run from the intended
// start, so a stalled receiver cannot hide in them. A page too narrow for one
// table gets two, of numbers and of times.
func (p *page) classes(classes []LoadClass, resent *Resent) {
	if len(classes) == 0 {
		return
	}
	numbers := [][]string{{"class", "sent", "right", "no answer"}}
	times := [][]string{{"class", "p50", "p99", "95 % of p99", "p99.9", "max"}}
	for _, c := range classes {
		name := oneLine(c.Class)
		numbers = append(numbers, []string{name, fmt.Sprint(c.Sent), fmt.Sprint(c.Right), fmt.Sprint(c.failed())})
		times = append(times, append([]string{name}, latencies(c.Response)...))
	}
	if resent != nil && resent.Sent > 0 {
		numbers = append(numbers, []string{"resent", fmt.Sprint(resent.Sent), fmt.Sprint(resent.Accepted), "-"})
		times = append(times, append([]string{"resent"}, latencies(resent.Response)...))
	}
	times = withoutEmpty(times)
	p.line("")
	if one := sideBySide(numbers, times); tableWidth(one) <= p.width {
		p.table(one)
	} else {
		p.table(numbers)
		p.line("")
		p.table(times)
	}
	p.legend("right: as the class asks for; no answer: no whole one")
	p.legend("p50 to max: response time in ms, from the intended start")
	p.classNotes(classes)
}

func (p *page) legend(text string) { p.line(p.paint(faint, "    "+text)) }

// classNotes says what the table's figures do not: how deliveries were answered
// otherwise than they ask for, and, once for all classes, how far a figure goes.
func (p *page) classNotes(classes []LoadClass) {
	of := map[string][]string{}
	for _, c := range classes {
		if c.Right < c.Sent {
			p.para(plain, "    ", 6, fmt.Sprintf("%s: answers %s; no answer %s", c.Class, tallied(c.Statuses), tallied(c.Errors)))
		}
		of[c.Response.Note] = append(of[c.Response.Note], c.Class)
	}
	for _, c := range classes {
		note := c.Response.Note
		if note != "" && of[note] != nil {
			p.para(plain, "    ", 6, fmt.Sprintf("%s: %s", strings.Join(of[note], ", "), note))
			delete(of, note)
		}
	}
}

// latencies are the cells of a clock, with the interval that p99 lies in with
// 95 % confidence; empty where there is none.
func latencies(q Quantiles) []string {
	if q.N == 0 {
		return []string{"-", "-", "", "-", "-"}
	}
	interval := ""
	if ends, ok := q.CI95["p99"]; ok {
		interval = figure(ends[0]) + "-" + figure(ends[1])
	}
	return []string{figure(q.P50), figure(q.P99), interval, figure(q.P999), figure(q.Max)}
}

// failed is the number of deliveries that ended in an error of any kind.
func (c LoadClass) failed() (n int) {
	for _, count := range c.Errors {
		n += count
	}
	return n
}

// tallied says "200 x1790, 503 x10".
func tallied(counts map[string]int) string {
	if len(counts) == 0 {
		return "none"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s x%d", oneLine(k), counts[k]))
	}
	return strings.Join(parts, ", ")
}

// withoutEmpty leaves out the columns that hold nothing below their header, and
// puts a dash into what else is empty.
func withoutEmpty(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i := range rows[0] {
		empty := true
		for _, row := range rows[1:] {
			empty = empty && row[i] == ""
		}
		for n, row := range rows {
			if !empty {
				out[n] = append(out[n], orDash(row[i]))
			}
		}
	}
	return out
}

func orDash(cell string) string {
	if cell == "" {
		return "-"
	}
	return cell
}

// sideBySide puts two tables of the same rows beside each other; the first column of
// both is the same, and the last of the numbers stays at the end.
func sideBySide(numbers, times [][]string) [][]string {
	var rows [][]string
	for n, row := range numbers {
		last := len(row) - 1
		rows = append(rows, slices.Concat(row[:last], times[n][1:], row[last:]))
	}
	return rows
}

func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	return widths
}

func tableWidth(rows [][]string) int {
	total := 4 - 2
	for _, w := range columnWidths(rows) {
		total += w + 2
	}
	return total
}

// table writes rows under their header: names to the left, figures to the right.
func (p *page) table(rows [][]string) {
	widths := columnWidths(rows)
	for n, row := range rows {
		var cells []string
		for i, cell := range row {
			width := -widths[i]
			if i == 0 {
				width = widths[i]
			}
			cells = append(cells, pad(cell, width))
		}
		text := "    " + strings.Join(cells, "  ")
		if n == 0 {
			text = p.paint(faint, text)
		}
		p.line(text)
	}
}
