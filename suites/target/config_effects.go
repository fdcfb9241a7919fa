package target

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/hookassay/hookassay/internal/strictyaml"
)

// Effects says how effects are seen, by the probes' names. In the file a single
// one needs no name: it is called "effects".
type Effects map[string]EffectConfig

// onlyEffect is the name of a probe that was given none.
const onlyEffect = "effects"

// EffectConfig is one probe: exactly one of its kinds.
type EffectConfig struct {
	Callback *CallbackConfig `yaml:"callback"`
	HTTP     *HTTPConfig     `yaml:"http"`
	SQL      *SQLConfig      `yaml:"sql"`
	Exec     *ExecConfig     `yaml:"exec"`
	Log      *LogConfig      `yaml:"log"`
}

// CallbackConfig is a listener of ours; see NewCallback.
type CallbackConfig struct {
	Listen string `yaml:"listen"` // host:port
	Token  EnvRef `yaml:"token"`
}

// HTTPConfig is a URL of the receiver; see NewHTTP. Count ("$.count") and
// Pointer ("/count") are two ways to write one thing.
type HTTPConfig struct {
	URL     string `yaml:"url"`
	Count   string `yaml:"count"`
	Pointer string `yaml:"pointer"`
}

// Shape tells one probe from several named ones: those hold a kind of probe each,
// so that a probe may have the name of a kind.
func (Effects) Shape(node ast.Node) reflect.Type {
	entries, _ := strictyaml.Entries(node)
	for _, e := range entries {
		inner, _ := strictyaml.Entries(e.Value)
		if slices.ContainsFunc(inner, func(in *ast.MappingValueNode) bool { return isProbeKind(in.Key) }) {
			return reflect.TypeFor[map[string]EffectConfig]()
		}
	}
	if slices.ContainsFunc(entries, func(e *ast.MappingValueNode) bool { return isProbeKind(e.Key) }) {
		return reflect.TypeFor[EffectConfig]()
	}
	return reflect.TypeFor[map[string]EffectConfig]()
}

// isProbeKind reports whether a key is one of a probe's.
func isProbeKind(key ast.Node) bool {
	name, _ := strictyaml.Scalar(key)
	for f := range reflect.TypeFor[EffectConfig]().Fields() {
		if strictyaml.KeyOf(f) == name {
			return true
		}
	}
	return false
}

// UnmarshalYAML reads one probe or several named ones.
func (e *Effects) UnmarshalYAML(node ast.Node) error {
	if e.Shape(node) == reflect.TypeFor[EffectConfig]() {
		var one EffectConfig
		err := yaml.NodeToValue(node, &one, yaml.Strict())
		*e = Effects{onlyEffect: one}
		return err
	}
	return yaml.NodeToValue(node, (*map[string]EffectConfig)(e), yaml.Strict())
}

var effectName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

func (c Config) checkEffects() error {
	for _, name := range slices.Sorted(maps.Keys(c.Effects)) {
		err := c.Effects[name].check()
		if !effectName.MatchString(name) {
			err = fmt.Errorf("%q is no name of an effect: up to 64 letters, digits, - and _", name)
		}
		if err != nil {
			return c.at("effects."+name, err)
		}
	}
	return nil
}

// kinds lists the kinds that were given, by key.
func (e EffectConfig) kinds() (names []string, first interface{ check() error }) {
	for _, k := range []struct {
		name  string
		given bool
		kind  interface{ check() error }
	}{
		{"callback", e.Callback != nil, e.Callback},
		{"http", e.HTTP != nil, e.HTTP},
		{"sql", e.SQL != nil, e.SQL},
		{"exec", e.Exec != nil, e.Exec},
		{"log", e.Log != nil, e.Log},
	} {
		if k.given && first == nil {
			first = k.kind
		}
		if k.given {
			names = append(names, k.name)
		}
	}
	return names, first
}

func (e EffectConfig) check() error {
	names, kind := e.kinds()
	switch {
	case len(names) > 1:
		return fmt.Errorf("both %s and %s: give each a name, as in effects: {ledger: {http: …}, mail: {callback: …}}", names[0], names[1])
	case len(names) == 0:
		return errors.New("an effect has callback, http, sql, exec or log")
	}
	return kind.check()
}

func (b CallbackConfig) check() error {
	host, _, err := net.SplitHostPort(b.Listen)
	if err != nil {
		return fmt.Errorf("callback: listen is %q; write host:port, such as 127.0.0.1:9400", b.Listen)
	}
	if b.Token.Env != "" {
		return checkEnvName(b.Token.Env)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("callback: whoever reaches %s could invent effects: give a token, as in token: {env: CALLBACK_TOKEN}", b.Listen)
	}
	return nil
}

func (h HTTPConfig) check() error {
	switch {
	case h.URL == "":
		return errors.New("http: url is missing")
	case h.Count != "" && h.Pointer != "":
		return errors.New("http: count and pointer say the same thing: give one")
	case h.Count != "" && !strings.HasPrefix(h.Count, "$."):
		return fmt.Errorf("http: count is %q; it begins with $., such as $.count", h.Count)
	}
	if u, err := url.Parse(h.URL); err == nil && u.User != nil {
		return errors.New("http: a user in the URL would reach reports")
	}
	p, err := NewHTTP(h.URL, h.place())
	if err == nil {
		err = p.Close()
	}
	return err
}

func (h HTTPConfig) place() string { return h.Count + h.Pointer }

// probes opens the probes, in their names' order. Close ends all of them.
func (c Config) probes() (list []Probe, closeAll func() error, err error) {
	var open []io.Closer
	closeAll = func() error {
		var all []error
		for _, p := range open {
			all = append(all, p.Close())
		}
		return errors.Join(all...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Effects)) {
		p, err := c.probe("effects."+name, c.Effects[name])
		if err != nil {
			return nil, nil, errors.Join(c.at("effects."+name, err), closeAll())
		}
		open = append(open, p)
		list = append(list, Named(name, p))
	}
	return list, closeAll, nil
}

type closingProbe interface {
	Probe
	io.Closer
}

func (c Config) probe(key string, e EffectConfig) (closingProbe, error) {
	switch {
	case e.HTTP != nil:
		return NewHTTP(e.HTTP.URL, e.HTTP.place())
	case e.SQL != nil:
		return c.sql(key, *e.SQL)
	case e.Exec != nil:
		return NewExec(e.Exec.Command, c.dir)
	case e.Log != nil:
		return NewLog(c.file(key, e.Log.File), e.Log.Pattern)
	}
	token := ""
	if name := e.Callback.Token.Env; name != "" {
		var err error
		if token, err = c.readEnv(name, "the token that callers send"); err != nil {
			return nil, err
		}
	}
	return NewCallback(e.Callback.Listen, token)
}
