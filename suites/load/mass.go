package load

import "math/bits"

// A mass is a number of deliveries in ticks of 1/massOfOne, in 128 bits: the
// integral of a rate that changes steadily is whole in them, so that a
// schedule's times are exact however long it is.
type mass struct{ hi, lo uint64 }

// massOfOne is one delivery: two, because a ramp's integral has a half in it,
// times the nanoseconds of an hour, because rates are whole by the hour.
const massOfOne = 2 * 3600 * 1_000_000_000

func product(a, b uint64) mass {
	hi, lo := bits.Mul64(a, b)
	return mass{hi, lo}
}

func (m mass) plus(o mass) mass {
	lo, carry := bits.Add64(m.lo, o.lo, 0)
	hi, _ := bits.Add64(m.hi, o.hi, carry)
	return mass{hi, lo}
}

func (m mass) minus(o mass) mass {
	lo, borrow := bits.Sub64(m.lo, o.lo, 0)
	hi, _ := bits.Sub64(m.hi, o.hi, borrow)
	return mass{hi, lo}
}

// times is the product where it has at most 128 bits.
func (m mass) times(n uint64) mass {
	hi, lo := bits.Mul64(m.lo, n)
	return mass{hi + m.hi*n, lo}
}

// over is the quotient, rounded down, where it has at most 64 bits.
func (m mass) over(n uint64) uint64 {
	q, _ := bits.Div64(m.hi, m.lo, n)
	return q
}

// part is share/2⁶⁴ of m, rounded down.
func (m mass) part(share uint64) mass {
	low, _ := bits.Mul64(m.lo, share)
	return product(m.hi, share).plus(mass{0, low})
}

func (m mass) less(o mass) bool { return m.hi < o.hi || m.hi == o.hi && m.lo < o.lo }

func (m mass) float() float64 { return float64(m.hi)*(1<<64) + float64(m.lo) }
