package receiver

import (
	"context"
	"net"
	"net/http"
	"time"
)

const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = time.Minute
	headerLimit   = 16 << 10 // net/http adds 4 KiB of slack; more is answered 431
)

func newServer(r *Receiver) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	s := &http.Server{
		Handler:           r,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerLimit,
		Protocols:         protocols,
		ConnContext:       func(ctx context.Context, conn net.Conn) context.Context { return withTrust(withConn(ctx, conn)) },
	}
	if r.flaws.has("no-timeouts") {
		s.ReadHeaderTimeout, s.ReadTimeout = 0, 0
	}
	if r.flaws.has("large-header-crash") || r.flaws.has("quadratic-list") {
		s.MaxHeaderBytes = http.DefaultMaxHeaderBytes
	}
	return s
}

// Serve receives webhooks on l, over HTTP/1.1 or HTTP/2 without TLS, until
// Shutdown; then it returns http.ErrServerClosed.
func (r *Receiver) Serve(l net.Listener) error {
	if r.flaws.any(asWrittenFlaws) {
		l = recordingListener{l}
	}
	if r.flaws.any(frontFlaws) {
		l = frontListener{l, r.flaws}
	}
	if r.flaws.has("serial") {
		l = newSerialListener(l)
	}
	for _, v := range r.variants {
		if v.build.listen != nil {
			l = v.build.listen(l)
		}
	}
	return r.server.Serve(l)
}

// Shutdown stops Serve: it lets requests in flight finish, until ctx ends, and
// then closes the receiver, so that everything accepted is processed.
func (r *Receiver) Shutdown(ctx context.Context) error {
	if r.flaws.has("sigterm-resets") {
		_ = r.server.Close()
	}
	err := r.server.Shutdown(ctx)
	if err != nil {
		_ = r.server.Close() // the deadline has passed: cut off what still runs
	}
	r.Close()
	return err
}
