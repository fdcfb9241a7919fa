package target

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

// credential is the kind of what only its name says to be secret. An answer
// that shows it is no leak of the receiver's secret.
const credential = "credential"

// secretName finds the headers and query parameters whose values are kept out
// of everything that is written down, though they were given in clear.
var secretName = regexp.MustCompile(`(?i)token|secret|key|passw|(^|[-_.])sig(nature)?$|^(proxy-)?authorization$|^cookie$`)

// minSecret is the shortest value that can be kept out of a transcript without
// making it unreadable.
const minSecret = minSecretHeader

// Sensitive lists what must not be written down.
func (t *Target) Sensitive() []mockprovider.Sensitive {
	all := credentialsIn(t.URL)
	secrets := t.secrets()
	for _, slot := range slices.Sorted(maps.Keys(secrets)) {
		all = append(all, secrets[slot].Secret.Sensitive(slot)...)
	}
	for _, h := range t.Headers {
		switch {
		case h.Secret:
			all = append(all, mockprovider.SensitiveText(h.Name, h.Value)...)
		case secretName.MatchString(h.Name):
			_, bare, _ := strings.Cut(h.Value, " ") // behind "Bearer" (RFC 9110 section 11.6.2)
			all = append(all, credentials(h.Name, h.Value, bare)...)
		}
	}
	if t.Process != nil {
		all = append(all, t.Process.settings.Sensitive...)
	}
	if t.EventsAPI != nil {
		all = append(all, credentials("events token", t.EventsAPI.Token())...)
	}
	if t.State != nil {
		if h, ok := t.State.Probe.(*HTTPState); ok {
			if u, err := url.Parse(h.URL); err == nil {
				all = append(all, credentialsIn(u)...)
			}
		}
	}
	for _, p := range t.Probes {
		if n, ok := p.(named); ok {
			p = n.Probe
		}
		if hides, ok := p.(interface {
			Sensitive() []mockprovider.Sensitive
		}); ok {
			all = append(all, hides.Sensitive()...)
		}
		if h, ok := p.(*HTTP); ok {
			if u, err := url.Parse(h.URL); err == nil {
				all = append(all, credentialsIn(u)...)
			}
		}
	}
	return all
}

// current is the place of the receiver's secret.
const current = "current"

// credentialsIn lists the query's parameters whose names say that they are
// secret, as they were written and as they are read.
func credentialsIn(u *url.URL) []mockprovider.Sensitive {
	var all []mockprovider.Sensitive
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if read, err := url.QueryUnescape(name); err == nil {
			name = read
		}
		if !secretName.MatchString(name) {
			continue
		}
		read, err := url.QueryUnescape(value)
		if err != nil {
			read = value
		}
		all = append(all, credentials(name, value, read)...)
	}
	return all
}

func credentials(place string, values ...string) []mockprovider.Sensitive {
	var all []mockprovider.Sensitive
	for _, v := range values {
		if len(v) < minSecret {
			continue
		}
		for _, s := range mockprovider.SensitiveText(place, v) {
			s.Kind = credential
			all = append(all, s)
		}
	}
	return all
}

// Redactor takes what is sensitive out of everything that comes from outside:
// answers, errors, URLs.
func (t *Target) Redactor() *transcript.Redactor { return transcript.NewRedactor(t.Sensitive()) }

// minOwn is the shortest secret of the receiver that is looked for in our own
// sentences and commands. A shorter one is a word such as "secret": it stands
// there anyway, and taking it out would leave neither readable.
const minOwn = 12

// OwnRedactor takes what is sensitive out of sentences and commands of ours.
func (t *Target) OwnRedactor() *transcript.Redactor {
	secrets := t.secrets()
	return transcript.NewRedactor(slices.DeleteFunc(t.Sensitive(), func(s mockprovider.Sensitive) bool {
		own, ok := secrets[s.Place]
		return ok && s.Kind == "secret" && len(own.Secret.Key) < minOwn
	}))
}
