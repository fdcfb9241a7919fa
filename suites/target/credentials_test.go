package target

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/mockprovider/server"
	"github.com/hookassay/hookassay/suites/transcript"
)

func TestSecretNames(t *testing.T) {
	for name, secret := range map[string]bool{
		"Authorization": true, "proxy-authorization": true, "Cookie": true, "X-Api-Key": true, "access_token": true,
		"X-Client-Secret": true, "password": true, "passwd": true, "sig": true, "X-Signature": true, "x_sig": true,
		"X-Stage": false, "design": false, "tenant": false, "Accept": false, "signal": false, "X-Cookie-Policy": false,
	} {
		if got := secretName.MatchString(name); got != secret {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// credentialed is a target with credentials in every place that takes them, and
// those values.
func credentialed(t *testing.T, secret string) (*Target, []string) {
	t.Helper()
	tgt, err := New(Settings{URL: "http://127.0.0.1:9/in?tenant=visible7&access_token=in%2fquery-1&key=abc", Scheme: "github", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	tgt.Headers = []Header{
		{Name: "Authorization", Value: "Bearer it's-bearer-2"}, {Name: "X-Api-Key", Value: "in-header-3"},
		{Name: "X-Stage", Value: "staging"}, {Name: "X-Env", Value: "from-environment-4", Secret: true},
	}
	probe, err := NewHTTP("http://127.0.0.1:9/effects/{id}?token=in-probe-5", "")
	if err != nil {
		t.Fatal(err)
	}
	tgt.Probes = []Probe{Named("ledger", probe)}
	if tgt.EventsAPI, err = server.Listen("127.0.0.1:0", "in-events-6"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tgt.EventsAPI.Close() })
	return tgt, []string{"in-events-6", "in%2fquery-1", "in/query-1", "it's-bearer-2", `it'\''s-bearer-2`, "in-header-3", "from-environment-4", "in-probe-5"}
}

func record(t *testing.T, tgt *Target, run transcript.Run) string {
	t.Helper()
	var file strings.Builder
	r := transcript.NewRecorder(&file)
	NewSender(tgt, mockprovider.NewMaker(tgt.Scheme, nil, 1, "n"), r, nil)
	run.Schema, run.URL = transcript.Schema, tgt.URL.String()
	for _, p := range tgt.Probes {
		d := p.Describe()
		run.Probes = append(run.Probes, transcript.Probe{Name: d.Name, Kind: d.Kind, Counts: d.Counts})
	}
	r.Add(transcript.Record{Run: &run})
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return file.String()
}

func TestCredentialsAreNotWrittenDown(t *testing.T) {
	tgt, values := credentialed(t, "a long enough secret")
	got := record(t, tgt, transcript.Run{
		Command: "hookassay run --target '" + tgt.URL.String() + `' --header 'Authorization=Bearer it'\''s-bearer-2' --header X-Api-Key=in-header-3` +
			" --effects-http 'http://127.0.0.1:9/effects/{id}?token=in-probe-5'",
		CommandOne: "hookassay run --only {id} --target '" + tgt.URL.String() + "'",
	})
	for _, v := range values {
		if strings.Contains(got, v) {
			t.Errorf("%s is written down: %s", v, got)
		}
	}
	for _, kept := range []string{"tenant=visible7", "key=abc", "/effects/{id}?token=[redacted:credential:token:", "--header X-Api-Key=[redacted:credential:X-Api-Key:text]", "--only {id}"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is missing: %s", kept, got)
		}
	}
}

// TestAnOrdinaryWordForASecret leaves our own sentences readable.
func TestAnOrdinaryWordForASecret(t *testing.T) {
	tgt, _ := credentialed(t, "secret")
	got := record(t, tgt, transcript.Run{Command: "hookassay run --secret-env WEBHOOK_SECRET"})
	if !strings.Contains(got, `"hookassay run --secret-env WEBHOOK_SECRET"`) {
		t.Errorf("the command can no longer be used: %s", got)
	}
	if text := tgt.Redactor().Text("it is secret"); text != "it is [redacted:secret:current:text]" {
		t.Errorf("what others say is left: %s", text)
	}
}

// TestCredentialsInAnAnswerAreNoLeakOfTheSecret: it is only their names that say
// they are secret.
func TestCredentialsInAnAnswerAreNoLeakOfTheSecret(t *testing.T) {
	tgt, values := credentialed(t, "a long enough secret")
	for _, v := range values {
		text := tgt.Redactor().Text("<" + v + ">")
		if isSecret := strings.Contains(text, transcript.MarkerPrefix("secret")); isSecret != (v == "from-environment-4") || strings.Contains(text, v) {
			t.Errorf("%s becomes %s", v, text)
		}
	}
}

func TestProbeDoesNotTellItsToken(t *testing.T) {
	p, err := NewHTTP("http://127.0.0.1:1/{id}?token=in-probe-5&of=all", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Counts(t.Context(), []string{"a"})
	for _, text := range []string{p.Describe().Counts, err.Error()} {
		if strings.Contains(text, "in-probe-5") || !strings.Contains(text, "/{id}?token=[redacted:credential:token:text]&of=all") {
			t.Error(text)
		}
	}
}

// TestProbeUsesNoProxy: the environment's is for other hosts than the receiver.
func TestProbeUsesNoProxy(t *testing.T) {
	p, err := NewHTTP("http://receiver.example/{id}", "")
	if err != nil {
		t.Fatal(err)
	}
	if p.client.Transport.(*http.Transport).Proxy != nil {
		t.Error("it asks the environment for one")
	}
}
