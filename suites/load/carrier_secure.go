package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// secure is the carrier for https: net/http's Transport, because it knows TLS
// and HTTP/2. All lanes share it, unless connections are to be closed after so
// many requests. It sends a request again only when
// nothing of it was written: there is neither Idempotency-Key nor GetBody.
type secure struct {
	target    *url.URL
	transport *http.Transport
	most      int // requests on one connection; 0: as many as it takes
	sent      int // on this one
	open      func() *http.Transport
	left      *http.Transport // the one before, whose connection was left; nil: none
}

// newTransport returns the transport for a receiver; resolve, if not empty, is
// the address to connect to instead of the URL's.
func newTransport(cfg *tls.Config, resolve string, connections int) *http.Transport {
	var dialer net.Dialer
	return &http.Transport{
		TLSClientConfig:        cfg.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // it would add a header that was not asked for
		MaxIdleConns:           connections,
		MaxIdleConnsPerHost:    connections,
		MaxResponseHeaderBytes: maxHead,
		TLSHandshakeTimeout:    5 * time.Second,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if resolve != "" {
				address = resolve
			}
			return dialer.DialContext(ctx, network, address)
		},
	}
}

// exchange implements carrier.
func (s *secure) exchange(ctx context.Context, request []byte, deadline time.Time) reply {
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return reply{failure: otherError} // a path or header that net/http refuses
	}
	limited, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	req = req.WithContext(limited)
	req.RequestURI = "" // of servers only
	req.URL.Scheme, req.URL.Host = s.target.Scheme, s.target.Host
	defer s.used()
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return reply{failure: failureOf(ctx, err)}
	}
	defer resp.Body.Close()
	out := reply{status: resp.StatusCode}
	if value := resp.Header.Get("Retry-After"); len(value) <= maxRetryAfter {
		out.retryAfter = value
	}
	if _, err := io.CopyN(io.Discard, resp.Body, maxBody); err != nil && err != io.EOF {
		out.failure = failureOf(ctx, err)
	}
	return out
}

// used counts a request, and after the last of them leaves the connection. Of
// HTTP/1.1 it is closed as soon as it is idle; of HTTP/2 only if it is by now,
// and its end of the stream may still be under way. So it is told again after
// the next request.
func (s *secure) used() {
	s.sent++
	if s.left != nil {
		s.left.CloseIdleConnections()
		s.left = nil
	}
	if s.sent == s.most {
		s.transport.CloseIdleConnections()
		s.left, s.sent, s.transport = s.transport, 0, s.open()
	}
}

// interrupt implements carrier: the context does it.
func (s *secure) interrupt() {}

// close implements carrier.
func (s *secure) close() {
	if s.left != nil {
		s.left.CloseIdleConnections()
	}
	s.transport.CloseIdleConnections()
}
