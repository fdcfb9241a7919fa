package load

import (
	"context"
	"time"
)

// A carrier sends requests and reads answers, one at a time. It keeps its
// connection between them.
type carrier interface {
	// exchange sends the bytes of one request, once. It ends at the deadline,
	// or soon after ctx does and interrupt was called.
	exchange(ctx context.Context, request []byte, deadline time.Time) (status int, f failure)
	// interrupt ends an exchange under way; it may be called at any time.
	interrupt()
	// close ends the connection.
	close()
}
