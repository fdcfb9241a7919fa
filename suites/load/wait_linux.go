package load

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// fine is the last part of a wait, which the kernel times: an idle Go process
// rounds its own sleeps up to a millisecond there.
const fine = 2 * time.Millisecond

// waitUntil returns at the time given, some 60 µs late, or when ctx ends or wake
// says so.
func waitUntil(ctx context.Context, until time.Time, wake <-chan struct{}) {
	left := time.Until(until)
	coarse := left - fine
	if runtime.GOMAXPROCS(0) == 1 {
		coarse = left // a system call would keep the only processor
	}
	if coarse > 0 {
		timer := time.NewTimer(coarse)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-wake:
			return
		case <-ctx.Done():
			return
		}
	}
	for left = time.Until(until); left > 0; left = time.Until(until) {
		ts := unix.NsecToTimespec(int64(min(left, fine)))
		_ = unix.Nanosleep(&ts, nil) // cut short by a signal: the rest is slept next
	}
}
