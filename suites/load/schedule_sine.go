package load

import (
	"math"
	"sort"
	"time"

	"github.com/hookassay/hookassay/scenarios"
)

// sine is a schedule whose rate swings around its mean. In every period it
// holds as many deliveries as the mean does.
type sine struct {
	text        string
	mean, swing float64 // deliveries a nanosecond
	period      time.Duration
	each        float64 // deliveries in a period
	window      time.Duration
	total       float64
	count       int
	cell        time.Duration      // a period is cut into cells of this length,
	marks       [sineCells]float64 // and this much of it lies before each
}

const sineCells = 4096

var _ base = (*sine)(nil)

func newSine(s scenarios.LoadSchedule) *sine {
	p := s.Sine
	c := &sine{
		text: s.String(), period: time.Duration(p.Period), window: time.Duration(p.For),
		mean:  float64(p.Mean.N) / float64(p.Mean.Per),
		swing: float64(p.Swing.N) / float64(p.Swing.Per),
		each:  float64(p.Mean.N) * float64(p.Period) / float64(p.Mean.Per), // rounded once only
	}
	c.cell = c.period/sineCells + 1
	for i := range c.marks {
		c.marks[i] = c.within(min(time.Duration(i)*c.cell, c.period))
	}
	whole := c.window / c.period
	c.total = float64(whole)*c.each + c.within(c.window-whole*c.period)
	// A sum of rounded numbers does not tell on which side of the end the last
	// delivery is; its time does.
	c.count = int(math.Ceil(c.total))
	for c.count > 0 && c.At(c.count-1) >= c.window {
		c.count--
	}
	for c.At(c.count) < c.window {
		c.count++
	}
	return c
}

func (c *sine) String() string          { return c.text }
func (c *sine) Len() int                { return c.count }
func (c *sine) Duration() time.Duration { return c.window }
func (c *sine) At(n int) time.Duration  { return c.reached(float64(n)) }

// at implements base.
func (c *sine) at(share uint64) time.Duration {
	return min(c.reached(math.Ldexp(float64(share), -64)*c.total), c.window-1)
}

// within is the number of deliveries from a period's start to t in it. 1 − cos
// would cancel near the start.
func (c *sine) within(t time.Duration) float64 {
	s := math.Sin(math.Pi * float64(t) / float64(c.period))
	return c.mean*float64(t) + c.swing*float64(c.period)/math.Pi*s*s
}

// reached is when m deliveries are reached. Cell and halving look at the same
// times for every m, so that a greater one is never reached earlier, not even
// where the rate is next to nothing and the integral within its rounding.
func (c *sine) reached(m float64) time.Duration {
	whole := math.Floor(m / c.each)
	rest := m - whole*c.each
	next := sort.Search(sineCells, func(i int) bool { return c.marks[i] > rest })
	cell := time.Duration(max(next-1, 0))
	begins := cell * c.cell
	return time.Duration(whole)*c.period + begins + c.beyond(begins, rest-c.marks[cell])
}

// beyond is how long after a cell's start m deliveries more are reached.
func (c *sine) beyond(begins time.Duration, m float64) time.Duration {
	w := 2 * math.Pi / float64(c.period)
	sin, cos := math.Sincos(w * float64(begins))
	// The integral of sin(φ+x), by series: x is below 0.002.
	reached := func(t time.Duration) bool {
		x := w * float64(t)
		return c.mean*float64(t)+c.swing/w*x*(sin*(1-x*x/6)+cos*x*(1-x*x/12)/2) <= m
	}
	low, high := time.Duration(0), min(c.cell, c.period-begins)
	for high-low > 1 {
		if middle := low + (high-low)/2; reached(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
