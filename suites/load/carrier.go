package load

import (
	"context"
	"time"
)

// A reply is what became of a request.
type reply struct {
	status     int // 0: none was read
	retryAfter string
	failure    failure
}

// A carrier sends requests and reads answers, one at a time. It keeps its
// connection between them.
type carrier interface {
	// exchange sends the bytes of one request, once. It ends at the deadline,
	// or soon after ctx does and interrupt was called.
	exchange(ctx context.Context, request []byte, deadline time.Time) reply
	// interrupt ends an exchange under way; it may be called at any time.
	interrupt()
	// close ends the connection.
	close()
}
