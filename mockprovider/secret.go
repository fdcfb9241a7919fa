package mockprovider

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// SecretForm is the way a secret is written down.
type SecretForm string

const (
	FormWhsec SecretForm = "whsec" // Standard Webhooks, symmetric
	FormWhsk  SecretForm = "whsk"  // Standard Webhooks, private ed25519 key
	FormUTF8  SecretForm = "utf8"  // the bytes of the text are the key
	FormToken SecretForm = "token" // sent as it is
)

// secretForms says, for each form, what is expected (never what was given).
var secretForms = map[SecretForm]string{
	FormWhsec: `"whsec_" followed by the base64 of 24 to 64 bytes`,
	FormWhsk:  `"whsk_" followed by the base64 of an ed25519 private key (32-byte seed or 64 bytes)`,
	FormUTF8:  `any text of at least 4 characters`,
	FormToken: `a bearer token of at least 4 characters (letters, digits and -._~+/, RFC 6750 section 2.1)`,
}

// A Secret authenticates deliveries. However it is printed or encoded, it is
// redacted, so that it cannot reach a log by accident.
type Secret struct {
	Form SecretForm
	Key  []byte // what the algorithm takes
	text string // as the user wrote it
}

const redacted = "[secret]"

// String never shows the secret.
func (s Secret) String() string { return redacted }

// Format never shows the secret, whatever the verb: %d would pass String over.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// MarshalText never shows the secret: JSON and structured logs ask for it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Describe tells a secret's form and size, which are not secret.
func (s Secret) Describe() string {
	return fmt.Sprintf("%s, %d bytes", s.Form, len(s.Key))
}

// ParseSecret reads a secret in one of the forms the scheme takes. The error
// says what was expected and never repeats what was given.
func ParseSecret(scheme *Scheme, text string) (Secret, error) {
	if strings.TrimSpace(text) != text {
		return Secret{}, fmt.Errorf("the secret has white space around it; expected %s", expectedForms(scheme))
	}
	if strings.HasPrefix(text, "whpk_") {
		return Secret{}, fmt.Errorf("the secret is a public key (whpk_), which cannot sign; give the private one: %s", secretForms[FormWhsk])
	}
	for _, form := range scheme.Secrets {
		if key, ok := parseForm(form, text); ok {
			return Secret{Form: form, Key: key, text: text}, nil
		}
	}
	return Secret{}, fmt.Errorf("the secret does not have the form that %s takes: expected %s", scheme.Name, expectedForms(scheme))
}

func expectedForms(scheme *Scheme) string {
	var forms []string
	for _, f := range scheme.Secrets {
		forms = append(forms, secretForms[f])
	}
	return strings.Join(forms, ", or ")
}

func parseForm(form SecretForm, text string) ([]byte, bool) {
	switch form {
	case FormWhsec:
		return decodeKey(text, "whsec_", func(n int) bool { return 24 <= n && n <= 64 })
	case FormWhsk:
		key, ok := decodeKey(text, "whsk_", func(n int) bool { return n == ed25519.SeedSize || n == ed25519.PrivateKeySize })
		if ok && len(key) == ed25519.SeedSize {
			key = ed25519.NewKeyFromSeed(key)
		}
		// A private key whose second half is not its public key would sign
		// what nobody can verify.
		if ok && !bytes.Equal(ed25519.NewKeyFromSeed(key[:ed25519.SeedSize]), key) {
			return nil, false
		}
		return key, ok
	case FormUTF8:
		return []byte(text), len(text) >= minText
	case FormToken:
		return []byte(text), len(text) >= minText && strings.Trim(text, tokenChars) == ""
	}
	return nil, false
}

// minText is the shortest secret that is taken as text: what is shorter could
// not be kept out of a transcript without making it unreadable.
const minText = 4

const tokenChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/="

func decodeKey(text, prefix string, size func(int) bool) ([]byte, bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return nil, false
	}
	key, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return nil, false
	}
	return key, size(len(key))
}

// SecretFromBytes makes a secret of a form from random bytes: a key that
// nobody has.
func SecretFromBytes(form SecretForm, random [32]byte) Secret {
	var text string
	switch form {
	case FormWhsec:
		text = "whsec_" + base64.StdEncoding.EncodeToString(random[:])
	case FormWhsk:
		text = "whsk_" + base64.StdEncoding.EncodeToString(random[:])
	default:
		text = hex.EncodeToString(random[:])
	}
	key, _ := parseForm(form, text) // these texts have their form
	return Secret{Form: form, Key: key, text: text}
}

// public is what verifies the secret's signatures, where that is another key.
func (s Secret) public() []byte {
	if s.Form != FormWhsk {
		return nil
	}
	return ed25519.PrivateKey(s.Key).Public().(ed25519.PublicKey)
}

// A Sensitive value must not come back in an answer nor be written down.
type Sensitive struct {
	Kind  string // "secret" or "expected-signature"
	Place string // which secret ("current"), or which header would have carried it
	As    string // how Value is written: text, raw, base64, base64url, hex (in letters of either case), url, json, shell
	Value string
}

// Sensitive lists the ways in which the secret could be written.
func (s Secret) Sensitive(slot string) []Sensitive {
	all := SensitiveText(slot, s.text)
	if _, bare, ok := strings.Cut(s.text, "_"); ok && s.Form != FormUTF8 && s.Form != FormToken {
		all = append(all, spellings(slot, "base64", bare)...)
	}
	for _, key := range s.keys() {
		all = append(all, Sensitive{"secret", slot, "raw", string(key)})
		all = append(all, encoded(slot, key)...)
	}
	return distinct(all)
}

// keys are what is secret of the key: of an ed25519 key also the seed alone,
// from which everything else follows.
func (s Secret) keys() [][]byte {
	if s.Form == FormWhsk {
		return [][]byte{s.Key, s.Key[:ed25519.SeedSize]}
	}
	return [][]byte{s.Key}
}

// SensitiveText lists the ways in which a text that is secret could be
// written: as it is, escaped for a URL, a shell or in JSON, and encoded.
func SensitiveText(slot, text string) []Sensitive {
	return distinct(append(spellings(slot, "text", text), encoded(slot, []byte(text))...))
}

// embedded lists what stands in base64 of something larger that holds the bytes,
// such as user:password (RFC 7617): four letters are three bytes, so that they begin
// at one of three places, and letters that hold bits of a neighbour are left out.
func embedded(slot string, b []byte) []Sensitive {
	const least = 12 // fewer bytes leave letters that may stand anywhere
	var all []Sensitive
	if len(b) < least {
		return nil
	}
	for before := range 3 {
		from := []int{0, 2, 3}[before]
		whole := append(make([]byte, before), b...)
		for _, in := range []struct {
			as string
			*base64.Encoding
		}{{"base64", base64.RawStdEncoding}, {"base64url", base64.RawURLEncoding}} {
			text := in.EncodeToString(whole)
			if len(whole)%3 != 0 {
				text = text[:len(text)-1]
			}
			all = append(all, Sensitive{"secret", slot, in.as, text[from:]})
		}
	}
	return all
}

// encoded lists bytes in base64 and in hexadecimal.
func encoded(slot string, b []byte) []Sensitive {
	return slices.Concat(
		embedded(slot, b),
		spellings(slot, "base64", base64.StdEncoding.EncodeToString(b)),
		spellings(slot, "base64", base64.RawStdEncoding.EncodeToString(b)),
		[]Sensitive{
			{"secret", slot, "base64url", base64.URLEncoding.EncodeToString(b)},
			{"secret", slot, "base64url", base64.RawURLEncoding.EncodeToString(b)},
			{"secret", slot, "hex", hex.EncodeToString(b)},
			{"secret", slot, "hex", strings.ToUpper(hex.EncodeToString(b))},
		})
}

// spellings lists a text as it is, and as it stands in URLs (with escapes in
// letters of either case, RFC 3986 section 2.1), in a shell's quotes, and in JSON
// of several makers: some escape the solidus, what HTML knows, or all beyond ASCII.
func spellings(slot, as, text string) []Sensitive {
	all := []Sensitive{
		{"secret", slot, as, text},
		{"secret", slot, "shell", strings.ReplaceAll(text, "'", `'\''`)},
	}
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text)} {
		lower := urlEscape.ReplaceAllStringFunc(escaped, strings.ToLower)
		all = append(all, Sensitive{"secret", slot, "url", escaped}, Sensitive{"secret", slot, "url", lower})
	}
	for _, html := range []bool{true, false} {
		inJSON := jsonText(text, html)
		escaped := string(escapeUnicode([]byte(inJSON)))
		for _, v := range []string{
			inJSON, strings.ReplaceAll(inJSON, "/", `\/`),
			escaped, strings.ReplaceAll(escaped, `\/`, "/"),
		} {
			all = append(all, Sensitive{"secret", slot, "json", v})
		}
	}
	return all
}

var urlEscape = regexp.MustCompile(`%[0-9A-F]{2}`)

// jsonText is the text as it stands between the quotes of a JSON string.
func jsonText(text string, html bool) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(html)
	_ = enc.Encode(text) // a string always has an encoding
	return strings.TrimSuffix(strings.TrimPrefix(out.String(), `"`), "\"\n")
}

// distinct leaves out the empty value, and values that stand before already.
func distinct(all []Sensitive) []Sensitive {
	var kept []Sensitive
	for _, s := range all {
		same := func(k Sensitive) bool { return k.Value == s.Value }
		if s.Value != "" && !slices.ContainsFunc(kept, same) {
			kept = append(kept, s)
		}
	}
	return kept
}
