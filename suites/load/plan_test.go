package load

import (
	"math"
	"testing"
	"testing/quick"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

func smoke(t testing.TB, rate scenarios.Rate, d time.Duration) scenarios.LoadScenario {
	t.Helper()
	s, err := scenarios.FindLoad("smoke")
	if err == nil {
		s, err = s.Override(rate, d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func perSecond(n int) scenarios.Rate { return scenarios.Rate{N: n, Per: time.Second} }

func TestConstant(t *testing.T) {
	minute := scenarios.Rate{N: 90, Per: time.Minute}
	tests := []struct {
		schedule Constant
		text     string
		count    int
		at       map[int]time.Duration
	}{
		{Constant{perSecond(200), 5 * time.Second}, "constant 200/s for 5s", 1000, map[int]time.Duration{0: 0, 1: 5 * time.Millisecond, 999: 4995 * time.Millisecond}},
		{Constant{perSecond(3), time.Second}, "constant 3/s for 1s", 3, map[int]time.Duration{1: 333333333, 2: 666666666}},
		{Constant{perSecond(1), 1500 * time.Millisecond}, "constant 1/s for 1.5s", 2, map[int]time.Duration{1: time.Second}},
		{Constant{minute, 2 * time.Second}, "constant 90/m for 2s", 3, map[int]time.Duration{2: 1333333333}},
		{Constant{perSecond(1_000_000), 7 * 24 * time.Hour}, "constant 1000000/s for 168h0m0s", 604_800_000_000, map[int]time.Duration{604_799_999_999: 7*24*time.Hour - time.Microsecond}},
	}
	for _, tt := range tests {
		if got := tt.schedule.String(); got != tt.text {
			t.Errorf("%s, want %s", got, tt.text)
		}
		if got := tt.schedule.Len(); got != tt.count {
			t.Errorf("%s: %d deliveries, want %d", tt.text, got, tt.count)
		}
		for n, want := range tt.at {
			if got := tt.schedule.At(n); got != want {
				t.Errorf("%s: %d is at %s, want %s", tt.text, n, got, want)
			}
		}
	}
}

// Counts are exact, starts are evenly spaced, and none lies outside.
func TestConstantIsEven(t *testing.T) {
	property := func(rate uint16, ms uint16) bool {
		c := Constant{perSecond(int(rate%5000) + 1), time.Duration(ms%3000+1) * time.Millisecond}
		want := math.Ceil(float64(c.Rate.N) * c.For.Seconds() * (1 - 1e-12))
		if c.Len() != int(want) || c.At(c.Len()-1) >= c.For || c.At(c.Len()) < c.For-1 {
			return false
		}
		gap := time.Second / time.Duration(c.Rate.N)
		for n := range c.Len() - 1 {
			if d := c.At(n+1) - c.At(n); d < gap || d > gap+1 || before(c, c.At(n)) != n+1 {
				return false
			}
		}
		return true
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 60}); err != nil {
		t.Error(err)
	}
}

func TestPlanMix(t *testing.T) {
	p, err := NewPlan(smoke(t, perSecond(200), 5*time.Second), 7)
	if err != nil {
		t.Fatal(err)
	}
	var counts [classes]int
	for n := range p.Len() {
		c, e := p.delivery(n)
		counts[c]++
		switch {
		case c != Duplicate && e != n:
			t.Errorf("%d is %s and carries event %d", n, c, e)
		case c == Duplicate && p.Class(e) != Genuine:
			t.Errorf("%d repeats %d, which is %s", n, e, p.Class(e))
		case c == Duplicate && p.At(n)-p.At(e) < copyAfter:
			t.Errorf("%d repeats %d, only %s earlier", n, e, p.At(n)-p.At(e))
		}
	}
	// The duplicates of the first half second have no original: 5 of 100.
	if counts != [classes]int{Genuine: 905, Duplicate: 45, Forged: 50} {
		t.Errorf("classes are %v", counts)
	}
	for block := range p.Len() / 20 {
		forged := 0
		for n := range 20 {
			if p.Class(20*block+n) == Forged {
				forged++
			}
		}
		if forged != 1 {
			t.Errorf("block %d holds %d forged deliveries", block, forged)
		}
	}
}

func TestPlanIsAFunctionOfItsParameters(t *testing.T) {
	base := smoke(t, perSecond(200), 5*time.Second)
	plan := func(s scenarios.LoadScenario, seed int64) *Plan {
		t.Helper()
		p, err := NewPlan(s, seed)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	a, b, other := plan(base, 1), plan(base, 1), plan(base, 2)
	same, differ := 0, 0
	for n := range a.Len() {
		if a.Class(n) == b.Class(n) && a.Event(n) == b.Event(n) {
			same++
		}
		if a.Class(n) != other.Class(n) {
			differ++
		}
	}
	if same != a.Len() || differ == 0 {
		t.Errorf("%d of %d are the same with the same seed, %d differ with another", same, a.Len(), differ)
	}
	faster := plan(smoke(t, perSecond(201), 5*time.Second), 1)
	if a.Digest() != b.Digest() || a.Digest() == other.Digest() || a.Digest() == faster.Digest() {
		t.Errorf("digests: %s %s %s %s", a.Digest(), b.Digest(), other.Digest(), faster.Digest())
	}
	if _, err := NewPlan(scenarios.LoadScenario{Schedule: base.Schedule}, 1); err == nil {
		t.Error("an empty mix made a plan")
	}
	if _, err := NewPlan(scenarios.LoadScenario{Mix: base.Mix}, 1); err == nil {
		t.Error("no schedule made a plan")
	}
}

func TestRightAnswers(t *testing.T) {
	tests := []struct {
		class          Class
		status         int
		right, rightIf bool // rightIf: when the receiver refuses silently
	}{
		{Genuine, 202, true, true}, {Genuine, 302, false, false}, {Genuine, 503, false, false}, {Genuine, 401, false, false},
		{Duplicate, 200, true, true}, {Duplicate, 409, false, false},
		{Forged, 401, true, true}, {Forged, 400, true, true}, {Forged, 429, false, false}, {Forged, 500, false, false}, {Forged, 200, false, true},
	}
	for _, tt := range tests {
		if tt.class.right(tt.status, false) != tt.right || tt.class.right(tt.status, true) != tt.rightIf {
			t.Errorf("%s answered %d", tt.class, tt.status)
		}
	}
}
