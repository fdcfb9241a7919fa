package target

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	probeTimeout = 5 * time.Second // of one question
	probeBody    = 32 << 20        // bytes of one answer
	probeAtOnce  = 8               // questions, where each is about one event
)

// HTTP asks a URL of the receiver. With {id} in the URL it is asked once an
// event; without, once for all.
type HTTP struct {
	URL     string
	Pointer string // JSON pointer of the count; {id} in it stands for the event's id
	shown   string // the URL without credentials, for reports and errors
	client  *http.Client
}

// NewHTTP returns a probe that asks url. The pointer may also be written as
// "$.count". A member that is missing, and the status 404, count as 0.
func NewHTTP(rawURL, pointer string) (*HTTP, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("effects URL %q is no URL; write http://host:port/effects", rawURL)
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
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil              // the probe asks the receiver, whatever the environment says
	transport.DisableKeepAlives = true // a server of one connection at a time would serve nobody else
	client := &http.Client{Timeout: probeTimeout, Transport: transport, CheckRedirect: stay}
	shown := transcript.NewRedactor(credentialsIn(u)).Text(rawURL)
	return &HTTP{rawURL, pointer, shown, client}, nil
}

// stay keeps the probe where the user sent it: a redirect may lead anywhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

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
	counts := make([]int, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(probeAtOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			counts[i], err = p.one(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := map[string]int{}
	for i, id := range ids {
		if counts[i] != 0 {
			out[id] = counts[i]
		}
	}
	return out, nil
}

func (p *HTTP) one(ctx context.Context, id string) (int, error) {
	doc, err := p.get(ctx, strings.ReplaceAll(p.URL, "{id}", url.PathEscape(id)))
	if err != nil || doc == nil {
		return 0, err
	}
	return count(doc, p.Pointer, id)
}

func (p *HTTP) together(ctx context.Context, ids []string) (map[string]int, error) {
	doc, err := p.get(ctx, p.URL)
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

// get returns the decoded document, nil for 404.
func (p *HTTP) get(ctx context.Context, u string) (any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, p.failed("is no URL with that id in it")
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, p.failed(inOurWords(err))
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound && p.PerID():
		return nil, nil
	case res.StatusCode/100 == 3:
		return nil, p.failed(fmt.Sprintf("redirects (%d): give the URL it points to", res.StatusCode))
	case res.StatusCode/100 != 2:
		return nil, p.failed(fmt.Sprintf("answered %d", res.StatusCode))
	}
	var doc any
	if err := json.NewDecoder(io.LimitReader(res.Body, probeBody)).Decode(&doc); err != nil {
		return nil, p.failed("did not answer with JSON")
	}
	return doc, nil
}

func (p *HTTP) failed(how string) error { return fmt.Errorf("effects probe: %s %s", p.shown, how) }

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

// count follows a JSON pointer (RFC 6901) through objects. What is missing is 0.
func count(doc any, pointer, id string) (int, error) {
	for _, part := range strings.Split(pointer, "/")[1:] {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		part = strings.ReplaceAll(part, "{id}", id)
		object, ok := doc.(map[string]any)
		if !ok {
			return 0, fmt.Errorf("effects probe: no object to look %q up in", part)
		}
		if doc, ok = object[part]; !ok {
			return 0, nil
		}
	}
	n, ok := doc.(float64)
	if !ok || n < 0 || n != float64(int(n)) {
		return 0, fmt.Errorf("effects probe: what stands at %s is no count", pointer)
	}
	return int(n), nil
}
