package load

import (
	"math/bits"
	"sort"
	"time"
)

// poisson is a schedule of arrivals that know nothing of each other, at the
// rate of another schedule and as many in all. Given their number, the arrivals
// of a Poisson process are independent and spread like its rate (e.g. S. Ross,
// Introduction to Probability Models, "conditional distribution of the arrival
// times"). So the deliveries are cast over [0, 1), put in order, and each share
// becomes the time when the base has reached it.
//
// Nothing is cast and sorted, though: of the deliveries in a cell of [0, 1),
// those in its left half are binomially distributed, and halving goes on until
// a cell holds one only. Delivery n is found on one way down.
type poisson struct {
	base
	seed uint64
	// starts[i] is the number of deliveries before cell i, of 2^depth cells: the
	// upper halvings, which take the most bits.
	starts []uint32
	depth  int
}

// A base is a schedule that can be asked for any share of its deliveries.
type base interface {
	Schedule
	// at is when share/2⁶⁴ of them are reached. It never decreases and lies in
	// [0, Duration).
	at(share uint64) time.Duration
}

const (
	// poissonStream keeps the arrivals' bits apart from what else is drawn from
	// the run's seed.
	poissonStream = 0x706f6973736f6e
	maxDepth      = 12 // 16 KiB of counts
	deepest       = 62 // halvings; cells are then smaller than any clock tells
)

func newPoisson(b base, seed int64) *poisson {
	p := &poisson{base: b, seed: mix64(uint64(seed), poissonStream), depth: min(bits.Len(uint(b.Len()/32)), maxDepth)}
	p.starts = make([]uint32, 1, 1<<p.depth+1)
	p.count(1, b.Len())
	return p
}

// count notes where the cells below a cell start. Cells are numbered like a
// heap: the whole is 1, the halves of i are 2i and 2i+1.
func (p *poisson) count(cell uint64, held int) {
	if cell>>p.depth == 1 {
		p.starts = append(p.starts, p.starts[len(p.starts)-1]+uint32(held))
		return
	}
	left := p.left(cell, held)
	p.count(2*cell, left)
	p.count(2*cell+1, held-left)
}

// left is how many of the deliveries that a cell holds are in its left half:
// one bit each.
func (p *poisson) left(cell uint64, held int) int {
	stream, n := mix64(p.seed, cell), 0
	word := uint64(0)
	for ; held >= 64; held -= 64 {
		n += bits.OnesCount64(mix64(stream, word))
		word++
	}
	return n + bits.OnesCount64(mix64(stream, word)&(1<<held-1))
}

func (p *poisson) At(n int) time.Duration { return p.at(p.share(n)) }

// share is where in [0, 2⁶⁴) delivery n has fallen.
func (p *poisson) share(n int) uint64 {
	next := sort.Search(len(p.starts), func(i int) bool { return int(p.starts[i]) > n })
	cell := 1<<p.depth + uint64(next-1)
	held, rank := int(p.starts[next]-p.starts[next-1]), n-int(p.starts[next-1])
	for held > 1 && cell>>deepest == 0 {
		if left := p.left(cell, held); rank < left {
			cell, held = 2*cell, left
		} else {
			cell, held, rank = 2*cell+1, held-left, rank-left
		}
	}
	depth := bits.Len64(cell) - 1
	return cell<<(64-depth) | mix64(p.seed, cell)>>depth // the cell's own bits, then any
}
