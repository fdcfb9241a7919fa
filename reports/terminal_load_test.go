package reports

import (
	"strings"
	"testing"
)

// What an unfit generator made void is told from what stands all the same, and
// why is said once.
func TestAnUnfitGeneratorLeavesObjectivesStanding(t *testing.T) {
	l := blockedLoad()
	l.Objectives = []Objective{
		{Text: "unsent = 0", Value: "7", Verdict: Blocked, Reason: "generator-limited: busy"},
		{Text: "forged: accepted = 0", Value: "0 of 50", Verdict: Pass},
		{Text: "lost = 0", Verdict: NotObserved, Reason: "no probe"},
		{Text: "doubled = 0", Value: "1", Verdict: Fail},
	}
	l.Generator.Reasons, l.Reason = []string{"busy"}, ""
	p := newPage(TerminalOptions{Width: 120})
	p.load(l, false)
	var out strings.Builder
	if err := p.to(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"generator: NOT VALID: busy\n",
		"void:      unsent = 0\n",
		"standing:  forged: accepted = 0; doubled = 0\n",
		"# BLOCKED  unsent = 0; was 7\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func loadPage(l Load, width int) string {
	p := newPage(TerminalOptions{Width: width})
	p.load(l, false)
	return p.String()
}

// What a result does not hold leaves no trace: a zero would be read as a figure.
func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	l := Load{
		Name: "old", Title: "Of a program that knew less", Verdict: Pass, Sent: 10,
		Plan:         LoadPlan{Schedule: "constant 10/s for 1s", Total: 10, Rate: 10, InFlight: 4},
		Classes:      []LoadClass{{Class: "genuine", Sent: 10, Right: 10, Response: Quantiles{N: 10, P50: 1, P99: 2, Max: 2}}, {Class: "stale"}},
		Generator:    Generator{Valid: true},
		Completeness: Completeness{Observed: true},
		Windows:      []Window{{Sent: 4}, {Sent: 4}, {Sent: 2}},
	}
	out := loadPage(l, 120)
	for _, never := range []string{
		"drain", "resent", "aborted", "connections", "answer is waited for", "retries", "content", "left out", "95 %", "caught",
		"faster than planned", "within all", "stale", "answers by response time", "backlog", "peak", "wrong/s",
	} {
		if strings.Contains(out, never) {
			t.Errorf("%q stands in\n%s", never, out)
		}
	}
}

// A figure on latency without a look at effects says what it is worth.
func TestLatencyWithoutEffectsSaysSo(t *testing.T) {
	const said = "effects were not looked at: how fast answers came says nothing about whether the work was done\n"
	l := steadyLoad()
	if strings.Contains(loadPage(l, 120), said) {
		t.Error("said although effects were observed")
	}
	l.Completeness = Completeness{Reason: "no effect probe is set up"}
	l.Drain = Drain{Reason: l.Completeness.Reason}
	out := loadPage(l, 120)
	if !strings.Contains(out, said) || strings.Contains(out, "drain:") {
		t.Errorf("got\n%s", out)
	}
	l.Drain.Reason = "the probe is asked once an event"
	if out := loadPage(l, 120); !strings.Contains(out, "drain:     not observed: the probe is asked once an event\n") {
		t.Errorf("got\n%s", out)
	}
	l.Classes = nil
	if strings.Contains(loadPage(l, 120), said) {
		t.Error("said although nothing was timed")
	}
}

// An interval that has no upper end is not shown as if it had one.
func TestIntervalOfFewSamples(t *testing.T) {
	l := spikeLoad()
	if !strings.Contains(loadPage(l, 120), "1620-2010") {
		t.Error("the interval is not shown")
	}
	l.Classes[0].Response.CI95 = map[string][2]float64{"p50": {1620, 2010}}
	if strings.Contains(loadPage(l, 120), "1620-2010") {
		t.Error("an interval of p50 is shown for one of p99")
	}
}

// A second in which hardly anything was planned has no amplification.
func TestNoWorstSecond(t *testing.T) {
	l := steadyLoad()
	l.Resent = &Resent{Sent: 3, Amplification: 1.5}
	if out := loadPage(l, 120); !strings.Contains(out, "1.50 requests for each that was planned\n") {
		t.Errorf("got\n%s", out)
	}
}

func TestNothingResent(t *testing.T) {
	l := steadyLoad()
	l.Resent = &Resent{Amplification: 1, WorstSecond: 1}
	out := loadPage(l, 120)
	if !strings.Contains(out, "resent:    nothing had to be sent again\n") || strings.Contains(out, "resent  ") {
		t.Errorf("got\n%s", out)
	}
}

// A page too narrow for all figures of a class in one row loses none of them.
func TestNarrowTableHoldsEverything(t *testing.T) {
	for _, width := range []int{60, 160} {
		out := loadPage(spikeLoad(), width)
		for _, figure := range []string{"1580", "1500", "4.20", "1840", "1620-2010", "4980", "310", "240"} {
			if !strings.Contains(out, figure) {
				t.Errorf("width %d: no %s in\n%s", width, figure, out)
			}
		}
	}
}

// A slope that nobody saw is no slope of 0.
func TestDrainInWords(t *testing.T) {
	l := Load{
		Completeness: Completeness{Observed: true, Acked: 10, Once: 3, Draining: 7, Stale: 2},
		Drain:        Drain{Observed: true, Sampled: 10, Lag: Quantiles{N: 10, P50: 4}, Slowest: 5, GrowthReason: "too short to tell", Backlog: 7},
	}
	out := loadPage(l, 200)
	for _, want := range []string{
		"7 had no effect yet when there was no more waiting: still draining", "2 stale events processed",
		"10 events looked at\n", "whether the backlog grew is not observed: too short to tell; about 7 waited when the load ended",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	for _, never := range []string{"added to the backlog", "known to within", "had none"} {
		if strings.Contains(out, never) {
			t.Errorf("%q stands in\n%s", never, out)
		}
	}
}

// A backlog cannot be added to by less than nothing.
func TestGrowthInWords(t *testing.T) {
	for _, tt := range []struct {
		growth, half float64
		want         string
	}{
		{-20.3, 20.2, "the backlog did not grow"},
		{-1, 4, "the backlog was not seen to grow: at most 3.0 % of the events acknowledged were added to it"},
		{0, 0, "the backlog did not grow"},
		{12, 2, "of the events acknowledged, 12.0 % (+-2.0) were added to the backlog"},
	} {
		if got := (Drain{Growth: tt.growth, GrowthCI: tt.half}).grew(); got != tt.want {
			t.Errorf("%v ± %v: %q", tt.growth, tt.half, got)
		}
	}
}

// What was acknowledged, and is not to have an effect, is not hidden.
func TestAcknowledgedWithoutAnEffectToCome(t *testing.T) {
	for _, tt := range []struct {
		c    Completeness
		want string
	}{
		{Completeness{AckedIdle: 362}, "362 events acknowledged, an effect was expected of 0 of them: 0 processed once, 0 lost, 0 processed more than once"},
		{Completeness{Acked: 20, Once: 19, Lost: 1, AckedIdle: 5}, "25 events acknowledged, an effect was expected of 20 of them: 19 processed once, 1 lost, 0 processed more than once"},
		{Completeness{Acked: 3, Once: 3}, "3 events acknowledged: 3 processed once, 0 lost, 0 processed more than once"},
	} {
		if got := tt.c.processed(); got != tt.want {
			t.Errorf("%+v: %q", tt.c, got)
		}
	}
}

// A lag is said as far as it is known, and what never came has none.
func TestLagInWords(t *testing.T) {
	for _, tt := range []struct {
		d    Drain
		want string
	}{
		{Drain{Lag: Quantiles{N: 9, P50: 42, P99: 90}, Least: Quantiles{P50: 14, P99: 90}, Slowest: 95},
			"effects came 14.0 ms to 42.0 ms (p50), 90.0 ms (p99), at most 95.0 ms after the acknowledgement"},
		{Drain{Lag: Quantiles{N: 9, P50: 42, P99: 8590}, Least: Quantiles{P50: 14, P99: 8590}, Slowest: 43, Open: []string{"p99"}, Without: 2, WaitedMS: 8000},
			"effects came 14.0 ms to 42.0 ms (p50), > 8.59 s (p99), at most 43.0 ms after the acknowledgement; 2 had none within 8.00 s"},
		{Drain{Lag: Quantiles{N: 9, P50: 9030}, Open: []string{"p50", "p99"}, Without: 9, WaitedMS: 8000}, "9 had none within 8.00 s"},
	} {
		if got := joinedBy("; ", tt.d.lag(), tt.d.never()); got != tt.want {
			t.Errorf("%q", got)
		}
	}
}
