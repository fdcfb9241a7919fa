package target

import (
	"os"
	"path/filepath"

	"github.com/hookassay/hookassay/internal/strictyaml"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

// Config is the file hookassay.yaml; config.schema.json describes each key. Its
// zero value is no file at all: then everything comes from Overrides.
type Config struct {
	Receiver ReceiverConfig `yaml:"target"`
	Effects  Effects        `yaml:"effects"`
	Events   EventsConfig   `yaml:"events"`
	Process  *ProcessConfig `yaml:"process"`
	State    StateConfig    `yaml:"state"`
	Limits   LimitsConfig   `yaml:"limits"`
	Timeouts TimeoutsConfig `yaml:"timeouts"`
	Profile  string         `yaml:"profile"`

	env    func(string) (string, bool) // nil: the process's environment
	dir    string                      // paths in the file are relative to it
	places map[string]string           // "target.url" → where it was given
}

// ReceiverConfig says how the receiver is reached and what it is known to do.
type ReceiverConfig struct {
	URL         string                 `yaml:"url"`
	Scheme      string                 `yaml:"scheme"`
	Secrets     SecretsConfig          `yaml:"secrets"`
	Tolerance   mockprovider.Tolerance `yaml:"tolerance"` // zero: the scheme's
	Rejects     string                 `yaml:"rejects"`
	Dedupe      string                 `yaml:"dedupe"`
	BehindProxy bool                   `yaml:"behind_proxy"`
	Origin      string                 `yaml:"origin"`
	Headers     map[string]HeaderValue `yaml:"headers"`
	CA          string                 `yaml:"ca"` // file of PEM certificates
	Resolve     string                 `yaml:"resolve"`
}

// What makes two deliveries the same to the receiver.
const (
	DedupeByEvent    = "event"    // the event's id; the default
	DedupeByBusiness = "business" // a key in the payload
)

// SecretsConfig names the receiver's secrets.
type SecretsConfig struct {
	Current  SecretRef `yaml:"current"`
	Previous SecretRef `yaml:"previous"` // still counts, while secrets are rotated
	Revoked  SecretRef `yaml:"revoked"`  // counts no more
	Other    SecretRef `yaml:"other"`    // of another endpoint of the same receiver
}

// slots lists them by name, the current one first.
func (s SecretsConfig) slots() []secretSlot {
	return []secretSlot{
		{current, s.Current}, {"previous", s.Previous}, {"revoked", s.Revoked}, {"other", s.Other},
	}
}

type secretSlot struct {
	name string
	ref  SecretRef
}

func (s secretSlot) key() string { return "target.secrets." + s.name }

// EventsConfig says which events to send instead of ours; see
// mockprovider.Samples.
type EventsConfig struct {
	Files   string            `yaml:"files"` // pattern as in filepath.Match
	ID      string            `yaml:"id"`
	Type    string            `yaml:"type"`
	Set     map[string]string `yaml:"set"`
	Free    []string          `yaml:"free"`
	Handled []string          `yaml:"handled"`
	Poison  string            `yaml:"poison"` // file of a sample whose processing always fails
	API     *EventsAPIConfig  `yaml:"api"`    // the producer's list of events, whichever they are
}

// LimitsConfig is what the user lets us do; see Limits.
type LimitsConfig struct {
	Risk          scenarios.Risk `yaml:"risk"`
	Requests      int            `yaml:"requests"`
	Rate          scenarios.Rate `yaml:"rate"`
	Concurrency   int            `yaml:"concurrency"`
	Consent       string         `yaml:"consent"`
	DedicatedEdge bool           `yaml:"dedicated_edge"`
}

// TimeoutsConfig is the longest that is waited; see Timeouts.
type TimeoutsConfig struct {
	Answer mockprovider.Duration `yaml:"answer"`
	Effect mockprovider.Duration `yaml:"effect"`
}

// maxConfig bounds the file, in bytes. The parser's time grows with the square
// of the keys in one map.
const maxConfig = 256 << 10

// LoadConfig reads the file at path. Env looks environment variables up, as
// os.LookupEnv does; they are read when the target is made. Errors begin with
// file:line:column.
func LoadConfig(path string, env func(string) (string, bool)) (Config, error) {
	doc, err := strictyaml.ReadFile(path, maxConfig)
	if err != nil {
		return Config{}, err
	}
	return parseConfig(doc, filepath.Dir(path), env)
}

func parseConfig(doc strictyaml.Document, dir string, env func(string) (string, bool)) (Config, error) {
	var c Config
	if err := doc.Decode(doc.Body, &c); err != nil {
		return Config{}, err
	}
	c.env, c.dir, c.places = env, dir, doc.Places()
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func (c Config) lookup(name string) (string, bool) {
	if c.env == nil {
		return os.LookupEnv(name)
	}
	return c.env(name)
}

// file is where a path leads: one in the file is relative to the file, one
// from a flag to the working directory.
func (c Config) file(key, path string) string {
	if filepath.IsAbs(path) || c.fromFlag(key) {
		return path
	}
	return filepath.Join(c.dir, path)
}
