package reports

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// A pair is one line of two texts beside each other; a side can be missing.
type pair struct {
	key               string // what the line is: "first line", "header NAME", …
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
			pairs = append(pairs, pair{a[i], left[i], right[j], true, true})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			pairs = append(pairs, pair{key: a[i], left: left[i], hasLeft: true})
			i++
		default:
			pairs = append(pairs, pair{key: b[j], right: right[j], hasRight: true})
			j++
		}
	}
	return pairs
}

const (
	firstLine     = "first line"
	headerLine    = "header "
	firstBodyLine = "first body line"
)

// faultIn lists the lines of a request that a fault is in.
func faultIn(differs []Difference) map[string]bool {
	keys := map[string]bool{}
	for _, d := range differs {
		switch d.Where {
		case "request line":
			keys[firstLine] = true
		case "body":
			keys[firstBodyLine] = true
		default:
			keys[headerLine+strings.ToLower(d.Where)] = true
		}
	}
	return keys
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
			keys[i] = firstLine
		case !body && l == "":
			keys[i], body = "end of headers", true
		case body && lines[i-1] == "" && !slices.Contains(keys[:i], firstBodyLine):
			keys[i] = firstBodyLine
		case !body && isHeader:
			keys[i] = headerLine + strings.ToLower(name)
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

// beside writes two messages in two columns, at most so many rows of their
// bodies. "!" between them marks the lines that differ and that the fault is in,
// ":" the others that differ. Without a fault to look for every difference is "!".
func (p *page) beside(left, right string, fault map[string]bool, bodyRows int) {
	width := (p.width - 4 - 3) / 2
	body := false
	for _, pr := range align(messageLines(left), messageLines(right)) {
		gutter, s := " | ", faint
		switch {
		case pr.same():
		case fault == nil || fault[pr.key]:
			gutter, s = " ! ", red
		default:
			gutter, s = " : ", plain
		}
		body = body || pr.key == firstBodyLine
		l, r := cells(pr.left, width), cells(pr.right, width)
		for i := range max(len(l), len(r)) {
			if body && bodyRows == 0 {
				p.line("    " + p.paint(faint, "..."))
				return
			}
			if body {
				bodyRows--
			}
			p.line("    " + pad(at(l, i), width) + p.paint(s, gutter) + at(r, i))
		}
	}
}

// above writes one message, cut to the page, and at most so many rows of its
// body.
func (p *page) above(message string, bodyRows int) {
	lines := messageLines(message)
	keys := lineKeys(lines)
	body := false
	for i, l := range lines {
		body = body || keys[i] == firstBodyLine
		for _, c := range cells(l, p.width-4) {
			if body && bodyRows == 0 {
				p.line("    " + p.paint(faint, "..."))
				return
			}
			if body {
				bodyRows--
			}
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
