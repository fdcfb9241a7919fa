package receiver

import "net/http"

// A scheme knows how one family of deliveries is signed and what it carries.
// Where a method returns an answer, nil means that there is nothing to refuse.
type scheme interface {
	// credential is the signature or credential as sent, "" if there is none.
	credential(*delivery) string
	// envelope refuses headers that cannot be verified at all.
	envelope(*delivery) *answer
	verify(*delivery) *answer
	age(*delivery) *answer
	event(*delivery) (event, *answer)
}

// An event is what a delivery carries, as far as the receiver cares.
type event struct {
	eventKey
	kind   string
	action string // GitHub: what happened to the thing that kind names
	at     string // when it happened (RFC 3339), if it says so
}

// An eventKey is the identity of an event: two deliveries with the same key
// carry the same event.
type eventKey struct{ scheme, source, id string }

// An endpoint is a scheme with its configuration.
type endpoint struct {
	scheme
	name             string
	secrets          []string
	credentialHeader string   // the header that carries the signature or credential
	once             []string // headers that may have one line only (RFC 9110 section 5.3)
}

type maker struct {
	name string
	make func(secrets []string, cfg Config, flaws flawSet) (*endpoint, error)
}

// makers lists the schemes in the order in which a delivery is tried on them.
var makers = []maker{
	{StandardWebhooks, newStandard},
	{GitHub, newGitHub},
	{Stripe, newStripe},
	{CloudEvents, newCloudEvents},
}

func schemeNames() []string {
	var names []string
	for _, m := range makers {
		names = append(names, m.name)
	}
	return names
}

// endpointFor decides which endpoint a request is for: the only one there is,
// or the one of the scheme its headers belong to. It returns nil when that
// scheme has no secret, or when the headers belong to none.
func (r *Receiver) endpointFor(req *http.Request) *endpoint {
	if len(r.endpoints) == 1 {
		return r.endpoints[0]
	}
	name := schemeOf(req)
	for _, e := range r.endpoints {
		if e.name == name {
			return e
		}
	}
	return nil
}

func schemeOf(req *http.Request) string {
	for _, mark := range []struct {
		scheme string
		has    func(*http.Request) bool
	}{
		{StandardWebhooks, hasStandardHeaders},
		{GitHub, hasGitHubHeaders},
		{Stripe, hasStripeHeaders},
		{CloudEvents, hasCloudEventsHeaders},
	} {
		if mark.has(req) {
			return mark.scheme
		}
	}
	return ""
}

func hasAny(h http.Header, names ...string) bool {
	for _, name := range names {
		if _, ok := h[name]; ok {
			return true
		}
	}
	return false
}
