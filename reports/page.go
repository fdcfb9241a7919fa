package reports

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rivo/uniseg"
)

// TerminalOptions says how a terminal shows a report.
type TerminalOptions struct {
	Color   bool // ANSI colours, beside the words and never instead of them
	Width   int  // columns; 0 means 80
	Verbose bool // also what passed
}

// A page is plain text under construction, no wider than the terminal.
type page struct {
	strings.Builder
	width int
	color bool
	rerun string // the command that plays the whole run again
}

func newPage(opts TerminalOptions) *page {
	width := opts.Width
	if width <= 0 {
		width = 80
	}
	return &page{width: max(width, 40), color: opts.Color}
}

func (p *page) to(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}

// A style is the parameters of an ANSI "select graphic rendition" sequence
// (ECMA-48, 8.3.117).
type style string

const (
	plain   style = ""
	bold    style = "1"
	faint   style = "2"
	red     style = "1;31"
	green   style = "32"
	yellow  style = "33"
	magenta style = "35"
	cyan    style = "36"
)

func (p *page) paint(s style, text string) string {
	if !p.color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (p *page) line(text string) { p.WriteString(strings.TrimRight(text, " ") + "\n") }

func (p *page) heading(text string) { p.line("\n" + p.paint(bold, text)) }

// para writes text behind a painted lead, wrapped between words; the lines after
// the first are indented by hang columns. A word wider than the page stays
// whole, so that URLs can be copied.
func (p *page) para(s style, lead string, hang int, text string) {
	out, column := p.paint(s, lead), uniseg.StringWidth(lead)
	fresh := true
	for word := range strings.FieldsSeq(oneLine(text)) {
		width := uniseg.StringWidth(word)
		switch {
		case fresh:
		case column+1+width > p.width:
			p.line(out)
			out, column = strings.Repeat(" ", hang), hang
		default:
			out, column = out+" ", column+1
		}
		out, column, fresh = out+word, column+width, false
	}
	p.line(out)
}

// labelWidth fits "generator:" and a space.
const labelWidth = 11

func label(name string) string {
	if name != "" {
		name += ":"
	}
	return "    " + pad(name, labelWidth)
}

// field writes one labelled text of a block; without a label it goes on with the
// field above.
func (p *page) field(name, text string) {
	if text != "" {
		p.para(faint, label(name), 4+labelWidth, text)
	}
}

// command writes a labelled command in one line, however long, to be copied.
func (p *page) command(name, command string) {
	if command != "" {
		p.line(p.paint(faint, label(name)) + oneLine(command))
	}
}

// A look is how a verdict appears: a mark and words, and a colour beside them.
type look struct {
	mark, words string
	style       style
}

var looks = map[Verdict]look{
	Pass:          {"+", "PASS", green},
	Warn:          {"~", "WARN", yellow},
	Fail:          {"x", "FAIL", red},
	Info:          {"i", "INFO", cyan},
	Blocked:       {"#", "BLOCKED", magenta},
	NotObserved:   {"?", "NOT OBSERVED", yellow},
	NotApplicable: {"-", "NOT APPLICABLE", faint},
	Excluded:      {"-", "EXCLUDED", faint},
	Error:         {"!", "ERROR", magenta},
}

func (v Verdict) look() look {
	if l, ok := looks[v]; ok {
		return l
	}
	return look{"!", fmt.Sprintf("UNKNOWN VERDICT %q", string(v)), magenta}
}

func (l look) String() string { return l.mark + " " + l.words }

// pad fills text up to width columns; a negative width aligns to the right.
func pad(text string, width int) string {
	if width < 0 {
		return strings.Repeat(" ", max(0, -width-uniseg.StringWidth(text))) + text
	}
	return text + strings.Repeat(" ", max(0, width-uniseg.StringWidth(text)))
}

// seconds says a duration in the precision a person wants.
func seconds(d time.Duration) string {
	if d = d.Round(100 * time.Millisecond); d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
}

// figure writes a number with about three digits.
func figure(f float64) string {
	switch {
	case f < 10:
		return fmt.Sprintf("%.2f", f)
	case f < 100:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// plural says "1 scenario", "2 scenarios".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
