package reports

import (
	"strings"

	"github.com/rivo/uniseg"
)

// A pair is one line of two texts beside each other; a side can be missing.
type pair struct {
	left, right       string
	hasLeft, hasRight bool
}

func (p pair) same() bool { return p.hasLeft == p.hasRight && p.left == p.right }

// align pairs the lines of two HTTP messages: headers by their names, other
// lines by their text, along the longest common subsequence, so that a header
// missing on one side does not shift the rest.
func align(left, right []string) []pair {
	a, b := lineKeys(left), lineKeys(right)
	// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var pairs []pair
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			pairs = append(pairs, pair{left[i], right[j], true, true})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			pairs = append(pairs, pair{left: left[i], hasLeft: true})
			i++
		default:
			pairs = append(pairs, pair{right: right[j], hasRight: true})
			j++
		}
	}
	return pairs
}

// lineKeys gives what lines are paired by. First lines always pair, and so do
// first lines of bodies: both differ often and mean the same place.
func lineKeys(lines []string) []string {
	keys := make([]string, len(lines))
	body := false
	for i, l := range lines {
		name, _, isHeader := strings.Cut(l, ":")
		switch {
		case i == 0:
			keys[i] = "first line"
		case !body && l == "":
			keys[i], body = "end of headers", true
		case body && lines[i-1] == "":
			keys[i] = "first body line"
		case !body && isHeader:
			keys[i] = "header " + strings.ToLower(name)
		default:
			keys[i] = "line " + l
		}
	}
	return keys
}

// most lines of one message that are shown; evidence is cut shorter than this
// where it is recorded, unless somebody else wrote the report.
const mostLines = 120

func messageLines(s string) []string {
	lines := strings.Split(strings.TrimRight(visible(s), "\n"), "\n")
	if len(lines) > mostLines {
		lines = append(lines[:mostLines:mostLines], "(cut)")
	}
	return lines
}

// cells cuts s into pieces of at most width columns; "" is one empty piece.
func cells(s string, width int) (out []string) {
	var b strings.Builder
	column := 0
	for s != "" {
		cluster, rest, w, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		if column+w > width && column > 0 {
			out = append(out, b.String())
			b.Reset()
			column = 0
		}
		b.WriteString(cluster)
		column += w
		s = rest
	}
	return append(out, b.String())
}

// beside writes two messages in two columns. "!" between them marks the lines
// that differ.
func (p *page) beside(left, right string) {
	width := (p.width - 4 - 3) / 2
	for _, pr := range align(messageLines(left), messageLines(right)) {
		gutter, s := " | ", faint
		if !pr.same() {
			gutter, s = " ! ", red
		}
		l, r := cells(pr.left, width), cells(pr.right, width)
		for i := range max(len(l), len(r)) {
			p.line("    " + pad(at(l, i), width) + p.paint(s, gutter) + at(r, i))
		}
	}
}

// above writes one message, cut to the page.
func (p *page) above(message string) {
	for _, l := range messageLines(message) {
		for _, c := range cells(l, p.width-4) {
			p.line("    " + c)
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
