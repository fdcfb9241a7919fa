package target

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"
)

// maxState bounds the text of a state, in bytes.
const maxState = 200

// HTTPState asks a URL of the receiver for the state of one object.
type HTTPState struct {
	URL     string // {object} in it stands for the object
	Pointer string // JSON pointer of the state
	asker
}

// NewHTTPState returns a probe that asks url. A member that is missing or null,
// and the status 404, are no state.
func NewHTTPState(rawURL, pointer string) (*HTTPState, error) {
	asks, err := newAsker("state probe", rawURL)
	if err != nil {
		return nil, fmt.Errorf("state URL %w", err)
	}
	if !strings.Contains(rawURL, "{object}") {
		return nil, fmt.Errorf("state URL %q has no {object}: every object would be in the same state", asks.shown)
	}
	if pointer == "" {
		pointer = "/state"
	}
	if err := checkPointer(pointer); err != nil {
		return nil, err
	}
	return &HTTPState{rawURL, pointer, asks}, nil
}

// Describe implements StateProbe.
func (p *HTTPState) Describe() Description {
	return Description{Name: "state", Kind: "http", Counts: "the text at " + p.Pointer + " of " + p.shown}
}

// States implements StateProbe.
func (p *HTTPState) States(ctx context.Context, objects []string) (map[string]string, error) {
	states := make([]string, len(objects))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(probeAtOnce)
	for i, o := range objects {
		group.Go(func() (err error) {
			states[i], err = p.one(ctx, o)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for i, o := range objects {
		if states[i] != "" {
			out[o] = states[i]
		}
	}
	return out, nil
}

func (p *HTTPState) one(ctx context.Context, object string) (string, error) {
	doc, err := p.get(ctx, strings.ReplaceAll(p.URL, "{object}", url.PathEscape(object)), true)
	if err != nil || doc == nil {
		return "", err
	}
	v, found, err := lookUp(doc, p.Pointer)
	if err != nil {
		return "", fmt.Errorf("state probe: %w", err)
	}
	text, ok := v.(string)
	if found && v != nil && !ok {
		return "", fmt.Errorf("state probe: what stands at %s is no text", p.Pointer)
	}
	if len(text) > maxState {
		return "", fmt.Errorf("state probe: the text at %s has %d bytes: a state has at most %d", p.Pointer, len(text), maxState)
	}
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}
