package reports

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	tests := []struct {
		file, sample string
		opts         TerminalOptions
	}{
		{"conformant.txt", "conformant", TerminalOptions{}},
		{"conformant-verbose.txt", "conformant", TerminalOptions{Verbose: true}},
		{"failing.txt", "failing", TerminalOptions{}},
		{"failing-narrow.txt", "failing", TerminalOptions{Width: 48}},
		{"failing-color.txt", "failing", TerminalOptions{Color: true, Width: 100}},
		{"load.txt", "load", TerminalOptions{}},
		{"load-narrow.txt", "load", TerminalOptions{Width: 60}},
		{"load-wide-color.txt", "load", TerminalOptions{Width: 160, Color: true}},
		{"unreachable.txt", "unreachable", TerminalOptions{}},
		{"unseen.txt", "unseen", TerminalOptions{}},
		{"known.txt", "known", TerminalOptions{}},
		{"compared.txt", "compared", TerminalOptions{}},
		{"repeated.txt", "repeated", TerminalOptions{}},
		{"interrupted.txt", "interrupted", TerminalOptions{}},
		{"unlike.txt", "unlike", TerminalOptions{}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := Terminal(&b, sampleReports()[test.sample], test.opts); err != nil {
				t.Fatal(err)
			}
			golden(t, test.file, b.Bytes())
		})
	}
}

func TestDetail(t *testing.T) {
	forgery := forged("auth.no-signature", "MUST", "A delivery without a signature is refused")
	tests := []struct {
		file     string
		scenario Scenario
		opts     TerminalOptions
	}{
		{"detail.txt", forgery, TerminalOptions{}},
		{"detail-wide-color.txt", forgery, TerminalOptions{Width: 120, Color: true}},
		{"detail-narrow.txt", forgery, TerminalOptions{Width: 60}},
		{"detail-info.txt", toleranceInfo(), TerminalOptions{}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			var b bytes.Buffer
			if err := Detail(&b, test.scenario, test.opts); err != nil {
				t.Fatal(err)
			}
			golden(t, test.file, b.Bytes())
		})
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourOnlyAdds(t *testing.T) {
	for name, r := range sampleReports() {
		var without, with bytes.Buffer
		if err := errors.Join(Terminal(&without, r, TerminalOptions{}), Terminal(&with, r, TerminalOptions{Color: true})); err != nil {
			t.Fatal(err)
		}
		if !ansi.Match(with.Bytes()) {
			t.Errorf("%s: no colour", name)
		}
		if got := ansi.ReplaceAllString(with.String(), ""); got != without.String() {
			t.Errorf("%s: colour changes more than colour:\n%s\n%s", name, got, without.String())
		}
	}
}

func TestTerminalKeepsItsWidth(t *testing.T) {
	for name, r := range sampleReports() {
		for _, width := range []int{60, 80, 120, 160} {
			var b bytes.Buffer
			if err := Terminal(&b, r, TerminalOptions{Width: width, Verbose: true}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimRight(line, "\n")
				command := strings.HasPrefix(line, "    again:") || strings.HasPrefix(line, "Next:")
				if !command && utf8.RuneCountInString(line) > width {
					t.Errorf("%s is wider than %d: %s", name, width, line)
				}
			}
		}
	}
}

func TestNext(t *testing.T) {
	load := []Load{{Name: "steady", Verdict: Fail, Rerun: "hookassay load steady"}}
	down := []Check{{Name: "reachable", Verdict: Fail}}
	tests := []struct {
		name   string
		report Report
		want   string
	}{
		{"all is well, without a probe", Report{Scenarios: passing("auth.a"), Rerun: "hookassay run"}, "let it see effects, with --effects-http or --effects-callback"},
		{"all is well", Report{Scenarios: passing("auth.a"), Profile: "core", Target: Target{Probes: []Probe{{}}}, Rerun: "hookassay run"}, "hookassay run --profile production"},
		{"all is well in production", Report{Scenarios: passing("auth.a"), Profile: "production", Target: Target{Probes: []Probe{{}}}}, "hookassay load smoke, with the same target"},
		{"it has borne smoke", Report{Load: []Load{{Name: "smoke", Verdict: Pass}}, Target: Target{Probes: []Probe{{}}}}, "hookassay load storm, with the same target"},
		{"it has borne more", Report{Load: []Load{{Name: "storm", Verdict: Pass}}, Target: Target{Probes: []Probe{{}}}},
			"hookassay load launch-day, with the same target and the peak that you expect as its --rate"},
		{"the worst", Report{Scenarios: []Scenario{{ID: "a.warn", Verdict: Warn}, {ID: "b.fail", Verdict: Fail}}, Load: load}, "hookassay explain b.fail"},
		{"a failure although the preflight did not hold",
			Report{Scenarios: []Scenario{{ID: "b.fail", Verdict: Fail}}, Preflight: down, Rerun: "hookassay run"}, "hookassay explain b.fail"},
		{"the preflight did not hold", Report{Scenarios: []Scenario{{ID: "a.b", Verdict: Blocked}}, Preflight: down, Rerun: "hookassay run"},
			`mend what the preflight says of "reachable", then run the same again`},
		{"interrupted in the preflight", Report{Scenarios: []Scenario{{ID: "a.b", Verdict: Blocked}}, Preflight: down, Interrupted: true, Rerun: "hookassay run"}, "hookassay run"},
		{"load", Report{Scenarios: []Scenario{{ID: "dup.a", Verdict: NotObserved}}, Load: load}, "hookassay load steady"},
		{"not observed", Report{Scenarios: []Scenario{{ID: "dup.a", Verdict: NotObserved}}}, "hookassay explain dup.a"},
		{"interrupted", Report{Scenarios: passing("auth.a"), Interrupted: true, Rerun: "hookassay run"}, "hookassay run"},
		{"interrupted before anything was finished", Report{Scenarios: []Scenario{{ID: "a.b", Verdict: Error, Interrupted: true}}, Interrupted: true, Rerun: "hookassay run"}, "hookassay run"},
		{"interrupted after a failure",
			Report{Scenarios: []Scenario{{ID: "a.b", Verdict: Error, Interrupted: true}, {ID: "b.fail", Verdict: Fail}}, Interrupted: true, Rerun: "hookassay run"}, "hookassay explain b.fail"},
	}
	for _, test := range tests {
		Conclude(&test.report, nil)
		if got := next(test.report); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 s", 1840 * time.Millisecond: "1.8 s", time.Minute: "1 min 0 s", 3*time.Minute + 12*time.Second: "3 min 12 s",
		59960 * time.Millisecond: "1 min 0 s",
	} {
		if got := seconds(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
