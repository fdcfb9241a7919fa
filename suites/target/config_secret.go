package target

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hookassay/hookassay/internal/strictyaml"
)

// maxSecret bounds a secret's file, in bytes.
const maxSecret = 64 << 10

// SecretRef says where a secret is: one of both.
type SecretRef struct {
	Env  string `yaml:"env"`
	File string `yaml:"file"`
}

// EnvRef names an environment variable.
type EnvRef struct {
	Env string `yaml:"env"`
}

// From is "env:NAME" or "file:PATH": fit for reports.
func (r SecretRef) From() string {
	switch {
	case r.Env != "":
		return "env:" + r.Env
	case r.File != "":
		return "file:" + r.File
	}
	return ""
}

func (r SecretRef) check() error {
	switch {
	case r.Env != "" && r.File != "":
		return errors.New("a secret has env or file, not both")
	case r.Env != "":
		return checkEnvName(r.Env)
	case looksSecret(r.File):
		return errSecretHere
	}
	return nil
}

var (
	envName       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	errSecretHere = errors.New("this looks like a secret; give the name of the environment variable or the path of the file that holds it")
)

// checkEnvName never repeats what is no name: it may be the secret itself.
func checkEnvName(name string) error {
	if looksSecret(name) {
		return errSecretHere
	}
	if !envName.MatchString(name) {
		return errors.New("this is no name of an environment variable: letters, digits and _, such as WEBHOOK_SECRET")
	}
	return nil
}

func looksSecret(text string) bool {
	return strings.HasPrefix(text, "whsec_") || strings.HasPrefix(text, "whsk_")
}

// readSecret returns the text of a secret. Errors never repeat it.
func (c Config) readSecret(s secretSlot) (string, error) {
	key, what := s.key(), "the receiver's secret"
	if s.name != current {
		what = "the " + s.name + " secret"
	}
	if (s.ref == SecretRef{}) {
		return "", c.at(key, errors.New("no secret: give --secret-env VAR or --secret-file PATH"))
	}
	text, err := c.readRef(key, s.ref, what)
	return text, c.at(key, err)
}

// readRef returns the text of an environment variable or a file, without the
// newline at its end; what says what belongs there.
func (c Config) readRef(key string, ref SecretRef, what string) (string, error) {
	if ref.Env != "" {
		return c.readEnv(ref.Env, what)
	}
	b, err := strictyaml.ReadBounded(c.file(key, ref.File), maxSecret)
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("%s is empty: put %s there", ref.File, what)
	}
	return text, nil
}

// fillSecrets reads the secrets beside the current one.
func (c Config) fillSecrets(t *Target) error {
	for _, s := range c.Receiver.Secrets.slots()[1:] {
		if (s.ref == SecretRef{}) {
			continue
		}
		text, err := c.readSecret(s)
		if err != nil {
			return err
		}
		if err := t.AddSecret(s.name, text, s.ref.From()); err != nil {
			return c.at(s.key(), fmt.Errorf("%s: %w", s.ref.From(), err))
		}
	}
	return nil
}

// ParseSecretRef reads "env:NAME" or "file:PATH". The error never repeats what
// was given: it may be the secret itself.
func ParseSecretRef(text string) (SecretRef, error) {
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		return SecretRef{Env: name}, nil
	}
	if path, ok := strings.CutPrefix(text, "file:"); ok && path != "" {
		return SecretRef{File: path}, nil
	}
	return SecretRef{}, errors.New("write env:NAME or file:PATH, where the secret is")
}

// readEnv returns an environment variable; what says what belongs there.
func (c Config) readEnv(name, what string) (string, error) {
	text, ok := c.lookup(name)
	switch {
	case !ok:
		return "", fmt.Errorf("environment variable %s is not set: put %s there", name, what)
	case text == "":
		return "", fmt.Errorf("environment variable %s is empty: put %s there", name, what)
	}
	return text, nil
}
