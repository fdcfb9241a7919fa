package load

import (
	"os"
	"runtime/debug"
)

// sparing is by how many percent the heap grows before garbage is collected.
// Vegeta leaves 2 KB behind every hit, beside which what lives is small: at the
// runtime's 100 a tenth of the CPU time went into collecting dozens of times a
// second.
const sparing = 400

// collectLess has garbage collected less often, in the whole process, until
// the function it returns is called. A user's GOGC counts more, and so does a
// program that collects even less.
func collectLess() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(sparing)
	if before < 0 || before > sparing {
		debug.SetGCPercent(before)
	}
	return func() { debug.SetGCPercent(before) }
}
