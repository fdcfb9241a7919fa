package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

var (
	errHungUp       = errors.New("hung up")
	errAnswered     = errors.New("answered already")
	errHeadTooLarge = errors.New("head too large")
)

// failure is an error in stable words.
type failure struct {
	Outcome Outcome
	Detail  string
}

// failureOf classifies an error of reading or writing; ctx tells why it was
// interrupted, if it was.
func failureOf(ctx context.Context, err error) failure {
	switch {
	case errors.Is(err, errHeadTooLarge):
		return failure{TooLarge, "head over the limit"}
	case isReset(err):
		return failure{WasReset, "reset by the peer"}
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		return interruption(ctx, err)
	case errors.Is(err, net.ErrClosed):
		return failure{Canceled, "closed by the caller"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, syscall.EPIPE):
		return failure{WasClosed, "closed by the peer"}
	}
	if detail, ok := tlsDetail(err); ok {
		return failure{TLSFailed, detail}
	}
	return failure{WasClosed, errnoDetail(err, "connection failed")}
}

func interruption(ctx context.Context, err error) failure {
	switch {
	case errors.Is(context.Cause(ctx), errHungUp):
		return failure{HungUp, "gave up waiting, as told"}
	case errors.Is(ctx.Err(), context.Canceled):
		return failure{Canceled, "cancelled by the caller"}
	case errors.Is(err, errReadSlowly):
		return tooSlow
	}
	return failure{Timeout, "deadline passed"}
}

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }

func connectFailure(ctx context.Context, err error) failure {
	var dns *net.DNSError
	var ne net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return failure{Canceled, "cancelled while connecting"}
	case ctx.Err() != nil, errors.As(err, &ne) && ne.Timeout():
		return failure{Timeout, "deadline passed while connecting"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return failure{Refused, "connection refused"}
	case ours(err):
		return failure{Unsendable, errnoDetail(err, syscall.EMFILE.Error())}
	case errors.As(err, &dns) && dns.IsNotFound:
		return failure{Unreachable, "name not found"}
	case errors.As(err, &dns):
		return failure{Unreachable, "name resolution failed"}
	}
	return failure{Unreachable, errnoDetail(err, "cannot connect")}
}

// ours reports whether it is this machine that has no more to connect with: the
// peer was not even asked.
func ours(err error) bool {
	for _, lack := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, lack) {
			return true
		}
	}
	// The resolver keeps only the text of what kept it from asking.
	var dns *net.DNSError
	return errors.As(err, &dns) && (strings.Contains(dns.Err, syscall.EMFILE.Error()) || strings.Contains(dns.Err, syscall.ENFILE.Error()))
}

func handshakeFailure(ctx context.Context, err error) failure {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return failure{Canceled, "cancelled during the TLS handshake"}
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		return failure{Timeout, "deadline passed during the TLS handshake"}
	case isReset(err):
		return failure{TLSFailed, "reset during the handshake"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return failure{TLSFailed, "closed during the handshake"}
	}
	if detail, ok := tlsDetail(err); ok {
		return failure{TLSFailed, detail}
	}
	return failure{TLSFailed, "handshake failed"}
}

// tlsDetail names errors of certificates, alerts and record framing.
func tlsDetail(err error) (string, bool) {
	var (
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   *net.OpError
	)
	switch {
	case errors.As(err, &unknown):
		return "certificate of an unknown authority", true
	case errors.As(err, &name):
		return "certificate for another name", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "certificate expired or not yet valid", true
	case errors.As(err, &verify), errors.As(err, &invalid):
		return "certificate not valid", true
	case errors.As(err, &record):
		return "peer does not speak TLS", true
	case errors.As(err, &alert) && alert.Op == "remote error": // how crypto/tls marks the peer's alerts
		return "alert of the peer: " + alert.Err.Error(), true
	case errors.As(err, &alert) && alert.Op == "local error":
		return "protocol violated: " + alert.Err.Error(), true
	}
	return "", false
}

func errnoDetail(err error, otherwise string) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return otherwise
}
