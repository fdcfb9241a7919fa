package load

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// A Plan says what is sent when. It is immutable; everything about delivery n
// is a pure function of n and the plan's parameters, in constant time (for a
// duplicate, logarithmic).
type Plan struct {
	Schedule
	seed   int64
	block  int          // every run of this many deliveries holds the mix exactly
	upTo   [classes]int // cumulative weights within a block
	digest string
}

// duplicateAfter is how much earlier than its duplicate an original is meant
// to start, so that it is acknowledged by then.
const duplicateAfter = 500 * time.Millisecond

// lookBack bounds the search for an original.
const lookBack = 256

// NewPlan compiles a scenario.
func NewPlan(s scenarios.LoadScenario, seed int64) (*Plan, error) {
	schedule, err := compileSchedule(s.Schedule)
	if err != nil {
		return nil, err
	}
	p := &Plan{Schedule: schedule, seed: seed}
	var weights [classes]int
	for _, w := range s.Mix {
		for c, name := range classNames {
			if name == w.Name {
				weights[c] = w.Weight
			}
		}
	}
	shrink := 0
	for _, w := range weights {
		shrink = gcd(shrink, w)
	}
	if shrink == 0 {
		return nil, fmt.Errorf("the mix is empty")
	}
	for c, w := range weights {
		p.block += w / shrink
		p.upTo[c] = p.block
	}
	p.digest = p.sum(weights, s)
	return p, nil
}

// sum digests the plan's parameters in one canonical form. The run's nonce is
// not part of it: the same plan can be played again.
func (p *Plan) sum(weights [classes]int, s scenarios.LoadScenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "hookassay.plan/v1\nscenario %q\nschedule %s\n", s.Name, p.Schedule)
	for c, w := range weights {
		fmt.Fprintf(&b, "mix %s %d\n", Class(c), w)
	}
	fmt.Fprintf(&b, "in flight %d\nseed %d\nduplicate after %s\n", s.InFlight, p.seed, duplicateAfter)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of the plan's parameters, in hexadecimal.
func (p *Plan) Digest() string { return p.digest }

// Rate is the mean rate, a second.
func (p *Plan) Rate() float64 { return float64(p.Len()) / p.Duration().Seconds() }

// Class is the class of delivery n.
func (p *Plan) Class(n int) Class {
	c, _ := p.delivery(n)
	return c
}

// Event is the number of the event that delivery n carries: n itself, or that
// of a duplicate's original.
func (p *Plan) Event(n int) int {
	_, e := p.delivery(n)
	return e
}

// delivery tells class and event. A duplicate for which there is no original
// early enough is a genuine delivery instead.
func (p *Plan) delivery(n int) (Class, int) {
	c := p.drawn(n)
	if c != Duplicate {
		return c, n
	}
	latest := before(p.Schedule, p.At(n)-duplicateAfter) - 1
	for k := latest; k >= 0 && k > latest-lookBack; k-- {
		if p.drawn(k) == Genuine {
			return Duplicate, k
		}
	}
	return Genuine, n
}

// drawn deals the classes of a block out in an order of its own: position i
// takes card a·i + b (mod block) with a coprime to it, which is a permutation.
func (p *Plan) drawn(n int) Class {
	r := mix64(uint64(p.seed), uint64(n/p.block))
	a := 1 + int(r%uint64(p.block))
	for gcd(a, p.block) != 1 {
		a++
	}
	card := (a*(n%p.block) + int(r>>32)) % p.block
	for c, end := range p.upTo {
		if card < end {
			return Class(c)
		}
	}
	return Genuine
}

// mix64 is the finaliser of SplitMix64 (https://doi.org/10.1145/2714064.2660195)
// over a seed and a counter.
func mix64(seed, n uint64) uint64 {
	z := seed + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
