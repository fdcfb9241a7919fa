package target

import (
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// Overrides are the command's flags; each goes before the file. The zero value
// of each is a flag that was not given.
type Overrides struct {
	URL             string            // --target
	Scheme          string            // --scheme
	SecretEnv       string            // --secret-env, name of a variable
	SecretFile      string            // --secret-file
	PreviousSecret  string            // --previous-secret, env:NAME or file:PATH, like the next two
	RevokedSecret   string            // --revoked-secret
	OtherSecret     string            // --other-secret
	TolerancePast   time.Duration     // --tolerance-past
	ToleranceFuture time.Duration     // --tolerance-future
	Rejects         string            // --rejects
	Dedupe          string            // --dedupe
	BehindProxy     *bool             // --behind-proxy
	Origin          string            // --origin
	Headers         map[string]string // --header NAME=VALUE; a value "env:NAME" is read from there and kept secret
	CA              string            // --ca
	Resolve         string            // --resolve IP:PORT

	EffectsHTTP      string // --effects-http URL; like the next two, instead of the file's effects
	EffectsPointer   string // --effects-pointer, belongs to EffectsHTTP; "$.count" or "/count"
	EffectsCallback  string // --effects-callback HOST:PORT
	CallbackTokenEnv string // --callback-token-env, belongs to EffectsCallback

	EventsFiles   string            // --events PATTERN
	EventsID      string            // --events-id
	EventsType    string            // --events-type
	EventsSet     map[string]string // --events-set POINTER=TEXT
	EventsFree    []string          // --events-free
	EventsHandled []string          // --events-handled

	Consent       string // --consent HOST
	MaxRisk       string // --max-risk
	Requests      int    // --requests, in the whole run
	Rate          string // --rate, such as "10/s"
	Concurrency   int    // --concurrency
	DedicatedEdge *bool  // --dedicated-edge

	AnswerTimeout time.Duration // --answer-timeout
	EffectTimeout time.Duration // --effect-timeout
	Wait          time.Duration // --wait, for a receiver that is being started
	Profile       string        // --profile

	NoExec bool // --no-exec: a configuration that runs commands is refused
}

// contradiction finds flags that cannot both be meant.
func (o Overrides) contradiction() error {
	switch {
	case o.SecretEnv != "" && o.SecretFile != "":
		return errors.New("--secret-env and --secret-file both name the secret: give one")
	case o.EffectsHTTP != "" && o.EffectsCallback != "":
		return errors.New("--effects-http and --effects-callback both say how effects are seen: give one, or name both in the file")
	case o.EffectsPointer != "" && o.EffectsHTTP == "":
		return errors.New("--effects-pointer says where in the answer of --effects-http the count stands: give that too")
	case o.CallbackTokenEnv != "" && o.EffectsCallback == "":
		return errors.New("--callback-token-env belongs to --effects-callback: give that too")
	}
	return nil
}

// With returns the configuration with the flags in it.
func (c Config) With(o Overrides) (Config, error) {
	if err := o.contradiction(); err != nil {
		return c, err
	}
	places := map[string]string{}
	maps.Copy(places, c.places)
	c.places = places
	c.overrideReceiver(o)
	if err := c.overrideSecrets(o); err != nil {
		return c, err
	}
	c.overrideEffects(o)
	c.overrideEvents(o)
	if err := c.overrideLimits(o); err != nil {
		return c, err
	}
	override(&c, &c.Profile, o.Profile, "profile", "--profile")
	if err := c.check(); err != nil || !o.NoExec {
		return c, err
	}
	return c, c.refuseCommands()
}

// override sets a field to what a flag says, and notes which flag it was.
func override[T comparable](c *Config, field *T, value T, key, flag string) {
	var notGiven T
	if value == notGiven {
		return
	}
	*field = value
	c.flag(key, flag)
}

// flag notes that a key and what stands below it came from a flag.
func (c *Config) flag(key, flag string) {
	maps.DeleteFunc(c.places, func(k, _ string) bool { return strings.HasPrefix(k, key+".") })
	c.places[key] = flag
}

func (c *Config) overrideReceiver(o Overrides) {
	r := &c.Receiver
	override(c, &r.URL, o.URL, "target.url", "--target")
	override(c, &r.Scheme, o.Scheme, "target.scheme", "--scheme")
	override(c, &r.Secrets.Current, SecretRef{Env: o.SecretEnv}, "target.secrets.current", "--secret-env")
	override(c, &r.Secrets.Current, SecretRef{File: o.SecretFile}, "target.secrets.current", "--secret-file")
	override(c, &r.Tolerance.Past, mockprovider.Duration(o.TolerancePast), "target.tolerance.past", "--tolerance-past")
	override(c, &r.Tolerance.Future, mockprovider.Duration(o.ToleranceFuture), "target.tolerance.future", "--tolerance-future")
	override(c, &r.Rejects, o.Rejects, "target.rejects", "--rejects")
	override(c, &r.Dedupe, o.Dedupe, "target.dedupe", "--dedupe")
	if o.BehindProxy != nil {
		r.BehindProxy = *o.BehindProxy
	}
	override(c, &r.Origin, o.Origin, "target.origin", "--origin")
	override(c, &r.CA, o.CA, "target.ca", "--ca")
	override(c, &r.Resolve, o.Resolve, "target.resolve", "--resolve")
	c.overrideHeaders(o.Headers)
}

// overrideSecrets names the secrets beside the current one.
func (c *Config) overrideSecrets(o Overrides) error {
	s := &c.Receiver.Secrets
	for _, given := range []struct {
		field     *SecretRef
		text      string
		key, flag string
	}{
		{&s.Previous, o.PreviousSecret, "target.secrets.previous", "--previous-secret"},
		{&s.Revoked, o.RevokedSecret, "target.secrets.revoked", "--revoked-secret"},
		{&s.Other, o.OtherSecret, "target.secrets.other", "--other-secret"},
	} {
		if given.text == "" {
			continue
		}
		c.flag(given.key, given.flag)
		ref, err := ParseSecretRef(given.text)
		if err != nil {
			return c.at(given.key, err)
		}
		*given.field = ref
	}
	return nil
}

// overrideHeaders adds headers to those of the file.
func (c *Config) overrideHeaders(headers map[string]string) {
	all := map[string]HeaderValue{}
	maps.Copy(all, c.Receiver.Headers)
	for name, text := range headers {
		maps.DeleteFunc(all, func(other string, _ HeaderValue) bool { return strings.EqualFold(other, name) })
		all[name] = HeaderValue{Text: text}
		if env, ok := strings.CutPrefix(text, "env:"); ok {
			all[name] = HeaderValue{Env: env}
		}
		c.flag("target.headers."+name, "--header")
	}
	c.Receiver.Headers = all
}

func (c *Config) overrideEffects(o Overrides) {
	one := EffectConfig{}
	switch {
	case o.EffectsHTTP != "":
		one.HTTP = &HTTPConfig{URL: o.EffectsHTTP, Pointer: o.EffectsPointer}
		c.flag("effects", "--effects-http")
	case o.EffectsCallback != "":
		one.Callback = &CallbackConfig{Listen: o.EffectsCallback, Token: EnvRef{o.CallbackTokenEnv}}
		c.flag("effects", "--effects-callback")
	default:
		return
	}
	c.Effects = Effects{onlyEffect: one}
}

func (c *Config) overrideEvents(o Overrides) {
	e := &c.Events
	override(c, &e.Files, o.EventsFiles, "events.files", "--events")
	override(c, &e.ID, o.EventsID, "events.id", "--events-id")
	override(c, &e.Type, o.EventsType, "events.type", "--events-type")
	if len(o.EventsSet) > 0 {
		e.Set = o.EventsSet
		c.flag("events.set", "--events-set")
	}
	if len(o.EventsFree) > 0 {
		e.Free = o.EventsFree
		c.flag("events.free", "--events-free")
	}
	if len(o.EventsHandled) > 0 {
		e.Handled = o.EventsHandled
		c.flag("events.handled", "--events-handled")
	}
}

func (c *Config) overrideLimits(o Overrides) error {
	l, w := &c.Limits, &c.Timeouts
	override(c, &l.Consent, o.Consent, "limits.consent", "--consent")
	override(c, &l.Risk, scenarios.Risk(o.MaxRisk), "limits.risk", "--max-risk")
	override(c, &l.Requests, o.Requests, "limits.requests", "--requests")
	override(c, &l.Concurrency, o.Concurrency, "limits.concurrency", "--concurrency")
	override(c, &w.Answer, mockprovider.Duration(o.AnswerTimeout), "timeouts.answer", "--answer-timeout")
	override(c, &w.Effect, mockprovider.Duration(o.EffectTimeout), "timeouts.effect", "--effect-timeout")
	if o.DedicatedEdge != nil {
		l.DedicatedEdge = *o.DedicatedEdge
	}
	if o.Rate == "" {
		return nil
	}
	c.flag("limits.rate", "--rate")
	rate, err := scenarios.ParseRate(o.Rate)
	l.Rate = rate
	return c.at("limits.rate", err)
}
