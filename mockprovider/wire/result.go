package wire

import (
	"net/http"
	"time"
)

// Outcome says how an exchange ended.
type Outcome string

const (
	Answered    Outcome = "answered"    // a final answer was read, to its end or to Limits.BodyBytes
	Refused     Outcome = "refused"     // nobody listens there
	Unreachable Outcome = "unreachable" // no connection for another reason (name, route, …)
	TLSFailed   Outcome = "tls"         // the handshake failed, or the TLS layer later
	Timeout     Outcome = "timeout"     // the deadline passed
	WasReset    Outcome = "reset"       // the peer reset the connection (or the HTTP/2 stream)
	WasClosed   Outcome = "closed"      // the peer closed before the answer was complete, or the Conn cannot be used again
	Garbage     Outcome = "garbage"     // what came is not HTTP
	TooLarge    Outcome = "too-large"   // the head exceeded Limits.HeaderBytes or Limits.Interim
	HungUp      Outcome = "hung-up"     // we ended it, as told: Request.HangUp, Close or Reset
	Canceled    Outcome = "canceled"    // the caller's context was cancelled
	Unsendable  Outcome = "unsendable"  // for a reason of ours: this machine is out of descriptors or ports; with HTTP2, net/http refuses such a message
)

// Result is what became of a request. When an answer broke off, the outcome
// says why and Status, Header and Body hold what had arrived.
type Result struct {
	Outcome Outcome
	Detail  string // a few stable words, without addresses, ports or text of the peer

	LocalPort int    // 0 if never connected
	Remote    string // address and port of the peer

	// Zero if not reached.
	Dialed    time.Time // connecting began, name resolution included
	Connected time.Time // TCP connection made (before a TLS handshake)
	Ready     time.Time // connection made, TLS included: it can be written to
	Started   time.Time // just before the first byte was written
	Sent      time.Time // just after the last byte was written
	FirstByte time.Time // first byte of the final answer (of an interim one, if there is no final one) was read
	Done      time.Time // the exchange was over

	BytesSent, BytesTotal int64 // of the request, before TLS

	// EarlyAnswer: the final answer began to arrive before the last bytes
	// (at most 64 KiB) of the request were handed to the kernel.
	EarlyAnswer bool

	Proto   string // "HTTP/1.1"
	Status  int    // of the final answer; 0 if there was none
	Header  http.Header
	Interim []int // statuses of 1xx answers, without 101, in order

	Body          []byte // without transfer coding
	BodyTruncated bool   // there was more than Limits.BodyBytes
	BodyComplete  bool   // the body was read to its end
}
