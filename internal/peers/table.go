package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// A table is printed with its columns aligned.
type table struct{ lines []string }

func newTable(heads ...string) *table {
	t := &table{}
	t.row(heads...)
	return t
}

func (t *table) row(cells ...string) { t.lines = append(t.lines, strings.Join(cells, "\t")) }

func (t *table) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, line := range t.lines {
		fmt.Fprintln(w, line)
	}
	_ = w.Flush() // to a terminal, or a file that somebody chose
	fmt.Println()
}

// A series is one figure in every round.
type series []float64

// median is the middle value, or the mean of the two.
func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// over divides round by round.
func (s series) over(other series) series {
	var ratios series
	for i := range min(len(s), len(other)) {
		ratios = append(ratios, s[i]/other[i])
	}
	return ratios
}

// spread writes the median with the least and the greatest, as "0.52
// (0.49–0.56)"; verb formats one value.
func (s series) spread(verb string) string {
	if len(s) == 0 {
		return ""
	}
	median := fmt.Sprintf(verb, s.median())
	if len(s) == 1 {
		return median
	}
	return fmt.Sprintf("%s ("+verb+"–"+verb+")", median, slices.Min(s), slices.Max(s))
}
