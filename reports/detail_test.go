package reports

import (
	"strings"
	"testing"
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
