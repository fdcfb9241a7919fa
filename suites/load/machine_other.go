//go:build !linux

package load

import "time"

// readMachine knows nothing here; the gate that needs it never closes.
func readMachine() machine { return machine{} }

// readThrottled knows nothing here.
func readThrottled() time.Duration { return 0 }
