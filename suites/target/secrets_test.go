package target

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/mockprovider"
)

// whsec is a secret of its own for every n.
func whsec(n byte) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string('a'+rune(n)), 32)))
}

func TestOtherSecretsOfTheFileAndTheFlags(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "other.txt")
	if err := os.WriteFile(file, []byte(whsec(3)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environment(map[string]string{"NOW": whsec(0), "OLD": whsec(1), "GONE": whsec(2)})
	c := Config{env: env, Receiver: ReceiverConfig{Secrets: SecretsConfig{Revoked: SecretRef{Env: "GONE"}}}}
	tgt, done, err := c.Target(Overrides{
		URL: "http://127.0.0.1:1/", Scheme: "standard-webhooks", SecretEnv: "NOW",
		PreviousSecret: "env:OLD", OtherSecret: "file:" + file,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	c2 := tgt.Composer(mockprovider.NewMaker(tgt.Scheme, nil, 1, "n"))
	for slot, n := range map[string]byte{"previous": 1, "revoked": 2, "other": 3} {
		if got := string(c2.Others[slot].Key); got != strings.Repeat(string('a'+rune(n)), 32) {
			t.Errorf("the %s secret is another: %q", slot, got)
		}
	}
	described := fmt.Sprint(tgt.DescribeSecrets())
	want := "map[current:env:NOW (whsec, 32 bytes) other:file:" + file + " (whsec, 32 bytes) previous:env:OLD (whsec, 32 bytes) revoked:env:GONE (whsec, 32 bytes)]"
	if described != want {
		t.Errorf("described as %s", described)
	}
	for _, f := range []mockprovider.Feature{mockprovider.PreviousSecret, mockprovider.RevokedSecret, mockprovider.OtherSecret} {
		if !tgt.Has(f, nil) {
			t.Errorf("the target has no %s", f)
		}
	}
}

// Every secret is kept out of what is written down, under its own name.
func TestOtherSecretsAreSensitive(t *testing.T) {
	tgt, err := New(Settings{URL: "http://127.0.0.1:1/", Scheme: "github", Secret: "the current one"})
	if err != nil {
		t.Fatal(err)
	}
	for slot, text := range map[string]string{"previous": "the one before it", "revoked": "gone", "other": "another endpoint's"} {
		if err := tgt.AddSecret(slot, text, ""); err != nil {
			t.Fatal(err)
		}
		if got := tgt.Redactor().Text("said: " + text); got != "said: [redacted:secret:"+slot+":text]" {
			t.Errorf("%s: %s", slot, got)
		}
	}
	if got := tgt.OwnRedactor().Text("what is gone, and the one before it"); got != "what is gone, and [redacted:secret:previous:text]" {
		t.Errorf("a sentence of ours becomes %q", got)
	}
}

func TestOtherSecretsThatCannotBe(t *testing.T) {
	tgt, err := New(Settings{URL: "http://127.0.0.1:1/", Scheme: "standard-webhooks", Secret: whsec(0)})
	if err != nil {
		t.Fatal(err)
	}
	if err := tgt.AddSecret("previous", whsec(1), ""); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ slot, text, want string }{
		{"next", whsec(2), `there is no "next" secret`},
		{"revoked", "hunter2", "the revoked secret: the secret does not have the form that standard-webhooks takes"},
		{"revoked", whsec(0), "the revoked secret is the current one"},
		{"other", whsec(1), "the other secret is the previous one, too"},
	} {
		if err := tgt.AddSecret(tt.slot, tt.text, ""); err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), tt.text) {
			t.Errorf("%s: %v, want %s", tt.slot, err, tt.want)
		}
	}
	if tgt.Has(mockprovider.RevokedSecret, nil) {
		t.Error("a refused secret is kept")
	}
}

func TestSecretFlagsThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		over Overrides
		want string
	}{
		{Overrides{PreviousSecret: "whsec_hunter2"}, "--previous-secret: write env:NAME or file:PATH, where the secret is"},
		{Overrides{RevokedSecret: "env:whsec_hunter2"}, "--revoked-secret: this looks like a secret"},
		{Overrides{OtherSecret: "env:NOT_SET"}, "--other-secret: environment variable NOT_SET is not set: put the other secret there"},
		{Overrides{OtherSecret: "env:WRONG"}, "--other-secret: env:WRONG: the other secret: the secret does not have the form"},
		{Overrides{OtherSecret: "env:NOW"}, "--other-secret: env:NOW: the other secret is the current one"},
	} {
		tt.over.URL, tt.over.Scheme, tt.over.SecretEnv = "http://127.0.0.1:1/", "standard-webhooks", "NOW"
		c := Config{env: environment(map[string]string{"NOW": whsec(0), "WRONG": "hunter2"})}
		_, _, err := c.Target(tt.over)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || slices.ContainsFunc([]string{"hunter2", whsec(0)}, func(s string) bool { return strings.Contains(err.Error(), s) }) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}
