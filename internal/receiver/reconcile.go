package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	defaultReconcile = time.Minute
	// overlap is how far before the newest event that was listed the next list
	// begins: producers make events visible a little out of order.
	overlap     = 10 * time.Minute
	listSize    = 100
	mostPages   = 10000
	listLimit   = 64 << 20 // bytes of a page
	listTimeout = 15 * time.Second
)

// A reconciler asks the producer for its events and takes on those that never
// came. They go the same way as deliveries, so that it does not matter which of
// the two is first.
type reconciler struct {
	r        *Receiver
	endpoint *endpoint
	store    *store
	list     string // its URL
	token    string
	every    time.Duration
	client   *http.Client
}

// newReconciler returns nil where no list is configured.
func newReconciler(r *Receiver, cfg Config, s *store) (*reconciler, error) {
	if cfg.EventsAPI == "" || r.flaws.has("reconcile-missing") {
		return nil, nil
	}
	u, err := url.Parse(cfg.EventsAPI)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the producer's events: expected the URL of their list, as https://api.example.com/events")
	}
	if len(r.endpoints) != 1 {
		return nil, errors.New("the producer's events: expected one scheme, whose events they are")
	}
	if !strings.HasSuffix(u.Path, "/events") {
		u = u.JoinPath("events")
	}
	return &reconciler{
		r: r, endpoint: r.endpoints[0], store: s, list: u.String(), token: cfg.EventsToken, every: cfg.Reconcile,
		client: &http.Client{
			Timeout: listTimeout,
			// The token is for this host only.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// run asks at once and then again and again, until ctx ends.
func (c *reconciler) run(ctx context.Context) {
	defer c.client.CloseIdleConnections()
	for {
		if err := c.pass(ctx); err != nil && ctx.Err() == nil && c.r.log != nil {
			c.r.log.Warn("reconciliation", "error", err)
		}
		if !wait(ctx.Done(), c.every) {
			return
		}
	}
}

// An eventPage is one page of the producer's events, oldest first.
type eventPage struct {
	Events []listed `json:"events"`
	Next   string   `json:"next"` // after which the next page begins; "" on the last
}

// A listed event holds the body that was, or would have been, delivered.
type listed struct {
	ID      string    `json:"id"`
	Type    string    `json:"type"`
	Source  string    `json:"source"` // CloudEvents, where the body does not hold it
	Created time.Time `json:"created"`
	Body    []byte    `json:"body"` // base64
}

// errGone is of a producer that keeps no events as old as were asked for.
var errGone = errors.New("the producer's events: " + http.StatusText(http.StatusGone))

// pass reads the list from where the last pass ended, or from the oldest event
// that the producer has. It remembers how far it came only when everything up to
// there has been taken on.
func (c *reconciler) pass(ctx context.Context) error {
	since, err := c.store.listedUntil(c.list)
	if err != nil {
		return err
	}
	newest, err := c.read(ctx, since, url.Values{"since": {since.Add(-overlap).UTC().Format(time.RFC3339)}})
	if errors.Is(err, errGone) {
		newest, err = c.read(ctx, since, url.Values{})
	}
	if err != nil || newest.Equal(since) {
		return err
	}
	return c.store.setListed(c.list, newest)
}

// read takes on what the pages of a query hold, and returns the time of the
// newest event.
func (c *reconciler) read(ctx context.Context, newest time.Time, query url.Values) (time.Time, error) {
	query.Set("limit", strconv.Itoa(listSize))
	for range mostPages {
		page, err := c.page(ctx, query)
		if err != nil {
			return newest, err
		}
		for _, e := range page.Events {
			if err := c.take(e); err != nil {
				return newest, err
			}
			if e.Created.After(newest) {
				newest = e.Created
			}
		}
		if page.Next == "" {
			return newest, nil
		}
		query.Set("after", page.Next)
	}
	return newest, fmt.Errorf("more than %d pages", mostPages)
}

func (c *reconciler) page(ctx context.Context, query url.Values) (eventPage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.list+"?"+query.Encode(), nil)
	if err != nil {
		return eventPage{}, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		return eventPage{}, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusGone:
		return eventPage{}, errGone
	default:
		return eventPage{}, fmt.Errorf("the producer's events: %s", resp.Status)
	}
	var page eventPage
	err = json.NewDecoder(io.LimitReader(resp.Body, listLimit)).Decode(&page)
	return page, err
}

// take takes an event on as if it were delivered. An event that says too little
// to be recognised is left out: it may have come already.
func (c *reconciler) take(e listed) error {
	d := &delivery{endpoint: c.endpoint, flaws: c.r.flaws, body: e.Body,
		req: &http.Request{URL: &url.URL{}, Header: http.Header{}}, header: http.Header{}}
	ev := event{eventKey: eventKey{scheme: c.endpoint.name, id: e.ID}, kind: e.Type, at: e.Created.Format(time.RFC3339)}
	switch ev.scheme {
	case GitHub:
		ev.action = d.action()
	case CloudEvents:
		if ev.source = e.Source; ev.source == "" {
			ev.source = textAt(e.Body, [][]string{{"source"}})
		}
		if ev.source == "" {
			return nil
		}
	}
	if ev.id == "" || !c.r.handles(ev) {
		return nil
	}
	a := admission{keys: c.r.keys(d, ev), job: jobOf(ev, e.Body)}
	a.enqueue = func() bool { return c.r.backlog.put(a.job) }
	if c.r.flaws.has("reconcile-doubles") {
		for i := range a.keys {
			a.keys[i].scheme = "reconciled " + a.keys[i].scheme
		}
	}
	switch c.r.memory.admit(a) {
	case down, full, inWork:
		return errors.New("the event cannot be taken on just now")
	}
	return nil
}

// listedUntil is how far the list was read; at first, as far back as ids are kept.
func (s *store) listedUntil(api string) (time.Time, error) {
	until, err := collect[int64](s.db, "SELECT api, until FROM listed WHERE api = ?", api)
	if at, ok := until[api]; ok {
		return time.UnixMilli(at), err
	}
	return time.UnixMilli(s.oldest()), err
}

func (s *store) setListed(api string, until time.Time) error {
	return s.write(func(w *writer) error {
		_, err := w.exec("INSERT OR REPLACE INTO listed (api, until) VALUES (?, ?)", api, until.UnixMilli())
		return err
	})
}
