package target_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

func newTarget(t testing.TB, url string) *target.Target {
	t.Helper()
	tgt, err := target.New(target.Settings{URL: url, Scheme: "standard-webhooks", Secret: secret, SecretFrom: "env:WEBHOOK_SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	tgt.Timeouts = target.Timeouts{Answer: 2 * time.Second, Effect: 500 * time.Millisecond, Quiescence: 50 * time.Millisecond}
	return tgt
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct{ url, scheme, secret, says string }{
		{"", "github", "sesame", "no target"},
		{"127.0.0.1:8080/hooks", "github", "sesame", "is no URL"},
		{"localhost:8080", "github", "sesame", "is no URL"},
		{"/hooks", "github", "sesame", "is no URL"},
		{"http://", "github", "sesame", "is no URL"},
		{"http://:8080/hooks", "github", "sesame", "is no URL"},
		{"http://[::1/hooks", "github", "sesame", "is no URL"},
		{"ftp://127.0.0.1/hooks", "github", "sesame", "http or https"},
		{"http://alice:hunter2@127.0.0.1/hooks", "github", "sesame", "a user in the URL"},
		{"ftp://alice:hunter2@127.0.0.1/hooks", "github", "sesame", "a user in the URL"},
		{"alice:hunter2@127.0.0.1/hooks", "github", "sesame", "is no URL"},
		{"http://alice:hun ter2@127.0.0.1/hooks", "github", "sesame", "is no URL"},
		{"http://127.0.0.1/hooks#part", "github", "sesame", "no fragment"},
		{"http://127.0.0.1/hooks", "gitlabb", "sesame", `"gitlabb"`},
		{"http://127.0.0.1/hooks", "github", "", "expected"},
		{"http://127.0.0.1/hooks", "github", " sesame", "white space"},
		{"http://127.0.0.1/hooks", "standard-webhooks", "sesame", "whsec_"},
	} {
		_, err := target.New(target.Settings{URL: c.url, Scheme: c.scheme, Secret: c.secret})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v does not say %q", c.url, err, c.says)
			continue
		}
		for _, hidden := range []string{"hunter2", "hun ter2", "sesame"} {
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("%s: the error repeats a secret: %v", c.url, err)
			}
		}
	}
}

func TestAddress(t *testing.T) {
	for url, want := range map[string]string{
		"http://127.0.0.1/hooks":    "127.0.0.1:80",
		"https://localhost/hooks":   "localhost:443",
		"http://127.0.0.1:8080":     "127.0.0.1:8080",
		"http://[::1]/hooks":        "[::1]:80",
		"https://[::1]:8443/":       "[::1]:8443",
		"https://hooks.example/a?b": "hooks.example:443",
	} {
		if got := newTarget(t, url).Address(); got != want {
			t.Errorf("%s is connected to at %s, not %s", url, got, want)
		}
	}
}

func TestPermit(t *testing.T) {
	for _, c := range []struct {
		url, consent, resolve string
		says                  string // "": permitted
	}{
		{"http://127.0.0.1/", "", "", ""},
		{"http://127.8.8.8/", "", "", ""},
		{"http://localhost/", "", "", ""},
		{"http://[::1]/", "", "", ""},
		{"http://[::ffff:127.0.0.1]/", "", "", ""},
		{"http://0.0.0.0/", "", "", "--consent"},
		{"http://10.0.0.1/", "", "", "--consent 10.0.0.1"},
		{"http://127.0.0.1.example/", "", "", "--consent"},
		{"http://localhost.example/", "", "", "--consent"},
		{"http://127.1/", "", "", "--consent"},
		{"http://hooks.example/", "", "", "--consent hooks.example"},
		{"http://hooks.example/", "hooks.example", "", ""},
		{"http://Hooks.Example:81/", "hooks.example", "", ""},
		{"http://hooks.example/", "other.example", "", `"other.example"`},
		{"http://hooks.example/", "example", "", "consent is given for"},
		{"http://hooks.example/", "", "127.0.0.1:80", "--consent"},
		{"http://hooks.example/", "hooks.example", "192.0.2.1:80", ""},
		{"http://localhost/", "", "127.0.0.1:8080", ""},
		{"http://localhost/", "", "[::1]:8080", ""},
		{"http://localhost/", "", "192.0.2.1:80", "whose owner was not asked"},
		{"http://127.0.0.1/", "127.0.0.1", "192.0.2.1:80", "whose owner was not asked"},
		{"http://127.0.0.1/", "", "hooks.example:80", "whose owner was not asked"},
	} {
		tgt := newTarget(t, c.url)
		tgt.Limits.Consent, tgt.Resolve = c.consent, c.resolve
		err := tgt.Permit()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s, consent %q, resolved to %q: %v; expected %q", c.url, c.consent, c.resolve, err, c.says)
		}
	}
}

func TestDefaultLimits(t *testing.T) {
	here, there := newTarget(t, "http://127.0.0.1/").Limits, newTarget(t, "http://hooks.example/").Limits
	if here.Risk != scenarios.Hostile || here.Rate != 0 {
		t.Errorf("on this machine: %+v", here)
	}
	if there.Risk != scenarios.Stateful || there.Rate != 10 || there.Concurrency != 4 || there.Requests > 2000 {
		t.Errorf("elsewhere: %+v", there)
	}
}

func TestDescribeSecretsTellsNoSecret(t *testing.T) {
	got := newTarget(t, "http://127.0.0.1/").DescribeSecrets()["current"]
	if got != "env:WEBHOOK_SECRET (whsec, 32 bytes)" {
		t.Errorf("%q", got)
	}
	tgt, err := target.New(target.Settings{URL: "http://127.0.0.1/", Scheme: "github", Secret: "sesame"})
	if err != nil {
		t.Fatal(err)
	}
	if got := tgt.DescribeSecrets()["current"]; got != "Config.Secret (utf8, 6 bytes)" {
		t.Errorf("given in a program: %q", got)
	}
}

func TestHandshakeNeedsAnOrigin(t *testing.T) {
	tgt := newTarget(t, "http://127.0.0.1/")
	m := mockprovider.NewMaker(tgt.Scheme, nil, 1, "n")
	for _, origin := range []string{"", "eventemitter.example"} {
		tgt.Origin = origin
		if got := tgt.Has("handshake", m); got != (origin != "") {
			t.Errorf("origin %q: %v", origin, got)
		}
	}
}

func TestCheckRejects(t *testing.T) {
	for name, ok := range map[string]bool{"status": true, "silent": true, "silently": false, "": false} {
		if err := target.CheckRejects(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestSeveralEffectsAreAtLeastTwo(t *testing.T) {
	tgt := newTarget(t, "http://127.0.0.1/")
	m := mockprovider.NewMaker(tgt.Scheme, nil, 1, "n")
	none := target.Func(func(string) int { return 0 })
	for n := range 4 {
		if got := tgt.Has(mockprovider.SeveralEffects, m); got != (n >= 2) {
			t.Errorf("%d probes: %v", n, got)
		}
		tgt.Probes = append(tgt.Probes, none)
	}
}
