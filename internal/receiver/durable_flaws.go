package receiver

import "time"

const (
	// crashGap is how far apart flawed receivers do what belongs together: wide
	// enough that a process that is killed under load is killed inside it.
	crashGap       = 25 * time.Millisecond
	shortRetention = 5 * time.Minute
)
