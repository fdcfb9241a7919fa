package endpoint

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Seen is what the receiver saw.
type Seen struct {
	Accepted int     `json:"accepted"`
	Refused  int     `json:"refused"`
	Rate     float64 `json:"rate"` // accepted a second, while the middle nine tenths came
	// Delays are the times from a delivery's head to its answer, in milliseconds.
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
}

// books count deliveries. The zero value is ready.
type books struct {
	mu      sync.Mutex
	first   time.Time
	arrived []int // accepted deliveries by the millisecond they came in
	delays  []time.Duration
	refused int
}

const (
	maxSeconds = 600       // later deliveries count as of the last second
	maxDelays  = 1_000_000 // the delays of later deliveries are not kept
)

func (b *books) accept(read, answered time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.arrived == nil {
		b.first = read
	}
	at := min(max(0, int(read.Sub(b.first)/time.Millisecond)), 1000*maxSeconds-1)
	if more := at + 1 - len(b.arrived); more > 0 {
		b.arrived = append(b.arrived, make([]int, more)...)
	}
	b.arrived[at]++
	if len(b.delays) < maxDelays {
		b.delays = append(b.delays, answered.Sub(read))
	}
}

func (b *books) refuse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused++
}

// close says what was seen and begins anew.
func (b *books) close() Seen {
	b.mu.Lock()
	arrived, delays, refused := b.arrived, b.delays, b.refused
	b.arrived, b.delays, b.refused = nil, nil, 0
	b.mu.Unlock()

	s := Seen{Refused: refused}
	for _, n := range arrived {
		s.Accepted += n
	}
	s.Rate = middleRate(arrived, s.Accepted)
	slices.Sort(delays)
	s.P50, s.P99, s.P999 = quantile(delays, 0.5), quantile(delays, 0.99), quantile(delays, 0.999)
	return s
}

// middleRate leaves out the first and the last twentieth: a generator that
// begins slowly, or ends so, is not slower for it.
func middleRate(arrived []int, total int) float64 {
	from, to, middle, seen := -1, -1, 0, 0
	for ms, n := range arrived {
		if seen += n; seen*20 < total {
			continue
		}
		if from < 0 {
			from = ms
			continue // only part of this millisecond's belongs to the middle
		}
		if seen*20 > total*19 {
			break
		}
		middle, to = middle+n, ms
	}
	if to <= from {
		return 0
	}
	return 1000 * float64(middle) / float64(to-from)
}

// quantile is the smallest value that a share q of the sorted values keeps to,
// in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(q*float64(len(sorted)) - 1e-9))
	return float64(sorted[max(rank, 1)-1]) / float64(time.Millisecond)
}
