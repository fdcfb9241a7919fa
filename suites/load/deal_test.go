package load

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

func mixOf(weights map[Class]int) (mix []scenarios.Weight) {
	for c := range Class(classes) {
		if weights[c] > 0 {
			mix = append(mix, scenarios.Weight{Name: c.String(), Weight: weights[c]})
		}
	}
	return mix
}

var mixes = map[string]map[Class]int{
	"only genuine":       {Genuine: 7},
	"smoke":              {Genuine: 90, Duplicate: 5, Forged: 5},
	"everything":         {Genuine: 70, Duplicate: 4, Racing: 8, Retry: 4, Forged: 6, Stale: 3, Malformed: 2, UnknownType: 2, Large: 1},
	"all of them raced":  {Genuine: 50, Racing: 50},
	"mostly copies":      {Genuine: 1, Duplicate: 300, Retry: 300},
	"with a common part": {Genuine: 60, Racing: 20, Forged: 20},
}

// Every block holds the mix exactly, and a racing delivery follows a genuine one.
func TestDealer(t *testing.T) {
	for name, weights := range mixes {
		t.Run(name, func(t *testing.T) {
			d, err := newDealer(mixOf(weights), 11)
			if err != nil {
				t.Fatal(err)
			}
			total, common := 0, 0
			for _, w := range weights {
				total, common = total+w, gcd(common, w)
			}
			size := total / common
			for block := range 200 {
				var counts [classes]int
				for n := block * size; n < (block+1)*size; n++ {
					c := d.class(n)
					counts[c]++
					if c == Racing && (n%size == 0 || d.class(n-1) != Genuine) {
						t.Fatalf("%d races what is not genuine", n)
					}
				}
				for c, w := range weights {
					if counts[c] != w/common {
						t.Fatalf("block %d holds %d %s, not %d", block, counts[c], c, w/common)
					}
				}
			}
		})
	}
}

func TestDecksDiffer(t *testing.T) {
	d, err := newDealer(mixOf(mixes["mostly copies"]), 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.decks) != fewestDecks {
		t.Fatalf("%d decks of %d", len(d.decks), len(d.decks[0]))
	}
	seen := map[string]bool{}
	for _, deck := range d.decks {
		seen[fmt.Sprint(deck)] = true
	}
	if len(seen) != len(d.decks) {
		t.Errorf("%d of %d decks differ", len(seen), len(d.decks))
	}
	dealt, last := map[int]int{}, -1
	repeats := 0
	const blocks = 16_000 // and 16 decks
	for block := range blocks {
		deck := slices.IndexFunc(d.decks, func(deck []Class) bool {
			for i, c := range deck {
				if d.class(block*len(deck)+i) != c {
					return false
				}
			}
			return true
		})
		dealt[deck]++
		if deck == last {
			repeats++
		}
		last = deck
	}
	// By chance each is dealt 1000 times, ± 31, and follows itself as often in all.
	for deck, n := range dealt {
		if n < 850 || n > 1150 {
			t.Errorf("deck %d is dealt %d times", deck, n)
		}
	}
	if repeats < 850 || repeats > 1150 {
		t.Errorf("a deck follows itself %d times", repeats)
	}
}

// No class falls into step with a period, such as that of a receiver's workers: in
// every place of it there are as many.
func TestNoClassFallsIntoStep(t *testing.T) {
	d, err := newDealer(mixOf(mixes["smoke"]), 5)
	if err != nil {
		t.Fatal(err)
	}
	const deliveries = 240_000
	for _, period := range []int{2, 3, 4, 5, 8, 10, 20, 60} {
		counts := make([]int, period)
		for n := range deliveries {
			if d.class(n) == Forged {
				counts[n%period]++
			}
		}
		even := deliveries / 20 / period
		for place, got := range counts {
			if got < even/3 || got > even*2 {
				t.Errorf("%d of %d forged deliveries are at %d of every %d", got, deliveries/20, place, period)
			}
		}
	}
}

// somePlans are plans of every kind of schedule with everything in them.
func somePlans(t *testing.T) map[string]*Plan {
	t.Helper()
	span := func(d time.Duration) mockprovider.Duration { return mockprovider.Duration(d) }
	schedules := map[string]scenarios.LoadSchedule{
		"constant": {Constant: &scenarios.Constant{Rate: perSecond(150), For: span(10 * time.Second)}},
		"slow":     {Constant: &scenarios.Constant{Rate: perSecond(1), For: span(100 * time.Second)}},
		"ramp":     {Ramp: &scenarios.Ramp{From: perSecond(1), To: perSecond(400), For: span(10 * time.Second)}},
		"spike": {Spike: &scenarios.Spike{
			Base: perSecond(20), Peak: perSecond(500), After: span(4 * time.Second), Lasts: span(2 * time.Second), For: span(10 * time.Second),
		}},
	}
	plans := map[string]*Plan{}
	for name, schedule := range schedules {
		for _, arrivals := range []scenarios.Arrivals{"", scenarios.PoissonArrivals} {
			for mix, weights := range mixes {
				schedule.Arrivals = arrivals
				seed := rand.Int64()
				p, err := NewPlan(scenarios.LoadScenario{Schedule: schedule, Mix: mixOf(weights)}, seed)
				if err != nil {
					t.Fatal(err)
				}
				plans[fmt.Sprintf("%s, %s, %s, seed %d", name, arrivals, mix, seed)] = p
			}
		}
	}
	return plans
}

func TestCopiesInPlans(t *testing.T) {
	for name, p := range somePlans(t) {
		t.Run(name, func(t *testing.T) {
			last := time.Duration(0)
			for n := range p.Len() {
				at := p.At(n)
				if at < last || at >= p.Duration() {
					t.Fatalf("%d is at %s, after %s, of %s", n, at, last, p.Duration())
				}
				last = at
				c, e := p.delivery(n)
				if p.Class(n) != c || p.Event(n) != e {
					t.Fatalf("%d is %s of %d, and %s of %d", n, c, e, p.Class(n), p.Event(n))
				}
				switch {
				case !c.copies():
					if e != n {
						t.Fatalf("%d is %s and carries event %d", n, c, e)
					}
				case e >= n || !p.Class(e).owed() || c == Racing && p.Class(e) != Genuine:
					t.Fatalf("%d is %s of %d, which is %s", n, c, e, p.Class(e))
				case c == Racing && (e != n-1 || p.At(e) != at):
					t.Fatalf("%d at %s races %d at %s", n, at, e, p.At(e))
				case c == Duplicate && at-p.At(e) < 500*time.Millisecond, c == Retry && at-p.At(e) < time.Second:
					t.Fatalf("%d is %s of %d, only %s earlier", n, c, e, at-p.At(e))
				}
				if d := p.dealer.class(n); c != d && (c != Genuine || !d.copies() || d == Racing) {
					t.Fatalf("%d is %s, and was dealt as %s", n, c, d)
				}
			}
		})
	}
}

// Once the run is old enough every copy has an original: none is replaced.
func TestCopiesAreNotReplaced(t *testing.T) {
	p, err := NewPlan(scenarios.LoadScenario{
		Schedule: scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(100), For: mockprovider.Duration(20 * time.Second)}},
		Mix:      mixOf(mixes["everything"]),
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for n := before(p.schedule, 1500*time.Millisecond); n < p.Len(); n++ {
		if p.Class(n) != p.dealer.class(n) {
			t.Errorf("%d at %s is %s, and was dealt as %s", n, p.At(n), p.Class(n), p.dealer.class(n))
		}
	}
}

// Everything that changes what is sent, when or how changes the digest.
func TestDigest(t *testing.T) {
	base := func() scenarios.LoadScenario {
		s := smoke(t, perSecond(200), 5*time.Second)
		s.Types = []scenarios.Weight{{Name: "a", Weight: 1}, {Name: "b", Weight: 2}}
		s.Sizes = []scenarios.SizeWeight{{Bytes: 1000, Weight: 1}, {Bytes: 2000, Weight: 2}}
		s.Keys = &scenarios.Keys{Objects: 10, Skew: 1}
		s.Retries = &scenarios.LoadRetries{Within: mockprovider.Duration(10 * time.Second), Attempts: 5}
		s.AckTimeout = time.Second
		return s
	}
	digest := func(s scenarios.LoadScenario, seed int64) string {
		p, err := NewPlan(s, seed)
		if err != nil {
			t.Fatal(err)
		}
		return p.Digest()
	}
	seen := map[string]string{digest(base(), 1): "nothing"}
	differs := func(what, d string) {
		t.Helper()
		if other := seen[d]; other != "" {
			t.Errorf("changing %s gives the digest of changing %s", what, other)
		}
		seen[d] = what
	}
	differs("the seed", digest(base(), 2))
	changes := map[string]func(*scenarios.LoadScenario){
		"the name":          func(s *scenarios.LoadScenario) { s.Name = "other" },
		"the rate":          func(s *scenarios.LoadScenario) { s.Schedule.Constant.Rate.N++ },
		"the time":          func(s *scenarios.LoadScenario) { s.Schedule.Constant.For += 1e9 },
		"the arrivals":      func(s *scenarios.LoadScenario) { s.Schedule.Arrivals = scenarios.PoissonArrivals },
		"a weight":          func(s *scenarios.LoadScenario) { s.Mix[0].Weight++ },
		"the classes":       func(s *scenarios.LoadScenario) { s.Mix[1].Name = scenarios.ClassRetry },
		"a type":            func(s *scenarios.LoadScenario) { s.Types[0].Name = "c" },
		"a type's weight":   func(s *scenarios.LoadScenario) { s.Types[0].Weight = 5 },
		"no types":          func(s *scenarios.LoadScenario) { s.Types = nil },
		"a size":            func(s *scenarios.LoadScenario) { s.Sizes[0].Bytes++ },
		"a size's weight":   func(s *scenarios.LoadScenario) { s.Sizes[0].Weight = 5 },
		"no keys":           func(s *scenarios.LoadScenario) { s.Keys = nil },
		"the objects":       func(s *scenarios.LoadScenario) { s.Keys.Objects++ },
		"the skew":          func(s *scenarios.LoadScenario) { s.Keys.Skew += 0.01 },
		"the connections":   func(s *scenarios.LoadScenario) { s.Connections = 7 },
		"the cap":           func(s *scenarios.LoadScenario) { s.InFlight++ },
		"the timeout":       func(s *scenarios.LoadScenario) { s.AckTimeout++ },
		"the retries":       func(s *scenarios.LoadScenario) { s.Retries = nil },
		"the retries' time": func(s *scenarios.LoadScenario) { s.Retries.Within++ },
		"the attempts":      func(s *scenarios.LoadScenario) { s.Retries.Attempts++ },
		"how it catches up": func(s *scenarios.LoadScenario) { s.CatchUp = 2 },
		"one more in the mix": func(s *scenarios.LoadScenario) {
			s.Mix = append(s.Mix, scenarios.Weight{Name: scenarios.ClassStale, Weight: 1})
		},
	}
	for what, change := range changes {
		s := base()
		change(&s)
		differs(what, digest(s, 1))
	}
	s := base()
	slices.Reverse(s.Mix)
	s.Title, s.Why, s.Objectives = "other words", "other reasons", nil
	if digest(s, 1) != digest(base(), 1) {
		t.Error("the order of the mix, or what changes nothing, changes the digest")
	}
}
