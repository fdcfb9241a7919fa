package load

import (
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/hookassay/hookassay/scenarios"
)

// A dealer says of which class each delivery is. Every run of deck-many
// deliveries holds the mix exactly, in an order that the seed chooses, so that
// no class falls into step with anything. A racing delivery follows the genuine
// one that it races.
type dealer struct {
	seed  uint64
	decks [][]Class
}

// A short deck needs many of its kind: of few, a class would be in a few places
// of every so many deliveries, and in no other.
const (
	fewestDecks = 16
	dealt       = 8192 // deliveries in all decks together, at least
)

func newDealer(mix []scenarios.Weight, seed int64) (*dealer, error) {
	weights := weightsOf(mix)
	shrink := 0
	for _, w := range weights {
		shrink = gcd(shrink, w)
	}
	if shrink == 0 {
		return nil, errors.New("the mix is empty")
	}
	var cards [][]Class // dealt whole
	for c, w := range weights {
		w /= shrink
		switch Class(c) {
		case Genuine:
			w -= weights[Racing] / shrink
			cards = append(cards, slices.Repeat([][]Class{{Genuine}}, max(0, w))...)
		case Racing:
			cards = append(cards, slices.Repeat([][]Class{{Genuine, Racing}}, w)...)
		default:
			cards = append(cards, slices.Repeat([][]Class{{Class(c)}}, w)...)
		}
	}
	d := &dealer{seed: uint64(seed)}
	for i := range max(fewestDecks, dealt/len(slices.Concat(cards...))) {
		shuffle := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
		shuffle.Shuffle(len(cards), func(a, b int) { cards[a], cards[b] = cards[b], cards[a] })
		d.decks = append(d.decks, slices.Concat(cards...))
	}
	return d, nil
}

// weightsOf is the mix by class.
func weightsOf(mix []scenarios.Weight) (weights [classes]int) {
	for _, w := range mix {
		weights[classOf(w.Name)] = w.Weight
	}
	return weights
}

// class is the class of delivery n.
func (d *dealer) class(n int) Class {
	size := len(d.decks[0])
	deck := d.decks[mix64(d.seed, uint64(n/size))%uint64(len(d.decks))]
	return deck[n%size]
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
