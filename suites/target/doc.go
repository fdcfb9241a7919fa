// Package target is the receiver under test, as far as it is not its answers:
// how it is reached, how its effects are seen, what we may do to it, and the
// sending itself, which every kind of run shares.
package target
