package conformance_test

import (
	"slices"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
)

// durableVariants are those that differ in what scenarios about the process look
// at: how much is taken at once, how it is answered, what a duplicate is. One that
// answers 202 to everything is none of them: it does so when it cannot keep an
// event, too.
var durableVariants = []string{
	"answers-200", "behind-edge", "business-key", "closes-connections", "content-first", "no-date", "one-at-a-time",
	"rate-limited", "refuses-404", "slow", "strict-json",
}

// byDate are the scenarios that tell by the Date of answers whether a clock moved,
// and undated those whose answers are not dated by the receiver's.
var (
	undated = []string{"no-date", "behind-edge"}
	byDate  = []string{"idem.dup-late", "idem.dup-horizon", "idem.horizon-vs-tolerance"}
)

// TestSensibleDurableReceiversAreGradedClean: whatever is done to the process of
// a correct receiver, however it is built, nothing is held against it.
func TestSensibleDurableReceiversAreGradedClean(t *testing.T) {
	if testing.Short() {
		t.Skip("each of a dozen receivers is killed some twenty times")
	}
	c, err := scenarios.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := arena{setting: settings[0], durable: true}
	var only []string
	for _, s := range c.Scenarios {
		if played(s.ID) && aboutProcess(s.ID) && a.plays(s) {
			only = append(only, s.ID)
		}
	}
	for _, v := range durableVariants {
		if *onlyVariants != "" && !slices.Contains(split(*onlyVariants), v) {
			continue
		}
		t.Run(v, func(t *testing.T) {
			t.Parallel()
			for _, c := range a.configs(t, only, []string{v}) {
				report, err := conformance.Grade(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range report.Scenarios {
					blind := slices.Contains(undated, v) && slices.Contains(byDate, x.ID) && x.Verdict == reports.NotObserved
					if !clean(x) && !blind {
						t.Errorf("%s is %s: %s", x.ID, x.Verdict, x.Reason)
					}
				}
			}
		})
	}
}
