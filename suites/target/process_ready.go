package target

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	readyEvery = 25 * time.Millisecond
	readyTry   = 2 * time.Second // for one answer
)

// readiness is how it is seen that the receiver can be sent to.
type readiness struct {
	url     string // answers 2xx; "": the address takes connections
	address string // host:port of what was started here
	connect string // where to connect instead
	client  *http.Client
}

func newReadiness(text string, t *Target) readiness {
	r := readiness{url: text, address: t.Address(), connect: t.Resolve}
	if u, err := url.Parse(text); err == nil && text != "" {
		r.address = (&Target{URL: u}).Address()
		if r.address != t.Address() {
			r.connect = ""
		}
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, cmp.Or(r.connect, r.address))
		},
	}
	if t.TLS != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: t.TLS.RootCAs, MinVersion: tls.VersionTLS12}
	}
	r.client = &http.Client{
		Transport:     transport,
		Timeout:       readyTry,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return r
}

// await waits until the receiver, whose start began then, is ready, and says why
// it is not; "" where it is, or where it ended first.
func (r readiness) await(ctx context.Context, began time.Time, within time.Duration, ended <-chan struct{}) string {
	again := time.NewTicker(readyEvery)
	defer again.Stop()
	inTime, cancel := context.WithDeadline(ctx, began.Add(within))
	defer cancel()
	for why := "it was not looked at"; ; {
		now := r.look(inTime)
		if now == "" {
			return ""
		}
		if inTime.Err() == nil { // else it is our own impatience
			why = now
		}
		select {
		case <-again.C:
		case <-ended:
			return ""
		case <-inTime.Done():
			if ctx.Err() != nil {
				return "the run was ended while it was started"
			}
			return fmt.Sprintf("it was not ready within %s: %s", within, why)
		}
	}
}

// look asks once.
func (r readiness) look(ctx context.Context) string {
	if r.url == "" {
		if !r.taken(ctx) {
			return r.address + " takes no connections"
		}
		return ""
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return err.Error()
	}
	_ = resp.Body.Close() // its connection is not used again
	if resp.StatusCode/100 != 2 {
		return fmt.Sprintf("%s answers %d", r.url, resp.StatusCode)
	}
	return ""
}

// taken reports whether anybody takes connections at the address.
func (r readiness) taken(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, readyTry)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", cmp.Or(r.connect, r.address))
	if err != nil {
		return false
	}
	_ = conn.Close() // it only had to open
	return true
}

// free waits until nobody takes connections at the address.
func (r readiness) free(within time.Duration) bool {
	ctx := context.Background()
	return eventually(ctx, within, func() bool { return !r.taken(ctx) })
}
