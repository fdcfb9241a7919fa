package target

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// NoRateLimit is what AskRate returns for a receiver that grants any rate.
const NoRateLimit = -1

// AskRate asks the target for permission to send so many requests a minute, by
// CloudEvents' validation request
// (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection):
// one OPTIONS. It returns how many a minute are granted, or NoRateLimit.
//
// An error says why there is no permission. Statuses count for nothing; only
// the origin and a rate that are granted do. Permission that comes later, by a
// call of the receiver's, is not waited for: no address for it is given.
func (t *Target) AskRate(ctx context.Context, perMinute int) (int, error) {
	if t.Origin == "" {
		return 0, errors.New("there is no origin to ask permission for")
	}
	m := wire.Message{Method: http.MethodOptions, Target: t.URL.RequestURI(), Fields: []wire.Field{
		{Name: "Host", Value: t.URL.Host},
		{Name: "WebHook-Request-Origin", Value: t.Origin},
		{Name: "WebHook-Request-Rate", Value: strconv.Itoa(perMinute)},
	}}
	for _, h := range t.Headers {
		m.Fields = append(m.Fields, wire.Field{Name: h.Name, Value: h.Value})
	}
	res := t.Client().Do(ctx, m.Request())
	if res.Status == 0 {
		return 0, fmt.Errorf("%s did not answer OPTIONS: %s (%s)", t.URL.Host, res.Outcome, res.Detail)
	}
	granted, err := t.grantedRate(res.Header)
	if err != nil {
		return 0, fmt.Errorf("%s answered OPTIONS with %d, and %w", t.URL.Host, res.Status, err)
	}
	return granted, nil
}

// grantedRate reads a validation response (sections 4.2.1 and 4.2.2).
func (t *Target) grantedRate(h http.Header) (int, error) {
	origin, err := t.sole(h, "WebHook-Allowed-Origin")
	switch {
	case err != nil:
		return 0, err
	case origin == "":
		return 0, errors.New("without WebHook-Allowed-Origin, which is no permission")
	case origin != "*" && !strings.EqualFold(origin, t.Origin):
		return 0, fmt.Errorf("allows the origin %s, not %s", t.quoted(origin), t.Origin)
	}
	rate, err := t.sole(h, "WebHook-Allowed-Rate")
	switch {
	case err != nil:
		return 0, err
	case rate == "":
		return 0, errors.New("allows the origin, but no rate: WebHook-Allowed-Rate is missing")
	case rate == "*":
		return NoRateLimit, nil
	}
	n, ok := positive(rate)
	if !ok {
		return 0, fmt.Errorf("its WebHook-Allowed-Rate is %s: neither a positive number nor *", t.quoted(rate))
	}
	return n, nil
}

// sole is a header's value; none is "", and of several nobody knows which counts.
func (t *Target) sole(h http.Header, name string) (string, error) {
	values := h.Values(name)
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return strings.TrimSpace(values[0]), nil
	}
	return "", fmt.Errorf("gives %d values of %s", len(values), name)
}

// quoted shows what the receiver wrote: short, in one line and without secrets.
func (t *Target) quoted(text string) string {
	const most = 60
	runes := []rune(t.Redactor().Text(text))
	if len(runes) > most {
		return strconv.Quote(string(runes[:most]) + "…")
	}
	return strconv.Quote(string(runes))
}

// positive reads a number greater than zero. A longer one than anybody could
// send is as good as the largest.
func positive(text string) (int, bool) {
	const largest = 1_000_000_000
	if text == "" || strings.Trim(text, "0123456789") != "" || strings.Trim(text, "0") == "" {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > largest {
		n = largest
	}
	return n, true
}
