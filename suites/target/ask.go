package target

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hookassay/hookassay/suites/transcript"
)

// asker asks URLs of the receiver for JSON.
type asker struct {
	what   string // whose errors they are: "effects probe"
	shown  string // the URL without credentials, for reports and errors
	client *http.Client
}

func newAsker(what, rawURL string) (asker, error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return asker{}, fmt.Errorf("%q is no URL; write http://host:port/path", rawURL)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil              // the probe asks the receiver, whatever the environment says
	transport.DisableKeepAlives = true // a server of one connection at a time would serve nobody else
	shown := transcript.NewRedactor(credentialsIn(u)).Text(rawURL)
	return asker{what, shown, &http.Client{Timeout: probeTimeout, Transport: transport, CheckRedirect: stay}}, nil
}

// stay keeps the probe where the user sent it: a redirect may lead anywhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// get returns the decoded document; nil for 404 where that says something of
// one thing alone.
func (a asker) get(ctx context.Context, u string, one bool) (any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, a.failed("is no URL with that id in it")
	}
	res, err := a.client.Do(req)
	if err != nil {
		return nil, a.failed(inOurWords(err))
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound && one:
		return nil, nil
	case res.StatusCode/100 == 3:
		return nil, a.failed(fmt.Sprintf("redirects (%d): give the URL it points to", res.StatusCode))
	case res.StatusCode/100 != 2:
		return nil, a.failed(fmt.Sprintf("answered %d", res.StatusCode))
	}
	var doc any
	if err := json.NewDecoder(io.LimitReader(res.Body, probeBody)).Decode(&doc); err != nil {
		return nil, a.failed("did not answer with JSON")
	}
	return doc, nil
}

func (a asker) failed(how string) error { return fmt.Errorf("%s: %s %s", a.what, a.shown, how) }

// inPointer writes a text as it stands in a JSON pointer (RFC 6901 section 3).
var inPointer = strings.NewReplacer("~", "~0", "/", "~1")

// lookUp follows a JSON pointer (RFC 6901) through objects.
func lookUp(doc any, pointer string) (v any, found bool, err error) {
	for _, part := range strings.Split(pointer, "/")[1:] {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		object, ok := doc.(map[string]any)
		if !ok {
			return nil, false, fmt.Errorf("no object to look %q up in", part)
		}
		if doc, ok = object[part]; !ok {
			return nil, false, nil
		}
	}
	return doc, true, nil
}
