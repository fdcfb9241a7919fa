package mockprovider

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func b64(n int) string { return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xfb}, n)) }

func TestParseSecret(t *testing.T) {
	seed := sha256.Sum256([]byte("seed"))
	private := ed25519.NewKeyFromSeed(seed[:])
	torn := append(seed[:], bytes.Repeat([]byte{1}, 32)...)
	enc := base64.StdEncoding.EncodeToString
	const (
		whsec   = `"whsec_" followed by the base64 of 24 to 64 bytes`
		whsk    = `"whsk_" followed by the base64 of an ed25519 private key (32-byte seed or 64 bytes)`
		noForm  = "the secret does not have the form that standard-webhooks takes: expected " + whsec + ", or " + whsk
		public  = "the secret is a public key (whpk_), which cannot sign; give the private one: " + whsk
		spaced  = "the secret has white space around it; expected " + whsec + ", or " + whsk
		noText  = "the secret does not have the form that github takes: expected any text of at least 4 characters"
		noToken = "the secret does not have the form that cloudevents takes: expected a bearer token of at least 4 characters (letters, digits and -._~+/, RFC 6750 section 2.1)"
	)
	for _, tt := range []struct {
		name, scheme, text string
		form               SecretForm
		key                []byte
		err                string
	}{
		{name: "smallest", scheme: "standard-webhooks", text: "whsec_" + b64(24), form: FormWhsec, key: bytes.Repeat([]byte{0xfb}, 24)},
		{name: "largest", scheme: "standard-webhooks", text: "whsec_" + b64(64), form: FormWhsec, key: bytes.Repeat([]byte{0xfb}, 64)},
		{name: "too small", scheme: "standard-webhooks", text: "whsec_" + b64(23), err: noForm},
		{name: "too large", scheme: "standard-webhooks", text: "whsec_" + b64(65), err: noForm},
		{name: "no base64", scheme: "standard-webhooks", text: "whsec_" + strings.Repeat("?", 32), err: noForm},
		{name: "no padding", scheme: "standard-webhooks", text: strings.TrimRight("whsec_"+b64(32), "="), err: noForm},
		{name: "no prefix", scheme: "standard-webhooks", text: b64(32), err: noForm},
		{name: "another prefix", scheme: "standard-webhooks", text: "sk_live_" + b64(32), err: noForm},
		{name: "nothing", scheme: "standard-webhooks", text: "", err: noForm},
		{name: "only the prefix", scheme: "standard-webhooks", text: "whsec_", err: noForm},
		{name: "seed", scheme: "standard-webhooks", text: "whsk_" + enc(seed[:]), form: FormWhsk, key: private},
		{name: "private key", scheme: "standard-webhooks", text: "whsk_" + enc(private), form: FormWhsk, key: private},
		{name: "private key of another public key", scheme: "standard-webhooks", text: "whsk_" + enc(torn), err: noForm},
		{name: "private key cut off", scheme: "standard-webhooks", text: "whsk_" + enc(private[:63]), err: noForm},
		{name: "public key", scheme: "standard-webhooks", text: "whpk_" + enc(private[32:]), err: public},
		{name: "line end", scheme: "standard-webhooks", text: "whsec_" + b64(32) + "\n", err: spaced},
		{name: "space before", scheme: "standard-webhooks", text: " whsec_" + b64(32), err: spaced},
		{name: "text", scheme: "github", text: "It's a Secret to Everybody", form: FormUTF8, key: []byte("It's a Secret to Everybody")},
		{name: "text that looks encoded", scheme: "github", text: "whsec_" + b64(32), form: FormUTF8, key: []byte("whsec_" + b64(32))},
		{name: "text beyond ASCII", scheme: "github", text: "geheim·é", form: FormUTF8, key: []byte("geheim·é")},
		{name: "short text", scheme: "github", text: "abc", err: noText},
		{name: "no text", scheme: "github", text: "", err: noText},
		{name: "token", scheme: "cloudevents", text: "aZ09-._~+/=", form: FormToken, key: []byte("aZ09-._~+/=")},
		{name: "token with a space", scheme: "cloudevents", text: "abc def", err: noToken},
		{name: "token beyond ASCII", scheme: "cloudevents", text: "abcdéf", err: noToken},
		{name: "short token", scheme: "cloudevents", text: "abc", err: noToken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			scheme, err := FindScheme(tt.scheme)
			if err != nil {
				t.Fatal(err)
			}
			s, err := ParseSecret(scheme, tt.text)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err {
					t.Errorf("got  %v\nwant %s", err, tt.err)
				}
				if given := strings.TrimSpace(tt.text); len(given) > len("whsec_") && err != nil && strings.Contains(err.Error(), given) {
					t.Errorf("the error repeats the secret: %v", err)
				}
				return
			}
			if err != nil || s.Form != tt.form || !bytes.Equal(s.Key, tt.key) {
				t.Errorf("got %v %x, %v; want %v %x", s.Form, s.Key, err, tt.form, tt.key)
			}
		})
	}
}

// No error may hold any part of what was given that is long enough to matter.
func FuzzParseSecretKeepsSecret(f *testing.F) {
	f.Add("whsec_" + b64(32) + " ")
	f.Add("whsk_AAAA")
	f.Add("geheim und lang")
	f.Fuzz(func(t *testing.T, text string) {
		given := strings.TrimSpace(text)
		if _, encoded, ok := strings.Cut(given, "_"); ok {
			given = encoded
		}
		for _, name := range SchemeNames() {
			scheme, err := FindScheme(name)
			if err != nil {
				t.Fatal(err)
			}
			about, err := ParseSecret(scheme, "")
			empty := fmt.Sprint(about, err)
			s, err := ParseSecret(scheme, text)
			if err == nil {
				if s.text != text {
					t.Errorf("%q was read as %q", text, s.text)
				}
				continue
			}
			said := err.Error()
			known := empty + secretForms[FormWhsk] + "the secret is a public key (whpk_), which cannot sign; give the private one: the secret has white space around it; expected "
			if len(given) >= minText && strings.Contains(said, given) && !strings.Contains(known, given) {
				t.Errorf("the error repeats what was given: %s", said)
			}
		}
	})
}

func TestSecretFromBytesHasItsForm(t *testing.T) {
	for _, k := range kits(t) {
		made := k.composer.Secret
		read, err := ParseSecret(k.composer.Scheme, made.text)
		if err != nil || read.Form != made.Form || !bytes.Equal(read.Key, made.Key) {
			t.Errorf("%s: made %s, read %s, %v", k.name, made.Describe(), read.Describe(), err)
		}
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	for _, k := range kits(t) {
		s := k.composer.Secret
		shown := map[string]string{"Describe": s.Describe()}
		// %p and %w ask no method of a value that is neither pointer nor error;
		// go vet refuses them.
		for _, verb := range "vsqxXdobOcUeEfFgGtT" {
			for _, flag := range []string{"", "+", "#", " ", "0", "-9"} {
				format := "%" + flag + string(verb)
				shown[format] = fmt.Sprintf(format, s)
				shown[format+" of a pointer"] = fmt.Sprintf(format, &s)
				shown[format+" of what holds it"] = fmt.Sprintf(format, k.composer)
				shown[format+" in a list"] = fmt.Sprintf(format, []any{s, &s})
			}
		}
		asJSON, err := json.Marshal(map[string]any{"secret": s, "composer": k.composer})
		if err != nil {
			t.Fatal(err)
		}
		shown["JSON"] = string(asJSON)
		var logged strings.Builder
		slog.New(slog.NewTextHandler(&logged, nil)).Info("made", "secret", s)
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("made", "secret", s)
		shown["slog"] = logged.String()
		for how, text := range shown {
			for _, secret := range []Secret{s, k.composer.Foreign} {
				if as := found(text, secret); as != "" {
					t.Errorf("%s: %s shows it as %s: %s", k.name, how, as, text)
				}
			}
		}
	}
}

// found tells how a text shows the secret; "" where it does not.
func found(text string, s Secret) string {
	for _, v := range s.Sensitive("current") {
		if strings.Contains(text, v.Value) {
			return v.As
		}
	}
	if strings.Contains(text, strings.Trim(fmt.Sprint(s.Key[:8]), "[]")) {
		return "numbers"
	}
	return ""
}

func TestSensitiveCovers(t *testing.T) {
	marshal := func(v any) string { b, _ := json.Marshal(v); return strings.Trim(string(b), `"`) }
	for _, text := range []string{
		`pa"ss\wo/rd & <naïve> +é🔑`, "It's a Secret to Everybody", "sl/ash+plus=",
	} {
		s := Secret{Form: FormUTF8, Key: []byte(text), text: text}
		covers(t, s, map[string]string{
			"as it is": text, "query": url.QueryEscape(text), "path": url.PathEscape(text),
			"JSON of Go": marshal(text), "JSON of JavaScript": strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text),
			"JSON of PHP":    strings.ReplaceAll(asciiOnly(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)), "/", `\/`),
			"JSON of Python": asciiOnly(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)),
			"base64":         base64.StdEncoding.EncodeToString([]byte(text)), "bare base64": base64.RawStdEncoding.EncodeToString([]byte(text)),
			"base64url": base64.RawURLEncoding.EncodeToString([]byte(text)), "hex": hex.EncodeToString([]byte(text)),
			"query in small letters": small(url.QueryEscape(text)), "path in small letters": small(url.PathEscape(text)),
			"shell": strings.ReplaceAll(text, "'", `'\''`),
		})
	}
	for _, form := range []SecretForm{FormWhsec, FormWhsk} {
		random := sha256.Sum256([]byte("with / and + in it, as it happens: 4"))
		s := SecretFromBytes(form, random)
		encoded := base64.StdEncoding.EncodeToString(random[:])
		covers(t, s, map[string]string{
			"as it is": s.text, "without prefix": encoded, "without padding": strings.TrimRight(encoded, "="),
			"raw": string(random[:]), "base64url": base64.URLEncoding.EncodeToString(random[:]),
			"bare base64url": base64.RawURLEncoding.EncodeToString(random[:]),
			"hex":            hex.EncodeToString(random[:]), "HEX": strings.ToUpper(hex.EncodeToString(random[:])),
			"query": url.QueryEscape(s.text), "query without prefix": url.QueryEscape(encoded),
			"query in small letters": small(url.QueryEscape(s.text)),
			"hex of the whole text":  hex.EncodeToString([]byte(s.text)), "base64 of the whole text": base64.StdEncoding.EncodeToString([]byte(s.text)),
			"base64url of the whole text": base64.RawURLEncoding.EncodeToString([]byte(s.text)),
			"JSON":                        strings.ReplaceAll(s.text, "/", `\/`), "JSON without prefix": strings.ReplaceAll(encoded, "/", `\/`),
			"raw, whole key": string(s.Key), "hex, whole key": hex.EncodeToString(s.Key),
			"base64, whole key": base64.StdEncoding.EncodeToString(s.Key),
		})
	}
}

// small is an escaped text with the escapes in small letters.
func small(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToLower(p[:2]) + p[2:]
	}
	return strings.Join(parts, "%")
}

func covers(t *testing.T, s Secret, ways map[string]string) {
	t.Helper()
	all := s.Sensitive("previous")
	for way, value := range ways {
		shown := false
		for _, v := range all {
			shown = shown || v.Value == value
		}
		if !shown {
			t.Errorf("%s, %s: %q could be written down", s.Describe(), way, value)
		}
	}
	seen := map[string]bool{}
	for _, v := range all {
		if v.Kind != "secret" || v.Place != "previous" || v.As == "" || len(v.Value) < minText || seen[v.Value] {
			t.Errorf("%s: not worth looking for, or said twice: %+v", s.Describe(), v)
		}
		seen[v.Value] = true
	}
}

func asciiOnly(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r < 0x80:
			out.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

// TestSecretsInsideBase64: wherever a secret stands in what was encoded, its
// letters are known.
func TestSecretsInsideBase64(t *testing.T) {
	const secret = "a secret of many letters?>"
	for _, around := range [][2]string{{"", ""}, {"", ":x"}, {"a:", ""}, {"ab:", "c"}, {"user:", ""}, {"user:", "\nmore"}} {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString([]byte(around[0] + secret + around[1]))
			found := slices.ContainsFunc(SensitiveText("current", secret), func(s Sensitive) bool {
				return len(s.Value) > len(secret) && strings.Contains(text, s.Value)
			})
			if !found {
				t.Errorf("%q around it: %s is not found", around, text)
			}
		}
	}
}
