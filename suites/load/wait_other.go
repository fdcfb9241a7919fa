//go:build !linux

package load

import (
	"context"
	"time"
)

// waitUntil returns at the time given, as exactly as the runtime's timers are,
// or when ctx ends or wake says so.
func waitUntil(ctx context.Context, until time.Time, wake <-chan struct{}) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}
