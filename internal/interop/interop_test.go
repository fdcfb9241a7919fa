package interop_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/interop"
)

// settleLimit is generous: Debian's webhook answers before its command has run.
const settleLimit = 20 * time.Second

var client = http.Client{Timeout: 10 * time.Second}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := interop.RemoveBinaries(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// answers holds the statuses that each receiver gives. Those to forgeries are what
// it really does, not what it should do.
var answers = map[string]struct{ genuine, forged, unsigned int }{
	"standard-webhooks-go": {204, 400, 400},
	"go-github":            {200, 400, 400},
	"cloudevents-go":       {200, 401, 401},
	// A wrong signature is an evaluation error to it, a missing one a mismatch that,
	// by default, is answered like a success.
	"debian-webhook": {200, 500, 200},
	// Its README leaves every error unanswered.
	"go-playground-webhooks": {200, 200, 200},
	"stripe-go":              {200, 400, 400},
	"standard-webhooks-node": {200, 400, 400},
	"octokit-webhooks":       {200, 400, 400},
	"cloudevents-node":       {200, 401, 401},
	"stripe-node":            {200, 400, 400},
}

func TestReceivers(t *testing.T) {
	for _, receiver := range interop.Receivers {
		t.Run(receiver.Name, func(t *testing.T) {
			t.Parallel()
			var url string
			t.Run("running", func(t *testing.T) { url = testRunning(t, receiver) })
			if url != "" && reachable(url) {
				t.Error("the receiver is still there after its test")
			}
		})
	}
}

// testRunning sends a genuine delivery between forged ones and returns the URL that
// took them.
func testRunning(t *testing.T, receiver interop.Receiver) string {
	secret, deliver := receiver.Secret(), deliver[receiver.Scheme]
	want := answers[receiver.Name]
	url, effectsURL := interop.Start(t, receiver, secret)
	assertEffects(t, effectsURL, map[string]int{})

	send(t, "genuine", deliver(t, url, secret, "event-1"), want.genuine)
	assertEffects(t, effectsURL, map[string]int{"event-1": 1})

	send(t, "forged", deliver(t, url, receiver.Secret(), "event-2"), want.forged)
	unsigned := deliver(t, url, secret, "event-3")
	unsigned.Header.Del(credential[receiver.Scheme])
	send(t, "unsigned", unsigned, want.unsigned)

	// None of them removes duplicates. Its effect is also the sign that those of the
	// forged ones would have been seen by now.
	send(t, "genuine again", deliver(t, url, secret, "event-1"), want.genuine)
	assertEffects(t, effectsURL, map[string]int{"event-1": 2})
	return url
}

func send(t *testing.T, name string, request *http.Request, want int) {
	t.Helper()
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<10))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if response.StatusCode != want {
		t.Errorf("%s: status %d (%s), want %d", name, response.StatusCode, body, want)
	}
}

// assertEffects waits until the effects are those wanted, no more and no fewer.
func assertEffects(t *testing.T, effectsURL string, want map[string]int) {
	t.Helper()
	var got map[string]int
	for deadline := time.Now().Add(settleLimit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got = readEffects(t, effectsURL)
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
	}
	t.Fatalf("effects = %v, want %v", got, want)
}

func readEffects(t *testing.T, effectsURL string) map[string]int {
	t.Helper()
	response, err := client.Get(effectsURL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	effects := map[string]int{}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&effects); err != nil {
		t.Fatalf("effects: %v", err)
	}
	return effects
}

func reachable(url string) bool {
	parsed, err := neturl.Parse(url)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", parsed.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// TestHandshake also shows that the token check, which is ours, leaves the SDK's
// handshake alone.
func TestHandshake(t *testing.T) {
	tests := []struct {
		name   string
		origin func(allowed string) string
		want   int
	}{
		{"the allowed origin", func(allowed string) string { return allowed }, http.StatusOK},
		{"another origin", func(string) string { return "other.test" }, http.StatusBadRequest},
	}
	for _, receiver := range interop.Receivers {
		if receiver.Origin == "" {
			continue
		}
		url, _ := interop.Start(t, receiver, receiver.Secret())
		for _, tt := range tests {
			t.Run(receiver.Name+"/"+tt.name, func(t *testing.T) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, url, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("WebHook-Request-Origin", tt.origin(receiver.Origin))
				send(t, "handshake", request, tt.want)
			})
		}
	}
}

func TestReceiversAreNamedTruly(t *testing.T) {
	for _, receiver := range interop.Receivers {
		t.Run(receiver.Name, func(t *testing.T) {
			program := "receivers/" + receiver.Name + "/main.go"
			if receiver.Script != "" {
				program = "receivers/node/" + receiver.Script
			}
			if _, err := os.Stat(program); err != nil {
				t.Error(err)
			}
			if got := installedVersion(t, receiver); got != receiver.Version {
				t.Errorf("version of %s = %q, want %q", receiver.Library, got, receiver.Version)
			}
		})
	}
}

func installedVersion(t *testing.T, receiver interop.Receiver) string {
	t.Helper()
	if receiver.Script != "" {
		version, err := interop.NodeVersion(receiver.Library)
		if err != nil && os.Getenv(interop.NoSkipEnv) != "1" {
			t.Skip("not installed: ", err)
		}
		return version // an empty one is told as wrong
	}
	command := []string{"go", "list", "-m", "-f", "{{.Version}}", receiver.Library}
	if receiver.Program != "" {
		if _, err := os.Stat(receiver.Program); err != nil && os.Getenv(interop.NoSkipEnv) != "1" {
			t.Skip("not installed: ", err)
		}
		command = []string{receiver.Program, "-version"}
	}
	output, err := exec.CommandContext(t.Context(), command[0], command[1:]...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(output)), "webhook version ")
}

func TestStartWithoutWhatItNeeds(t *testing.T) {
	t.Setenv(interop.NoSkipEnv, "")
	tests := map[string]interop.Receiver{
		"a program":      {Name: "none", Program: t.TempDir() + "/webhook"},
		"an npm package": {Name: "none", Script: "none.js", Library: "no-such-package"},
	}
	for name, receiver := range tests {
		skipped := false
		t.Run(name, func(t *testing.T) {
			defer func() { skipped = t.Skipped() }()
			interop.Start(t, receiver, "")
		})
		if !skipped {
			t.Errorf("a receiver that lacks %s was not skipped", name)
		}
	}
}
