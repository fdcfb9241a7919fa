package specs

import (
	"fmt"
	"strings"

	"github.com/hookassay/hookassay/reports"
)

// width of failure texts: two deliveries side by side need it.
const width = 110

// failureText is everything known of a scenario, behind its place: the place a
// failure has by itself is a line of Go.
func failureText(s reports.Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", s.Location, headline(s))
	_ = reports.Detail(&b, s, reports.TerminalOptions{Width: width}) // a Builder cannot fail
	return b.String()
}

// headline says the verdict and why, in one line.
func headline(s reports.Scenario) string {
	reason := s.Reason
	if reason == "" && len(s.Findings) > 0 {
		reason = s.Findings[0].Message
	}
	if reason == "" {
		return fmt.Sprintf("%s: %s", s.ID, s.Verdict)
	}
	return fmt.Sprintf("%s: %s: %s", s.ID, s.Verdict, reason)
}

func skipText(s reports.Scenario) string {
	if s.Known != nil {
		return fmt.Sprintf("known failure (%s): %s; %s", s.Known.By, s.Known.Reason, headline(s))
	}
	if s.Reason == "" {
		return string(s.Verdict)
	}
	return string(s.Verdict) + ": " + s.Reason
}

// noteText says in a few lines what was noticed.
func noteText(s reports.Scenario) string {
	lines := []string{headline(s)}
	for _, f := range s.Findings {
		lines = append(lines, line("expected", f.Expected), line("observed", f.Observed))
		break // the worst; the report has the rest
	}
	for _, m := range s.Measurements {
		lines = append(lines, line(m.Name, fmt.Sprintf("%g %s", m.Value, m.Unit)))
	}
	if s.Verdict == reports.Warn {
		lines = append(lines, line("fix", s.Fix))
	}
	lines = append(lines, line("again", s.Rerun))
	return joined(lines)
}

// countsText says how the run ended, in numbers.
func countsText(r reports.Report) string {
	var counts []string
	for _, v := range reports.Verdicts {
		if n := r.Counts.Of(v); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%s; %d requests; again: %s", strings.Join(counts, ", "), r.Requests, r.Rerun)
}

// wholeFailure says what keeps the run from being conformant that no
// scenario's own spec shows, or "".
func wholeFailure(r reports.Report) string {
	var lines []string
	for _, reason := range r.ExitReasons {
		if !shownElsewhere[reason.Reason] {
			lines = append(lines, reason.Reason+": "+reason.Message)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	lines = append(lines, r.StaleExpectations()...)
	return fmt.Sprintf("the run is %s\n%s", r.Verdict, joined(append(lines, line("again", r.Rerun))))
}

func line(name, text string) string {
	if text == "" {
		return ""
	}
	return name + ": " + text
}

// joined puts lines below each other and drops empty ones.
func joined(lines []string) string {
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}
