package load

import (
	"fmt"
	"math"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// chiSquare is how far counts are from shares.
func chiSquare(counts []int, shares []float64) (sum float64) {
	total := 0
	for _, n := range counts {
		total += n
	}
	for i, n := range counts {
		want := shares[i] * float64(total)
		sum += (float64(n) - want) * (float64(n) - want) / want
	}
	return sum
}

func contentOf(seed int64, change func(*scenarios.LoadScenario)) *content {
	s := scenarios.LoadScenario{
		Types: []scenarios.Weight{{Name: "a", Weight: 70}, {Name: "b", Weight: 25}, {Name: "c", Weight: 5}},
		Sizes: []scenarios.SizeWeight{{Bytes: 1000, Weight: 3}, {Bytes: 2000, Weight: 1}},
	}
	if change != nil {
		change(&s)
	}
	return newContent(s, seed)
}

// Types and sizes come by weight, and neither depends on the other.
func TestTypesAndSizes(t *testing.T) {
	c := contentOf(42, nil)
	counts, shares := make([]int, 6), make([]float64, 6)
	for form := range shares {
		shares[form] = []float64{0.70, 0.25, 0.05}[form/2] * []float64{0.75, 0.25}[form%2]
	}
	for event := range 50_000 {
		counts[c.form(event)]++
		if c.form(event)/2 != c.typeOf(event) {
			t.Fatalf("event %d has form %d and type %d", event, c.form(event), c.typeOf(event))
		}
	}
	if x := chiSquare(counts, shares); x > 20.5 { // 5 degrees of freedom: 0.1 %
		t.Errorf("chi square is %v: %v", x, counts)
	}
	other, differ := contentOf(43, nil), 0
	for event := range 1000 {
		if c.form(event) != other.form(event) {
			differ++
		}
	}
	if differ < 200 {
		t.Errorf("%d of 1000 forms differ with another seed", differ)
	}
}

// Objects are chosen by Zipf's law: hot ones, and all alike without skew.
func TestObjects(t *testing.T) {
	for _, skew := range []float64{0, 0.5, 1.1, 5} {
		keys := scenarios.Keys{Objects: 20, Skew: skew}
		c := contentOf(7, func(s *scenarios.LoadScenario) { s.Keys = &keys })
		shares, total := make([]float64, keys.Objects), 0.0
		for k := range shares {
			shares[k] = 1 / math.Pow(float64(k+1), skew)
			total += shares[k]
		}
		for k := range shares {
			shares[k] /= total
		}
		counts := make([]int, keys.Objects)
		for event := range 100_000 {
			counts[c.object(event)]++
		}
		rare, rareShare := 0, 0.0
		kept, keptShares := []int{}, []float64{}
		for k := range shares { // what is expected less than 5 times is put together
			if shares[k]*100_000 < 5 {
				rare, rareShare = rare+counts[k], rareShare+shares[k]
				continue
			}
			kept, keptShares = append(kept, counts[k]), append(keptShares, shares[k])
		}
		if rareShare > 0 {
			kept, keptShares = append(kept, rare), append(keptShares, rareShare)
		}
		if x := chiSquare(kept, keptShares); x > 43.8 { // at most 19 degrees of freedom: 0.1 %
			t.Errorf("skew %v: chi square is %v: %v", skew, x, counts)
		}
	}
	if c := contentOf(7, nil); c.object(3) != -1 {
		t.Errorf("without keys the object is %d", c.object(3))
	}
	one := contentOf(7, func(s *scenarios.LoadScenario) { s.Keys = &scenarios.Keys{Objects: 1} })
	for event := range 100 {
		if one.object(event) != 0 {
			t.Fatalf("of one object, event %d is about %d", event, one.object(event))
		}
	}
}

// An object is drawn whatever type the event is of.
func TestObjectsDoNotDependOnTypes(t *testing.T) {
	c := contentOf(9, func(s *scenarios.LoadScenario) { s.Keys = &scenarios.Keys{Objects: 2} })
	counts := make([]int, 6)
	for event := range 50_000 {
		counts[2*c.typeOf(event)+c.object(event)]++
	}
	if x := chiSquare(counts, []float64{0.35, 0.35, 0.125, 0.125, 0.025, 0.025}); x > 20.5 {
		t.Errorf("chi square is %v: %v", x, counts)
	}
}

func TestForms(t *testing.T) {
	all := mixOf(mixes["everything"])
	for _, tt := range []struct {
		types, sizes int
		mix          []scenarios.Weight
	}{{0, 0, mixOf(mixes["only genuine"])}, {0, 0, all}, {3, 0, all}, {0, 2, all}, {3, 2, all}} {
		t.Run(fmt.Sprintf("%d types, %d sizes", tt.types, tt.sizes), func(t *testing.T) {
			c := contentOf(1, func(s *scenarios.LoadScenario) {
				s.Types, s.Sizes = s.Types[:tt.types:tt.types], s.Sizes[:tt.sizes:tt.sizes]
			})
			if tt.types == 0 {
				c.types, c.names = nil, nil
			}
			forms, own := c.forms(tt.mix)
			p := &pressing{content: c, own: own}
			for _, w := range tt.mix {
				class := classOf(w.Name)
				for event := range 50 {
					f := forms[p.form(class, event)]
					faults := fmt.Sprint(f.Faults)
					want, typ := fmt.Sprint(deviations[class]), ""
					if deviations[class] == nil {
						if want = "[]"; tt.sizes > 0 {
							want = fmt.Sprint([]mockprovider.FaultUse{pad(c.bytes[c.form(event)%tt.sizes])})
						}
						if tt.types > 0 {
							typ = c.names[c.typeOf(event)]
						}
					}
					if faults != want || f.Type != typ {
						t.Fatalf("%s of event %d: type %q with %s, want %q with %s", class, event, f.Type, faults, typ, want)
					}
				}
			}
		})
	}
}

// Of a size that events exceed it is said that they are larger.
func TestSizesTooSmall(t *testing.T) {
	for bytes, fits := range map[int]bool{1: false, 100: false, 4096: true} {
		s := smoke(t, perSecond(100), 0)
		s.Sizes = []scenarios.SizeWeight{{Bytes: 8192, Weight: 1}, {Bytes: bytes, Weight: 1}}
		p, err := pressingOf(t, aim(t, "http://127.0.0.1:1/"), s)
		if err != nil || (p.remarks == nil) != fits {
			t.Errorf("%d bytes: %v, %q", bytes, err, p.remarks)
		}
	}
}

// Every class can be made for every scheme, or is left out of the run.
func TestEveryClassForEveryScheme(t *testing.T) {
	for _, scheme := range []string{receiver.StandardWebhooks, receiver.GitHub, receiver.CloudEvents, receiver.Stripe} {
		s := smoke(t, perSecond(100), 0)
		s.Mix = mixOf(mixes["everything"])
		s.Sizes = []scenarios.SizeWeight{{Bytes: 16 << 10, Weight: 1}}
		s.Keys = &scenarios.Keys{Objects: 3, Skew: 1}
		cfg := Config{Target: aimScheme(t, "http://127.0.0.1:1/", scheme), Scenario: s, Nonce: "n"}.fitted()
		if _, err := pressingOf(t, cfg.Target, cfg.Scenario); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
