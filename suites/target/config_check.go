package target

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

const (
	maxWait        = 10 * time.Minute
	maxTolerance   = 7 * 24 * time.Hour
	maxConcurrency = 256
)

// check finds what is wrong with the values that are there, without reading
// the environment or files. What is missing is Target's to say.
func (c Config) check() error {
	r, l, w := c.Receiver, c.Limits, c.Timeouts
	_, urlErr := parseURL(r.URL)
	_, schemeErr := mockprovider.FindScheme(c.scheme())
	for _, v := range []struct {
		key   string
		value any
		err   error
	}{
		{"target.url", r.URL, urlErr},
		{"target.scheme", r.Scheme, schemeErr},
		{"target.tolerance.past", r.Tolerance.Past, between(r.Tolerance.Past, time.Second, maxTolerance)},
		{"target.tolerance.future", r.Tolerance.Future, between(r.Tolerance.Future, time.Second, maxTolerance)},
		{"target.rejects", r.Rejects, CheckRejects(r.Rejects)},
		{"target.dedupe", r.Dedupe, oneOf("way to dedupe", r.Dedupe, DedupeByEvent, DedupeByBusiness)},
		{"target.origin", r.Origin, checkHeaderText(r.Origin)},
		{"target.resolve", r.Resolve, checkResolve(r.Resolve)},
		{"limits.risk", l.Risk, oneOf("risk", l.Risk, scenarios.Risks...)},
		{"limits.requests", l.Requests, atLeastOne(l.Requests, 0)},
		{"limits.concurrency", l.Concurrency, atLeastOne(l.Concurrency, maxConcurrency)},
		{"timeouts.answer", w.Answer, between(w.Answer, time.Millisecond, maxWait)},
		{"timeouts.effect", w.Effect, between(w.Effect, time.Millisecond, maxWait)},
		{"profile", c.Profile, checkProfile(c.Profile)},
	} {
		if v.err != nil && (c.has(v.key) || !reflect.ValueOf(v.value).IsZero()) {
			return c.at(v.key, v.err)
		}
	}
	for _, more := range []func() error{c.checkSecrets, c.checkHeaders, c.checkEffects, c.checkEvents, c.checkProcess, c.checkState} {
		if err := more(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkSecrets() error {
	for _, s := range c.Receiver.Secrets.slots() {
		if err := s.ref.check(); err != nil && (c.has(s.key()) || s.ref != SecretRef{}) {
			return c.at(s.key(), err)
		}
	}
	return nil
}

// has tells a zero that was given from one that was not.
func (c Config) has(key string) bool { return c.places[key] != "" }

func oneOf[T ~string](kind string, name T, valid ...T) error {
	if slices.Contains(valid, name) {
		return nil
	}
	names := make([]string, len(valid))
	for i, v := range valid {
		names[i] = string(v)
	}
	return nearest.Unknown(kind, string(name), names)
}

func checkProfile(name string) error {
	_, err := scenarios.FindProfile(name)
	return err
}

func between(d mockprovider.Duration, least, most time.Duration) error {
	if v := time.Duration(d); v < least || v > most {
		return fmt.Errorf("%s is not between %s and %s", v, least, most)
	}
	return nil
}

// atLeastOne checks a count; most 0 is no upper bound.
func atLeastOne(n, most int) error {
	switch {
	case most > 0 && (n < 1 || n > most):
		return fmt.Errorf("%d is not between 1 and %d", n, most)
	case n < 1:
		return fmt.Errorf("%d is not at least 1", n)
	}
	return nil
}

func checkResolve(text string) error {
	if a, err := netip.ParseAddrPort(text); err != nil || a.Port() == 0 {
		return fmt.Errorf("resolve is %q; write the address to connect to, such as 192.0.2.7:443", text)
	}
	return nil
}
