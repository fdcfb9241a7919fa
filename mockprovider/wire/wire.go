// Package wire puts exact bytes on a connection and survives what comes back.
//
// The peer is somebody else's webhook receiver and may be broken or hostile.
// Therefore nothing is sent that the caller did not spell out, every wait ends
// at an absolute deadline, everything read is bounded, and an answer is read
// while the request is still being written.
package wire

import "time"

// Write is one piece of a request.
type Write struct {
	Bytes []byte        // sent as they are; may be empty, to pause only
	Pause time.Duration // waited before the bytes
	Await time.Duration // … or less, if an interim answer (1xx) comes before
}

// End says what happens to the connection after the last write.
type End int

const (
	KeepOpen  End = iota // wait for the answer
	HalfClose            // shut the sending side (FIN), then wait for the answer
	Close                // close at once (FIN); an answer is thrown away, and one that comes later is met with an RST
	Reset                // reset at once (RST); what the peer has not received yet is lost, so pause before it if need be
)

// Request is what is sent, when, and how it ends.
type Request struct {
	Method string  // as in the bytes, so that an answer to HEAD is known to have no body
	Writes []Write // none: nothing is sent, the next answer is read (pipelining)
	End    End

	// HangUp, if positive, closes the connection this long after the last
	// byte was written, unless the answer is complete by then (HungUp).
	// It is the caller's intention; running into Limits.Total is a Timeout.
	HangUp time.Duration

	// ReadRate, if positive, is how many bytes of the answer are read a second.
	// An answer that Limits.Total cuts short for that alone has its body
	// truncated; where not even its head was read, we HungUp.
	ReadRate int

	// Gate, if not nil, holds the last byte back until it is closed or
	// delivers, so that several requests can be completed together.
	Gate <-chan struct{}
}

func (r Request) size() int64 {
	var n int64
	for _, w := range r.Writes {
		n += int64(len(w.Bytes))
	}
	return n
}
