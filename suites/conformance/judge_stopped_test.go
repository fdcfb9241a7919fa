package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
)

// TestFaultThatStopsTheWorker: played alone, what is behind a fault and without
// effect, though acknowledged, is the fault's doing; not where that was so before.
func TestFaultThatStopsTheWorker(t *testing.T) {
	must := sandwich(scenarios.Must, "rejected")
	runAll(t, []verdictCase{
		{name: "behind it", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), seen(map[string]int{"before": 1}))}, want: reports.Fail, reason: "the fault stops the receiver's work"},
		{name: "before it, too", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), seen(nil))}, want: reports.Blocked},
		{name: "only before it", tale: tale{scenario: must, run: probed, happened: append(answered(200, 401, 200), seen(map[string]int{"after": 1}))}, want: reports.Blocked},
		{name: "informs", tale: tale{scenario: sandwich(scenarios.Inform, "rejected"), run: probed, happened: append(answered(200, 401, 200), seen(map[string]int{"before": 1}))}, want: reports.Info},
	})
}

// TestReceiverThatStopsWorking: it is said once since when nothing takes effect
// any more; not where effects are lost here and there.
func TestReceiverThatStopsWorking(t *testing.T) {
	many := sandwich(scenarios.Must, "rejected")
	many.Steps = nil
	many.Effects = map[string]string{}
	for i := range 8 {
		label := fmt.Sprint("e", i)
		many.Steps = append(many.Steps, scenarios.Step{Send: label, Control: true, Expect: "accepted"})
		many.Effects[label] = "1+"
	}
	for _, tt := range []struct {
		name    string
		effects map[string]int
		stopped bool
	}{
		{"all", map[string]int{"e0": 1, "e1": 1, "e2": 1, "e3": 1, "e4": 1, "e5": 1, "e6": 1, "e7": 1}, false},
		{"from the third on", map[string]int{"e0": 1, "e1": 1}, true},
		{"here and there", map[string]int{"e0": 1, "e2": 1}, false},
		{"the last ones", map[string]int{"e0": 1, "e1": 1, "e2": 1, "e3": 1, "e4": 1}, false},
		{"from the first on", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, report := tale{scenario: many, run: probed, happened: append(answered(200, 200, 200, 200, 200, 200, 200, 200), seen(tt.effects))}.judge(t)
			told := false
			for _, c := range report.Preflight {
				told = told || c.Name == "stopped" && c.Verdict == reports.Warn && strings.Contains(c.Message, "6 genuine deliveries")
			}
			if told != tt.stopped {
				t.Errorf("told: %t; %+v", told, report.Preflight)
			}
		})
	}
}
