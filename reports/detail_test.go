package reports

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

func detailOf(t *testing.T, s Scenario) string {
	t.Helper()
	var b strings.Builder
	if err := Detail(&b, s, TerminalOptions{Width: 110}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A delivery that is both answered and processed wrongly is shown once, and
// what is wrong with it stands before it.
func TestDetailShowsADeliveryOnce(t *testing.T) {
	s := forged("auth.x", "MUST", "A forgery is refused")
	s.Findings = append(s.Findings, s.Findings[0])
	text := detailOf(t, s)
	if n := strings.Count(text, "FAULT: forged"); n != 1 {
		t.Errorf("shown %d times", n)
	}
	if !strings.Contains(text, "as in finding 1") {
		t.Error("the second finding does not say where its delivery is shown")
	}
	fault, control := strings.Index(text, "fault in:"), strings.Index(text, "CONTROL:")
	if fault < 0 || fault > control {
		t.Error("the fault does not stand before the deliveries")
	}
	other := s.Findings[0]
	other.Evidence.Transcript, other.Evidence.LocalPort = nil, 1
	s.Findings[1] = other
	if n := strings.Count(detailOf(t, s), "FAULT: forged"); n != 2 {
		t.Errorf("two deliveries are shown %d times", n)
	}
}

func TestDetailGivesNoAdviceWhereNothingIsKnown(t *testing.T) {
	for v, want := range map[Verdict]bool{Fail: true, Warn: true, Info: true, Blocked: false} {
		text := detailOf(t, graded("auth.x", "MUST", v, "A forgery is refused"))
		if advises := strings.Contains(text, "fix:") && strings.Contains(text, "why:"); advises != want {
			t.Errorf("%s: advice %v", v, advises)
		}
	}
}

// TestDifferencePoints: the line below what was sent points at the bytes that
// differ, whatever is cut and however wide the characters are.
func TestDifferencePoints(t *testing.T) {
	long := strings.Repeat("x", 60)
	for _, tt := range []struct {
		name          string
		genuine, sent string
		under         string // what stands above the pointers, of the line as shown
		note          string
	}{
		{"a header", "A: one", "A: two", "two", ""},
		{"one byte", "abcdef", "abXdef", "X", ""},
		{"wide characters before it", "A: ☕漢字 one", "A: ☕漢字 two", "two", ""},
		{"a character of several bytes", "A: é!", "A: è!", "è", ""},
		{"far behind", "A: " + long + "1" + long, "A: " + long + "2" + long, "2", ""},
		{"longer than the page", "A: y", "A: " + long + long, "x", ""},
		{"an hour", "t: 1795510314", "t: 1795506714", "06", "1 h earlier"},
		{"seconds", "t: 1795510314", "t: 1795510325", "25", "11 s later"},
		{"five minutes", "t: 1795510314", "t: 1795510614", "6", "5 min later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPage(TerminalOptions{Width: 60})
			p.difference(Difference{Where: "A", Genuine: tt.genuine, Sent: tt.sent})
			lines := strings.Split(p.String(), "\n")
			sent, pointers := lines[3], lines[4]
			column := strings.Index(pointers, "^")
			if column < 0 {
				t.Fatalf("nothing is pointed at:\n%s", p.String())
			}
			above := sent[len(atColumn(sent, column)):]
			if !strings.HasPrefix(above, tt.under) || uniseg.StringWidth(sent) < len(pointers) {
				t.Errorf("points at %q, want %q:\n%s", above, tt.under, p.String())
			}
			if got := strings.Contains(p.String(), "that is"); got != (tt.note != "") || !strings.Contains(p.String(), tt.note) {
				t.Errorf("want the note %q:\n%s", tt.note, p.String())
			}
		})
	}
}

// atColumn is the part of a line before a column.
func atColumn(line string, column int) string {
	if column == 0 {
		return ""
	}
	return cells(line, column)[0]
}
