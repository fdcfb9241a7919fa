package target

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"golang.org/x/net/http/httpguts"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
)

// HeaderValue is a header's value, or the environment variable that holds it
// and makes it secret.
type HeaderValue struct {
	Text string
	Env  string
}

// Shape tells the two ways of writing it apart.
func (HeaderValue) Shape(node ast.Node) reflect.Type {
	if _, ok := strictyaml.Entries(node); ok {
		return reflect.TypeFor[EnvRef]()
	}
	return reflect.TypeFor[string]()
}

// UnmarshalYAML reads a text or {env: NAME}.
func (v *HeaderValue) UnmarshalYAML(node ast.Node) (err error) {
	if _, ok := strictyaml.Entries(node); !ok {
		v.Text, err = strictyaml.Scalar(node)
		return err
	}
	var ref EnvRef
	err = yaml.NodeToValue(node, &ref, yaml.Strict())
	v.Env = ref.Env
	return err
}

// framing headers are hookassay's own to write: they are what it tests with.
var framing = []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade", "Expect"}

func checkHeader(name string, v HeaderValue) error {
	same := func(other string) bool { return strings.EqualFold(other, name) }
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return fmt.Errorf("%q is no name of a header (RFC 9110 section 5.1)", name)
	case slices.ContainsFunc(framing, same):
		return fmt.Errorf("%s is written by hookassay itself", name)
	case v.Env == "" && v.Text == "":
		return fmt.Errorf("header %s has no value", name)
	case v.Env != "":
		return checkEnvName(v.Env)
	}
	return checkHeaderText(v.Text)
}

func checkHeaderText(text string) error {
	if !httpguts.ValidHeaderFieldValue(text) || strings.TrimSpace(text) != text {
		return errors.New("a header's value has no line breaks and no white space around it (RFC 9110 section 5.5)")
	}
	return nil
}

func (c Config) checkHeaders() error {
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(c.Receiver.Headers)) {
		key := "target.headers." + name
		if err := checkHeader(name, c.Receiver.Headers[name]); err != nil {
			return c.at(key, err)
		}
		if seen[strings.ToLower(name)] {
			return c.at(key, fmt.Errorf("header %s is given twice", name))
		}
		seen[strings.ToLower(name)] = true
	}
	return nil
}

// minSecretHeader is the shortest value that can be kept out of a transcript
// without making it unreadable.
const minSecretHeader = 4

// headers reads the values, in the names' order.
func (c Config) headers(scheme *mockprovider.Scheme) ([]Header, error) {
	var all []Header
	for _, name := range slices.Sorted(maps.Keys(c.Receiver.Headers)) {
		v, key := c.Receiver.Headers[name], "target.headers."+name
		if slices.ContainsFunc(schemeHeaders(scheme), func(own string) bool { return strings.EqualFold(own, name) }) {
			return nil, c.at(key, fmt.Errorf("header %s belongs to %s, which writes it itself", name, scheme.Name))
		}
		if v.Env == "" {
			all = append(all, Header{Name: name, Value: v.Text})
			continue
		}
		text, err := c.readEnv(v.Env, "the value of header "+name)
		if err == nil {
			err = checkHeaderText(text)
		}
		if err == nil && len(text) < minSecretHeader {
			err = fmt.Errorf("environment variable %s has fewer than %d characters: too short to be kept secret", v.Env, minSecretHeader)
		}
		if err != nil {
			return nil, c.at(key, err)
		}
		all = append(all, Header{Name: name, Value: text, Secret: true})
	}
	return all, nil
}

// schemeHeaders are the names of the headers that a scheme's deliveries have.
func schemeHeaders(s *mockprovider.Scheme) []string {
	names := []string{"Content-Type", "WebHook-Request-Origin", s.ID.Header, s.Type.Header, s.Time.Header}
	if s.Timestamp != nil {
		names = append(names, s.Timestamp.Header)
	}
	if s.Bearer != nil {
		names = append(names, s.Bearer.Header)
	}
	for _, h := range s.Signatures {
		names = append(names, h.Header)
	}
	for _, h := range s.Headers {
		names = append(names, h.Name)
	}
	return names
}
