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

// secure is the carrier for https: net/http's Transport, which all lanes
// share, because it knows TLS and HTTP/2. It sends a request again only when
// nothing of it was written: there is neither Idempotency-Key nor GetBody.
type secure struct {
	target    *url.URL
	transport *http.Transport
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
func (s *secure) exchange(ctx context.Context, request []byte, deadline time.Time) (int, failure) {
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		return 0, otherError // a path or header that net/http refuses
	}
	limited, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	req = req.WithContext(limited)
	req.RequestURI = "" // of servers only
	req.URL.Scheme, req.URL.Host = s.target.Scheme, s.target.Host
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return 0, failureOf(ctx, err)
	}
	defer resp.Body.Close()
	if _, err := io.CopyN(io.Discard, resp.Body, maxBody); err != nil && err != io.EOF {
		return resp.StatusCode, failureOf(ctx, err)
	}
	return resp.StatusCode, answered
}

// interrupt implements carrier: the context does it.
func (s *secure) interrupt() {}

// close implements carrier.
func (s *secure) close() { s.transport.CloseIdleConnections() }
