package load

import "sync/atomic"

// A bitset holds one bit a delivery: what is known of all of them must fit
// into memory. It may be used concurrently.
type bitset []atomic.Uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

// set reports whether the bit was not set before.
func (b bitset) set(n int) bool {
	bit := uint64(1) << (n % 64)
	return b[n/64].Or(bit)&bit == 0
}

func (b bitset) clear(n int)    { b[n/64].And(^(1 << (n % 64))) }
func (b bitset) has(n int) bool { return b[n/64].Load()&(1<<(n%64)) != 0 }
