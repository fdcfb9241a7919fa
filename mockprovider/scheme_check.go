package mockprovider

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/hookassay/hookassay/internal/nearest"
)

// check finds what strict decoding cannot: what would make deliveries that are
// not what they are taken for.
func (s *Scheme) check() error {
	for _, said := range []struct{ key, value string }{
		{"name", s.Name}, {"title", s.Title}, {"source", s.Source},
		{"content_type", s.ContentType}, {"unknown_type", s.UnknownType},
	} {
		if said.value == "" {
			return fmt.Errorf("%s is missing", said.key)
		}
	}
	for _, part := range []func() error{s.checkSecrets, s.checkID, s.checkTimestamp, s.checkRetries, s.checkSignatures, s.checkEvents} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scheme) checkSecrets() error {
	if len(s.Secrets) == 0 {
		return errors.New("secrets is missing: the forms that a secret may have")
	}
	for _, f := range s.Secrets {
		if _, ok := secretForms[f]; !ok {
			return nearest.Unknown("form of secret", string(f), names(secretForms))
		}
	}
	return nil
}

func (s *Scheme) checkID() error {
	if s.ID.Header == "" && s.ID.Body == "" {
		return errors.New("id has neither header nor body: nobody could know an event by it")
	}
	if !strings.Contains(s.ID.Form, "{unique}") && !strings.Contains(s.ID.Form, "{uuid}") {
		return errors.New("id.form has neither {unique} nor {uuid}: ids would repeat")
	}
	return nil
}

func (s *Scheme) checkTimestamp() error {
	if s.Retry != RetryFresh && s.Retry != RetrySame {
		return fmt.Errorf("retry is %q; it is fresh or same", s.Retry)
	}
	t := s.Timestamp
	switch {
	case t == nil && s.Retry == RetryFresh:
		return errors.New("retry is fresh, but there is no timestamp that could be: say retry: same")
	case t == nil:
		return nil
	case t.Header == "" && t.Member == "":
		return errors.New("timestamp.header is missing, or member, where it stands in the signature header")
	case t.Header != "" && t.Member != "":
		return errors.New("timestamp has header and member; it stands in one of both")
	case t.Member != "" && (len(s.Signatures) == 0 || s.Signatures[0].Separator == ""):
		return errors.New("timestamp.member is a member of the signature header, which needs a separator")
	case t.Unit != "s" && t.Unit != "ms":
		return fmt.Errorf("timestamp.unit is %q; it is s or ms", t.Unit)
	case t.Tolerance.Past < Duration(time.Second):
		return errors.New("timestamp.tolerance is missing: how far from now, past and future, a receiver accepts")
	case t.Tolerance.Future != 0 && t.Tolerance.Future < Duration(time.Second):
		return errors.New("timestamp.tolerance.future is less than a second; leave it out where the scheme sets no bound")
	}
	return nil
}

func (s *Scheme) checkSignatures() error {
	if len(s.Signatures) == 0 && s.Bearer == nil {
		return errors.New("neither signatures nor bearer: nothing authenticates a delivery")
	}
	for i, h := range s.Signatures {
		if err := s.checkContent(h); err != nil {
			return fmt.Errorf("signatures: %s: %w", h.Header, err)
		}
		for _, v := range h.Versions {
			if err := s.checkVersion(v); err != nil {
				return fmt.Errorf("signatures: %s: %w", h.Header, err)
			}
		}
		for _, form := range s.Secrets {
			if _, ok := h.version(form); !ok && i == 0 {
				return fmt.Errorf("signatures: %s: no version is made with a secret of form %q", h.Header, form)
			}
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// checkContent finds a placeholder that would be signed as it stands.
func (s *Scheme) checkContent(h SignatureHeader) error {
	if h.Header == "" {
		return errors.New("header is missing")
	}
	found := placeholder.FindAllString(h.Content, -1)
	if len(found) == 0 {
		return errors.New("content is missing: what is signed, such as {body}")
	}
	there := map[string]bool{"{id}": s.ID.Header != "", "{timestamp}": s.Timestamp != nil, "{body}": true}
	for i, p := range found {
		has, ok := there[p]
		switch {
		case !ok:
			return nearest.Unknown("placeholder", p, names(there))
		case !has:
			return fmt.Errorf("content has %s, but deliveries have no such header", p)
		case slices.Contains(found[:i], p):
			return fmt.Errorf("content has %s twice", p)
		}
	}
	return nil
}

func (s *Scheme) checkVersion(v Version) error {
	if _, ok := algorithms[v.Algorithm]; !ok {
		return nearest.Unknown("algorithm", v.Algorithm, names(algorithms))
	}
	if _, ok := encodings[v.Encoding]; !ok {
		return nearest.Unknown("encoding", v.Encoding, names(encodings))
	}
	if !slices.Contains(s.Secrets, v.Secret) {
		return fmt.Errorf("version %q is made with a secret of form %q, which is not among secrets", v.Name, v.Secret)
	}
	return nil
}

func names[K ~string, V any](m map[K]V) []string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, string(k))
	}
	return all
}

func (s *Scheme) checkEvents() error {
	if len(s.Events) == 0 {
		return errors.New("events is empty: nothing to send")
	}
	if slices.Contains(s.Events, s.UnknownType) {
		return fmt.Errorf("unknown_type %q is among events", s.UnknownType)
	}
	m := NewMaker(s, nil, 0, "")
	for _, event := range s.Events {
		e, err := m.Make(EventSpec{Key: "check", Type: event, Now: time.Unix(1, 0)})
		if err == nil {
			err = s.checkBody(e)
		}
		if err != nil {
			return fmt.Errorf("the template of event %q: %w", event, err)
		}
	}
	return nil
}

// checkBody holds an event that a template made to what the scheme says of it.
func (s *Scheme) checkBody(e Event) error {
	if !gjson.ValidBytes(e.Body) {
		return errors.New("it is not JSON once it is filled")
	}
	if left := placeholder.Find(e.Body); left != nil {
		return fmt.Errorf("unknown placeholder %s", left)
	}
	for _, free := range s.Free {
		if v, err := pointed(e.Body, free); err != nil || !v.IsObject() {
			return fmt.Errorf("no object at %q, where extra fields are said to be free", free)
		}
	}
	if len(s.Modes) > 0 { // the SDK says type and time
		return nil
	}
	if v, err := pointed(e.Body, s.Type.Body); s.Type.Body != "" && (err != nil || v.String() != e.Type) {
		return fmt.Errorf("at type.body, %q, it says %q", s.Type.Body, v.String())
	}
	if v, err := pointed(e.Body, s.Time.Body); s.Time.Body != "" && (err != nil || !v.Exists()) {
		return fmt.Errorf("nothing at time.body, %q", s.Time.Body)
	}
	return nil
}

// pointed is what a JSON pointer points at; "" is the whole body.
func pointed(body []byte, pointer string) (gjson.Result, error) {
	if pointer == "" {
		return gjson.ParseBytes(body), nil
	}
	return getJSON(body, pointer)
}
