package load

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// A failure is why a delivery got no answer, as one of a few stable words: an
// error's text has ports and addresses in it, and would make a kind of each.
type failure string

const (
	answered    failure = ""
	timedOut    failure = "timeout"
	connRefused failure = "refused"     // nobody listens there
	unreachable failure = "unreachable" // no connection for another reason
	wasReset    failure = "reset"
	wasClosed   failure = "closed" // before the answer was complete
	garbage     failure = "garbage"
	tooLarge    failure = "too-large" // the head exceeded maxHead
	tlsFailed   failure = "tls"
	canceled    failure = "canceled"
	noPorts     failure = "no-ports" // this machine has no local port left
	noFiles     failure = "no-files" // this process may open no more files
	otherError  failure = "other"
)

// ours reports whether the generator failed, not the receiver.
func (f failure) ours() bool { return f == noPorts || f == noFiles }

var (
	errGarbage  = errors.New("not an HTTP/1 answer")
	errTooLarge = errors.New("head too large")
)

// failureOf classifies an error of connecting, writing or reading.
func failureOf(ctx context.Context, err error) failure {
	if err == nil {
		return answered // the usual case allocates nothing
	}
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		head tls.RecordHeaderError
		slow net.Error
	)
	switch {
	case ctx.Err() != nil:
		return canceled
	case errors.Is(err, errGarbage):
		return garbage
	case errors.Is(err, errTooLarge):
		return tooLarge
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EADDRINUSE):
		return noPorts
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return noFiles
	case errors.Is(err, syscall.ECONNREFUSED):
		return connRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return wasReset
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &slow) && slow.Timeout():
		return timedOut
	case errors.As(err, &dns), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return unreachable
	case errors.As(err, &cert), errors.As(err, &head):
		return tlsFailed
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return wasClosed
	}
	return otherError
}
