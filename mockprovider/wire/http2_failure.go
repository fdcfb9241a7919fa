package wire

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
)

// watched remembers how an HTTP/2 connection began and broke, which net/http
// does not always tell.
type watched struct {
	net.Conn
	mu    sync.Mutex
	start []byte
	err   error // what the peer caused
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	if missing := len(httpStart) - len(w.start); missing > 0 {
		w.start = append(w.start, p[:min(n, missing)]...)
	}
	w.note(err)
	return n, err
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(err)
	return n, err
}

// note leaves out that net/http closed the connection; of several errors a
// reset tells most, and the kernel tells it only once.
func (w *watched) note(err error) {
	if isReset(err) || w.err == nil && !errors.Is(err, net.ErrClosed) {
		w.err = err
	}
}

// cause is why net/http gave the connection up.
func (w *watched) cause(ctx context.Context) failure {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case bytes.Equal(w.start, []byte(httpStart)):
		return failure{Garbage, "not HTTP/2, perhaps HTTP/1"}
	case w.err != nil:
		return failureOf(ctx, w.err)
	}
	return failure{Garbage, "HTTP/2 protocol error"} // also a head over twice the limit
}

// http2Failure classifies by text what net/http keeps in private types.
func http2Failure(ctx context.Context, raw *watched, err error) failure {
	switch {
	case errors.Is(context.Cause(ctx), errSentAgain):
		return failure{WasReset, "stream refused by the peer"}
	case errors.Is(context.Cause(ctx), errTooManyInterim):
		return failure{TooLarge, "too many interim answers"}
	case ctx.Err() != nil:
		return interruption(ctx, err)
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "header list larger"):
		return failure{TooLarge, "head over the limit"}
	case strings.Contains(text, "stream error"):
		return failure{WasReset, "stream reset by the peer"}
	case strings.Contains(text, "GOAWAY"):
		return failure{WasClosed, "closed by the peer"}
	case strings.Contains(text, "net/http: invalid"), strings.Contains(text, "http2: invalid"):
		return failure{Unsendable, "not a valid request"}
	}
	return raw.cause(ctx)
}
