package target

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
)

const (
	testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	loopback   = "http://127.0.0.1:8080/webhooks"
)

// flags are the ones that are needed, and what else is given.
func flags(more func(*Overrides)) Overrides {
	o := Overrides{URL: loopback, Scheme: "standard-webhooks", SecretEnv: "HOOKASSAY_TEST_SECRET"}
	if more != nil {
		more(&o)
	}
	return o
}

func TestTargetOfFlagsAlone(t *testing.T) {
	t.Setenv("HOOKASSAY_TEST_SECRET", testSecret)
	got, closeProbes, err := Config{}.Target(flags(nil))
	if err != nil {
		t.Fatal(err)
	}
	want, err := New(Settings{URL: loopback, Scheme: "standard-webhooks", Secret: testSecret, SecretFrom: "env:HOOKASSAY_TEST_SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if err := closeProbes(); err != nil {
		t.Errorf("closing no probes: %v", err)
	}
}

func TestEveryFlag(t *testing.T) {
	t.Setenv("HOOKASSAY_TEST_SECRET", testSecret)
	t.Setenv("HOOKASSAY_TEST_HEADER", "client-id")
	for i, name := range []string{"OLD", "GONE", "OTHER"} {
		t.Setenv("HOOKASSAY_TEST_"+name, whsec(byte(i)))
	}
	yes := true
	o := Overrides{
		URL: "https://receiver.example/in", Scheme: "standard-webhooks", SecretEnv: "HOOKASSAY_TEST_SECRET",
		PreviousSecret: "env:HOOKASSAY_TEST_OLD", RevokedSecret: "env:HOOKASSAY_TEST_GONE", OtherSecret: "env:HOOKASSAY_TEST_OTHER",
		TolerancePast: time.Minute, ToleranceFuture: time.Hour, Rejects: RejectsSilently, Dedupe: DedupeByBusiness,
		BehindProxy: &yes, Origin: "producer.example",
		Headers: map[string]string{"X-Client": "env:HOOKASSAY_TEST_HEADER", "X-Stage": "test"}, Resolve: "127.0.0.1:9",
		EffectsHTTP: "http://127.0.0.1:9/effects", EffectsPointer: "/by-id/{id}",
		EventsFiles: "testdata/config/events/*.json", EventsID: "/id", EventsType: "/type",
		EventsSet: map[string]string{"/created": "{now_unix}"}, EventsFree: []string{"/metadata"}, EventsHandled: []string{"invoice.paid"},
		Consent: "receiver.example", MaxRisk: "safe", Requests: 7, Rate: "60/m", Concurrency: 3, DedicatedEdge: &yes,
		AnswerTimeout: time.Second, EffectTimeout: 2 * time.Second, Wait: 3 * time.Second, Profile: "strict", NoExec: true,
	}
	got, closeProbes, err := Config{}.Target(o)
	if err != nil {
		t.Fatal(err)
	}
	defer closeProbes()
	wantLimits := Limits{Consent: "receiver.example", Risk: scenarios.Safe, Requests: 7, Rate: 1, Concurrency: 3, DedicatedEdge: true}
	if got.Limits != wantLimits {
		t.Errorf("limits: got %+v, want %+v", got.Limits, wantLimits)
	}
	wantHeaders := []Header{{"X-Client", "client-id", true}, {"X-Stage", "test", false}}
	if !reflect.DeepEqual(got.Headers, wantHeaders) {
		t.Errorf("headers: got %v, want %v", got.Headers, wantHeaders)
	}
	wantTolerance := mockprovider.Tolerance{Past: mockprovider.Duration(time.Minute), Future: mockprovider.Duration(time.Hour)}
	if got.Tolerance != wantTolerance || got.Rejects != RejectsSilently || !got.BehindProxy || got.Origin != "producer.example" || got.Resolve != "127.0.0.1:9" {
		t.Errorf("got %+v", got)
	}
	if got.Wait != 3*time.Second {
		t.Errorf("wait: %s", got.Wait)
	}
	if got.Timeouts.Answer != time.Second || got.Timeouts.Effect != 2*time.Second || got.Timeouts.Quiescence == 0 {
		t.Errorf("timeouts: %+v", got.Timeouts)
	}
	if len(got.Probes) != 1 || got.Probes[0].Describe() != (Description{Name: "effects", Kind: "http", Counts: "the number at /by-id/{id} of http://127.0.0.1:9/effects"}) {
		t.Errorf("probes: %v", got.Probes)
	}
	if got.Samples == nil || got.Samples.ID != "/id" || got.Samples.Set["/created"] == "" || len(got.Samples.Free) != 1 {
		t.Errorf("samples: %+v", got.Samples)
	}
	c, err := Config{}.With(o)
	if err != nil || c.Profile != "strict" || c.Receiver.Dedupe != DedupeByBusiness {
		t.Errorf("profile %q, dedupe %q, error %v", c.Profile, c.Receiver.Dedupe, err)
	}
	if unset := zeroFields(o); !reflect.DeepEqual(unset, []string{"SecretFile", "CA", "EffectsCallback", "CallbackTokenEnv"}) {
		t.Errorf("not tried here: %v", unset)
	}
}

func zeroFields(o Overrides) (names []string) {
	for f, v := range reflect.ValueOf(o).Fields() {
		if v.IsZero() {
			names = append(names, f.Name)
		}
	}
	return names
}

// copyConfig copies testdata/config, with the secret and the certificate that
// all.yaml names, to a directory of its own.
func copyConfig(t *testing.T) string {
	t.Helper()
	parent := t.TempDir()
	for _, name := range []string{"receiver", "break", "heal"} {
		writeProgram(t, filepath.Join(parent, name))
	}
	dir := filepath.Join(parent, "config")
	if err := os.CopyFS(dir, os.DirFS("testdata/config")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(http.NotFoundHandler())
	server.Close()
	write(t, filepath.Join(dir, "secret.txt"), testSecret+"\r\n")
	for i, name := range []string{"previous.txt", "revoked.txt", "elsewhere.txt"} {
		write(t, filepath.Join(dir, name), whsec(byte(i)))
	}
	write(t, filepath.Join(dir, "count-effects"), "#!/bin/sh\necho 1\n")
	write(t, filepath.Join(dir, "ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	return dir
}

func writeProgram(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTargetOfAFile(t *testing.T) {
	dir := copyConfig(t)
	c, err := LoadConfig(filepath.Join(dir, "all.yaml"), environment(map[string]string{"CF_ID": "client-id", "CALLBACK_TOKEN": "sesame", "EVENTS_TOKEN": "open sesame", "MY_KEY": "k3y of a receiver", "DATABASE_URL": "postgres:///none?host=/nowhere"}))
	if err != nil {
		t.Fatal(err)
	}
	got, closeProbes, err := c.Target(Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	if got.SecretFrom != "file:secret.txt" || got.Secret.Form != mockprovider.FormWhsec {
		t.Errorf("secret: from %s, %s", got.SecretFrom, got.Secret.Describe())
	}
	var names []string
	for _, p := range got.Probes {
		names = append(names, p.Describe().Name+" "+p.Describe().Kind)
	}
	if want := []string{"ledger http", "lines log", "log-of-all http", "mail callback", "postgres sql", "program exec", "sqlite sql"}; !reflect.DeepEqual(names, want) {
		t.Errorf("probes: got %v, want %v", names, want)
	}
	if got.TLS == nil || got.TLS.RootCAs == nil || got.TLS.RootCAs.Equal(x509.NewCertPool()) {
		t.Error("the CA is not used")
	}
	if want := mockprovider.NewMaker(got.Scheme, got.Samples, 1, "n").Types(); want[0] != "invoice.paid" || len(want) != 2 {
		t.Errorf("types of events: %v", want)
	}
	maker := mockprovider.NewMaker(got.Scheme, got.Samples, 1, "n")
	if !got.Has(mockprovider.PoisonEvent, maker) || !got.Has(mockprovider.EventsAPI, maker) || got.EventsAPI.Token() != "open sesame" {
		t.Errorf("no poison event, or no list of events: %+v", got)
	}
	if err := got.Permit(); err != nil {
		t.Errorf("with consent: %v", err)
	}
	callback := got.Probes[3].(named).Probe.(*Callback)
	if status := post(t, callback.Addr(), "sesame"); status != http.StatusNoContent {
		t.Errorf("a call with the token is answered %d", status)
	}
	if status := post(t, callback.Addr(), ""); status != http.StatusUnauthorized {
		t.Errorf("a call without the token is answered %d", status)
	}
	if counts, err := got.Probes[3].Counts(t.Context(), []string{"e1"}); err != nil || counts["e1"] != 1 {
		t.Errorf("counts %v, error %v", counts, err)
	}
	if err := closeProbes(); err != nil {
		t.Error(err)
	}
	for _, addr := range []string{callback.Addr(), hostOf(t, got.EventsAPI.URL())} {
		if free, err := NewCallback(addr, ""); err != nil {
			t.Errorf("the listener is still there: %v", err)
		} else if err := free.Close(); err != nil {
			t.Error(err)
		}
	}
}

func hostOf(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// A list of events that cannot be opened leaves no probe open.
func TestProbesAreClosedWithoutTheListOfEvents(t *testing.T) {
	t.Setenv("HOOKASSAY_TEST_SECRET", testSecret)
	first := freeAddress(t)
	for listen, env := range map[string]map[string]string{
		"127.0.0.1:0": nil, // the token is not set
		first:         {"T": "sesame"},
	} {
		c, err := parseText(`effects: {callback: {listen: "` + first + `"}}
events: {api: {listen: "` + listen + `", token: {env: T}}}
`)
		if err != nil {
			t.Fatal(err)
		}
		c.env = func(name string) (string, bool) {
			if name == "HOOKASSAY_TEST_SECRET" {
				return testSecret, true
			}
			v, ok := env[name]
			return v, ok
		}
		_, _, err = c.Target(flags(func(*Overrides) {}))
		if err == nil || !strings.HasPrefix(err.Error(), "hookassay.yaml:2:16: ") {
			t.Errorf("%s: %v", listen, err)
		}
		if free, err := NewCallback(first, ""); err != nil {
			t.Errorf("the probe is still open: %v", err)
		} else if err := free.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A receiver that we start needs no token of the user's.
func TestEventsAPIOfAReceiverThatWeStart(t *testing.T) {
	c := Config{Events: EventsConfig{API: &EventsAPIConfig{Listen: "127.0.0.1:0"}}}
	if err := c.checkEventsAPI(); err == nil {
		t.Error("nobody would know the token")
	}
	c.places = map[string]string{"process.start": "hookassay.yaml:1:1"}
	if err := c.checkEventsAPI(); err != nil {
		t.Error(err)
	}
	list, err := c.eventsAPI()
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	if len(list.Token()) < 32 {
		t.Errorf("a token of %d characters", len(list.Token()))
	}
}

func post(t *testing.T, addr, token string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr, strings.NewReader(`{"id": "e1"}`))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestFlagsGoBeforeTheFile(t *testing.T) {
	t.Chdir(copyConfig(t))
	if err := os.Mkdir("elsewhere", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "other.txt", "whsec_"+strings.Repeat("QUJD", 8))
	for _, name := range []string{"all.yaml", "poison"} {
		if err := os.Rename(name, "elsewhere/"+name); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"receiver", "break", "heal"} {
		writeProgram(t, name)
	}
	c, err := LoadConfig("elsewhere/all.yaml", environment(map[string]string{"EVENTS_TOKEN": "sesame", "MY_KEY": "k3y of a receiver", "DATABASE_URL": "postgres:///none?host=/nowhere"}))
	if err != nil {
		t.Fatal(err)
	}
	no := false
	got, closeProbes, err := c.Target(Overrides{
		URL: "https://localhost/", Resolve: "127.0.0.1:8443", SecretFile: "other.txt", CA: "ca.pem",
		PreviousSecret: "file:previous.txt", RevokedSecret: "file:revoked.txt", OtherSecret: "file:elsewhere.txt", EventsFiles: "events/*.json", BehindProxy: &no,
		Headers: map[string]string{"cf-access-client-id": "plain"}, EffectsCallback: "127.0.0.1:0", Rate: "5/s",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeProbes()
	if got.URL.Host != "localhost" || got.BehindProxy || got.Limits.Rate != 5 || got.SecretFrom != "file:other.txt" {
		t.Errorf("got %+v", got)
	}
	if got.Limits.Requests != 300 || got.Rejects != RejectsSilently {
		t.Errorf("what no flag says is not the file's: %+v", got)
	}
	wantHeaders := []Header{{"X-Attempt", "1", false}, {"X-Stage", "test", false}, {"cf-access-client-id", "plain", false}}
	if !reflect.DeepEqual(got.Headers, wantHeaders) {
		t.Errorf("headers: %v", got.Headers)
	}
	if len(got.Probes) != 1 || got.Probes[0].Describe().Kind != "callback" {
		t.Errorf("probes: %v", got.Probes)
	}
	if c.Receiver.Headers["CF-Access-Client-Id"].Env != "CF_ID" || c.places["target.url"] == "--target" {
		t.Error("flags of one run have changed the file for the next")
	}
}

func TestTargetRefuses(t *testing.T) {
	env := map[string]string{"S": testSecret, "SPACE": " hunter2 ", "WRONG": "hunter2", "EMPTY": "", "SHORT": "abc", "LINES": "a\nhunter2"}
	dir := t.TempDir()
	file := func(name, text string) string {
		write(t, filepath.Join(dir, name), text)
		return filepath.Join(dir, name)
	}
	wrong, empty, long := file("wrong", "hunter2\n"), file("empty", "\n"), file("long", strings.Repeat("hunter2", 10_000))
	live := file("live.json", `{"livemode": true}`)
	busy := httptest.NewServer(http.NotFoundHandler())
	defer busy.Close()
	address := strings.TrimPrefix(busy.URL, "http://")

	for _, tt := range []struct {
		name string
		give Overrides // URL, Scheme and SecretEnv are filled in; "-" leaves them out
		want string
	}{
		{"no URL", Overrides{URL: "-"}, "no target: give its URL, such as --target http://127.0.0.1:8080/webhooks"},
		{"no scheme", Overrides{Scheme: "-"}, "no scheme: give --scheme; there are " + strings.Join(mockprovider.SchemeNames(), ", ")},
		{"no secret", Overrides{SecretEnv: "-"}, "no secret: give --secret-env VAR or --secret-file PATH"},
		{"a URL", Overrides{URL: "localhost"}, `--target: target "localhost" is no URL`},
		{"a scheme", Overrides{Scheme: "githbu"}, `--scheme: unknown scheme "githbu"; did you mean "github"?`},
		{"a variable that is not set", Overrides{SecretEnv: "WEBHOOK_SECRET"}, "--secret-env: environment variable WEBHOOK_SECRET is not set: put the receiver's secret there"},
		{"a variable that is empty", Overrides{SecretEnv: "EMPTY"}, "--secret-env: environment variable EMPTY is empty: put the receiver's secret there"},
		{"a secret of the wrong form", Overrides{SecretEnv: "WRONG"}, "--secret-env: env:WRONG: the secret does not have the form that standard-webhooks takes"},
		{"a secret with spaces", Overrides{SecretEnv: "SPACE"}, "--secret-env: env:SPACE: the secret has white space around it"},
		{"a secret for a name", Overrides{SecretEnv: "whsec_hunter2"}, "--secret-env: this looks like a secret"},
		{"a file of the wrong form", Overrides{SecretEnv: "-", SecretFile: wrong}, "--secret-file: file:" + wrong + ": the secret does not have the form"},
		{"a file that is empty", Overrides{SecretEnv: "-", SecretFile: empty}, "--secret-file: " + empty + " is empty: put the receiver's secret there"},
		{"a file that is too long", Overrides{SecretEnv: "-", SecretFile: long}, "--secret-file: " + long + ": more than the 65536 bytes"},
		{"a file that is not there", Overrides{SecretEnv: "-", SecretFile: dir + "/none"}, "--secret-file: open "},
		{"a directory", Overrides{SecretEnv: "-", SecretFile: dir}, "--secret-file: read "},

		{"two secrets", Overrides{SecretFile: wrong}, "--secret-env and --secret-file both name the secret: give one"},
		{"two ways to see effects", Overrides{EffectsHTTP: busy.URL, EffectsCallback: "127.0.0.1:0"}, "--effects-http and --effects-callback both say how effects are seen"},
		{"a pointer into nothing", Overrides{EffectsPointer: "/n"}, "--effects-pointer says where in the answer of --effects-http"},
		{"a token for nobody", Overrides{CallbackTokenEnv: "S"}, "--callback-token-env belongs to --effects-callback"},
		{"effects of one count", Overrides{EffectsHTTP: busy.URL, EffectsPointer: "/n"}, "--effects-http: effects: {id} stands neither"},
		{"a listener that everybody reaches", Overrides{EffectsCallback: ":0"}, "--effects-callback: callback: whoever reaches :0 could invent effects"},
		{"a listener where another listens", Overrides{EffectsCallback: address}, "--effects-callback: effects callback: listen tcp "},
		{"a token that is not set", Overrides{EffectsCallback: "127.0.0.1:0", CallbackTokenEnv: "T"}, "--effects-callback: environment variable T is not set: put the token that callers send there"},

		{"a tolerance without timestamps", Overrides{Scheme: "github", TolerancePast: time.Minute}, "--tolerance-past: deliveries of github have no timestamp"},
		{"a negative tolerance", Overrides{ToleranceFuture: -time.Minute}, "--tolerance-future: -1m0s is not between 1s and 168h0m0s"},
		{"a header of the scheme", Overrides{Headers: map[string]string{"webhook-id": "x"}}, "--header: header webhook-id belongs to standard-webhooks"},
		{"a header that is not set", Overrides{Headers: map[string]string{"X-A": "env:NONE"}}, "--header: environment variable NONE is not set: put the value of header X-A there"},
		{"a header too short to hide", Overrides{Headers: map[string]string{"X-A": "env:SHORT"}}, "--header: environment variable SHORT has fewer than 4 characters"},
		{"a header of two lines", Overrides{Headers: map[string]string{"X-A": "env:LINES"}}, "--header: a header's value has no line breaks"},
		{"a CA without TLS", Overrides{CA: wrong}, "--ca: a CA is given, but the target's URL is not https"},
		{"a CA of no certificates", Overrides{URL: "https://127.0.0.1/", CA: wrong}, "--ca: " + wrong + " holds no certificate in PEM form"},
		{"a CA that is not there", Overrides{URL: "https://127.0.0.1/", CA: dir + "/none"}, "--ca: open "},

		{"another machine by our name", Overrides{URL: "http://localhost/", Resolve: "192.0.2.7:80"}, "--resolve: 192.0.2.7:80 is not this machine"},
		{"another machine by our address in six", Overrides{URL: "http://[::1]/", Resolve: "[::ffff:192.0.2.7]:80"}, "--resolve: [::ffff:192.0.2.7]:80 is not this machine"},
		{"consent of another", Overrides{URL: "http://a.example/", Consent: "b.example"}, `--consent: consent is given for "b.example", but the target is "a.example"`},
		{"live samples far away", Overrides{URL: "http://a.example/", Consent: "a.example", EventsFiles: live}, "--events: " + live + `: "livemode" is true: refused away from loopback`},
		{"no samples", Overrides{EventsFiles: dir + "/*.none"}, `--events: events.files "` + dir + `/*.none" matches no file`},
		{"samples of nothing", Overrides{EventsID: "/id"}, "--events-id: events.files is missing"},
		{"a risk", Overrides{MaxRisk: "saef"}, `--max-risk: unknown risk "saef"; did you mean "safe"?`},
		{"a rate", Overrides{Rate: "10"}, `--rate: "10" is no rate`},
		{"requests", Overrides{Requests: -1}, "--requests: -1 is not at least 1"},
		{"a profile", Overrides{Profile: "stirct"}, `--profile: unknown profile "stirct"; did you mean "strict"?`},
		{"a wait", Overrides{AnswerTimeout: time.Hour}, "--answer-timeout: 1h0m0s is not between 1ms and 10m0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fill(&tt.give.URL, loopback)
			fill(&tt.give.Scheme, "standard-webhooks")
			fill(&tt.give.SecretEnv, "S")
			got, closeProbes, err := Config{env: environment(env)}.Target(tt.give)
			if err == nil {
				closeProbes()
				t.Fatalf("no error, and %+v", got)
			}
			if !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if tt.give.SecretEnv != "whsec_hunter2" && strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "whsec_hunter2") {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

func fill(field *string, value string) {
	switch *field {
	case "":
		*field = value
	case "-":
		*field = ""
	}
}

func TestLiveSamplesOnLoopback(t *testing.T) {
	t.Setenv("HOOKASSAY_TEST_SECRET", testSecret)
	live := filepath.Join(t.TempDir(), "live.json")
	write(t, live, `{"livemode": true}`)
	got, closeProbes, err := Config{}.Target(flags(func(o *Overrides) { o.EventsFiles = live }))
	if err != nil {
		t.Fatal(err)
	}
	defer closeProbes()
	if got.Samples == nil {
		t.Error("no samples")
	}
}

// Without consent nothing may be sent, but what would be sent can be listed.
func TestTargetWithoutConsentIsMadeAndNotPermitted(t *testing.T) {
	t.Setenv("HOOKASSAY_TEST_SECRET", testSecret)
	got, closeProbes, err := Config{}.Target(flags(func(o *Overrides) { o.URL = "http://a.example/" }))
	if err != nil {
		t.Fatal(err)
	}
	defer closeProbes()
	if err := got.Permit(); err == nil || !strings.Contains(err.Error(), "--consent a.example") {
		t.Errorf("got %v", err)
	}
}

// A probe that cannot be opened must not leave those before it open.
func TestProbesAreClosedWhenOneFails(t *testing.T) {
	first := freeAddress(t)
	c, err := parseText(`effects:
  a: {callback: {listen: "` + first + `"}}
  b: {callback: {listen: "` + first + `"}}
`)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.probes(); err == nil || !strings.HasPrefix(err.Error(), "hookassay.yaml:3:7: effects callback: ") {
		t.Fatalf("got %v", err)
	}
	again, err := NewCallback(first, "")
	if err != nil {
		t.Fatalf("the first listener is still there: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// freeAddress is one that nobody listens on at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	c, err := NewCallback("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Addr()
}

func TestNamed(t *testing.T) {
	p := Named("ledger", Func(func(id string) int { return len(id) }))
	if got := p.Describe(); got.Name != "ledger" || got.Kind != "func" {
		t.Errorf("got %+v", got)
	}
	if counts, err := p.Counts(t.Context(), []string{"abc"}); err != nil || counts["abc"] != 3 {
		t.Errorf("counts %v, error %v", counts, err)
	}
}

// The file of a scheme is found as other files are: from the configuration
// beside it, from a flag in the working directory.
func TestTargetTakesASchemeOfOnesOwn(t *testing.T) {
	const own = "../../mockprovider/testdata/own/slack.yaml"
	absolute, err := filepath.Abs(own)
	if err != nil {
		t.Fatal(err)
	}
	env := environment(map[string]string{"S": "a shared secret"})
	dir := t.TempDir()
	relative, err := filepath.Rel(dir, absolute)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "hookassay.yaml"), "target: {scheme: "+relative+"}\n")
	inFile, err := LoadConfig(filepath.Join(dir, "hookassay.yaml"), env)
	if err != nil {
		t.Fatal(err)
	}
	give := Overrides{URL: "http://127.0.0.1:1/", SecretEnv: "S"}
	byFlag := give
	byFlag.Scheme = own
	for _, tt := range []struct {
		config Config
		give   Overrides
	}{{inFile, give}, {Config{env: env}, byFlag}} {
		target, done, err := tt.config.Target(tt.give)
		if err != nil {
			t.Fatal(err)
		}
		if err := done(); err != nil || target.Scheme.Name != "own-slack" {
			t.Errorf("scheme %s, %v", target.Scheme.Name, err)
		}
	}
}
