package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	probeTimeout = 5 * time.Second // of one question
	probeBody    = 32 << 20        // bytes of one answer
)

// HTTP asks a URL of the receiver. With {id} in the URL it is asked once an
// event; without, once for all.
type HTTP struct {
	URL     string
	Pointer string // JSON pointer of the count; {id} in it stands for the event's id
	asker
}

// NewHTTP returns a probe that asks url. The pointer may also be written as
// "$.count". A member that is missing, and the status 404, count as 0.
func NewHTTP(rawURL, pointer string) (*HTTP, error) {
	asks, err := newAsker("effects probe", rawURL)
	if err != nil {
		return nil, fmt.Errorf("effects URL %w", err)
	}
	each := strings.Contains(rawURL, "{id}")
	if rest, ok := strings.CutPrefix(pointer, "$."); ok {
		pointer = "/" + strings.ReplaceAll(rest, ".", "/")
	}
	if pointer == "" && each {
		pointer = "/count"
	}
	if pointer == "" {
		pointer = "/{id}"
	}
	if !strings.HasPrefix(pointer, "/") {
		return nil, fmt.Errorf("effects pointer %q is no JSON pointer: it begins with /", pointer)
	}
	if !each && !strings.Contains(pointer, "{id}") {
		return nil, fmt.Errorf("effects: {id} stands neither in the URL nor in the pointer %q: every event would have the same count", pointer)
	}
	return &HTTP{rawURL, pointer, asks}, nil
}

// Describe implements Probe.
func (p *HTTP) Describe() Description {
	return Description{Name: "effects", Kind: "http", Counts: "the number at " + p.Pointer + " of " + p.shown}
}

// PerID reports whether the probe is asked once an event.
func (p *HTTP) PerID() bool { return strings.Contains(p.URL, "{id}") }

// Close implements io.Closer. There is nothing to end: each question has a
// connection of its own.
func (p *HTTP) Close() error { return nil }

// Counts implements Probe.
func (p *HTTP) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	if !p.PerID() {
		return p.together(ctx, ids)
	}
	return countEach(ctx, ids, p.one)
}

func (p *HTTP) one(ctx context.Context, id string) (int, error) {
	doc, err := p.get(ctx, strings.ReplaceAll(p.URL, "{id}", url.PathEscape(id)), true)
	if err != nil || doc == nil {
		return 0, err
	}
	return count(doc, p.Pointer, id)
}

func (p *HTTP) together(ctx context.Context, ids []string) (map[string]int, error) {
	doc, err := p.get(ctx, p.URL, false)
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	for _, id := range ids {
		n, err := count(doc, p.Pointer, id)
		if err != nil {
			return nil, err
		}
		if n != 0 {
			out[id] = n
		}
	}
	return out, nil
}

// inOurWords says why there was no answer without a word of the receiver's,
// which net/http repeats in its errors.
func inOurWords(err error) string {
	var (
		dns     *net.DNSError
		errno   syscall.Errno
		cert    *tls.CertificateVerificationError
		timeout net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "was not waited for: interrupted"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "did not answer in time"
	case errors.As(err, &dns):
		return "cannot be reached: its host's name was not found"
	case errors.As(err, &errno):
		return "cannot be reached: " + errno.Error()
	case errors.As(err, &cert):
		return "has a certificate that this machine does not trust"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed the connection without an answer"
	}
	return notHTTP
}

// notHTTP is what is left to say.
const notHTTP = "did not answer with HTTP"

// count is the number at a JSON pointer. What is missing is 0.
func count(doc any, pointer, id string) (int, error) {
	v, found, err := lookUp(doc, strings.ReplaceAll(pointer, "{id}", inPointer.Replace(id)))
	if err != nil {
		return 0, fmt.Errorf("effects probe: %w", err)
	}
	if !found {
		return 0, nil
	}
	n, ok := v.(float64)
	if !ok || n < 0 || n != float64(int(n)) {
		return 0, fmt.Errorf("effects probe: what stands at %s is no count", pointer)
	}
	return int(n), nil
}
