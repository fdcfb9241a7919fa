package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
)

// TestInAnotherProcess is what a user's test looks like. The tests below start
// this binary again to see what go test makes of it.
func TestInAnotherProcess(t *testing.T) {
	url := os.Getenv("HOOKASSAY_TEST_URL")
	if url == "" {
		t.Skip("it is run by the tests of Run")
	}
	c := conformance.Config{URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret}
	if only := os.Getenv("HOOKASSAY_TEST_ONLY"); only != "" {
		c.Only = strings.Fields(only)
	}
	conformance.Run(t, c)
}

// rerun runs this binary against url and returns what it printed.
func rerun(t *testing.T, url, only, pattern string) (output string, ok bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern, "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), "HOOKASSAY_TEST_URL="+url, "HOOKASSAY_TEST_ONLY="+only)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), err == nil
}

// counting serves the reference receiver and counts requests.
func counting(t *testing.T) (url string, n *atomic.Int64) {
	n = new(atomic.Int64)
	url, _ = behind(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n.Add(1)
			next.ServeHTTP(w, r)
		})
	})
	return url, n
}

func TestRunSendsWhatIsSelected(t *testing.T) {
	url, n := counting(t)
	output, ok := rerun(t, url, "", "^TestInAnotherProcess$/scenarios/^auth.wrong-key$")
	if !ok || !strings.Contains(output, "--- PASS: TestInAnotherProcess/scenarios/auth.wrong-key") {
		t.Errorf("the selected sub-test did not pass:\n%s", output)
	}
	if strings.Contains(output, "scenarios/ts.stale") {
		t.Errorf("another sub-test ran:\n%s", output)
	}
	if n.Load() != 4 { // preflight, control, fault, control
		t.Errorf("%d requests were sent, not 4", n.Load())
	}
	output, ok = rerun(t, url, "", "^TestInAnotherProcess$/nothing")
	if !ok || n.Load() != 4 {
		t.Errorf("nothing was selected, and %d more requests were sent:\n%s", n.Load()-4, output)
	}
}

func TestRunFailsForWhatFails(t *testing.T) {
	accepting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer accepting.Close()
	output, ok := rerun(t, accepting.URL, "auth.wrong-key idem.dup-sequential http.chunked", "^TestInAnotherProcess$")
	if ok {
		t.Errorf("a receiver that accepts forgeries passes:\n%s", output)
	}
	for _, want := range []string{
		"--- FAIL: TestInAnotherProcess/scenarios/auth.wrong-key",
		"must not be accepted was answered 200",
		"--- SKIP: TestInAnotherProcess/scenarios/idem.dup-sequential",
		"no effect probe is configured",
		"--- PASS: TestInAnotherProcess/scenarios/http.chunked",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("the output lacks %q:\n%s", want, output)
		}
	}
	if strings.Contains(output, settings[0].secret) {
		t.Error("the output holds the secret")
	}
}

func TestRunFailsForWhatIsBlocked(t *testing.T) {
	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	output, ok := rerun(t, refusing.URL, "auth.wrong-key", "^TestInAnotherProcess$")
	if ok || strings.Count(output, "--- FAIL") != 2 || !strings.Contains(output, "--- FAIL: TestInAnotherProcess/preflight") ||
		!strings.Contains(output, "--- SKIP: TestInAnotherProcess/scenarios/auth.wrong-key") || !strings.Contains(output, "blocked by the preflight") {
		t.Errorf("the preflight does not fail once for all:\n%s", output)
	}
	output, ok = rerun(t, refusing.URL, "auth.wrong-key", "^TestInAnotherProcess$/^scenarios$/^auth.wrong-key$")
	if ok || !strings.Contains(output, "the preflight: a genuine delivery is answered 404") {
		t.Errorf("selected by its name it does not fail:\n%s", output)
	}
}

// TestRunNamesItsOwnCommand: the receiver of a Go test is gone with the test,
// and a transcript was not kept.
func TestRunNamesItsOwnCommand(t *testing.T) {
	accepting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer accepting.Close()
	output, _ := rerun(t, accepting.URL, "auth.wrong-key", "^TestInAnotherProcess$")
	if !strings.Contains(output, "go test -run '^TestInAnotherProcess$/^scenarios$/^auth.wrong-key$'") {
		t.Errorf("how to run it again is not said:\n%s", output)
	}
	for _, lie := range []string{"transcript.jsonl", "--secret-env", "hookassay run"} {
		if strings.Contains(output, lie) {
			t.Errorf("the output says %q:\n%s", lie, output)
		}
	}
}

func TestPrepareErrors(t *testing.T) {
	good := conformance.Config{URL: "http://127.0.0.1:1/webhooks", Scheme: settings[0].scheme, Secret: settings[0].secret}
	with := func(change func(*conformance.Config)) conformance.Config {
		c := good
		change(&c)
		return c
	}
	elsewhere, err := target.New(target.Settings{URL: "http://hooks.example/", Scheme: good.Scheme, Secret: good.Secret})
	if err != nil {
		t.Fatal(err)
	}
	for says, c := range map[string]conformance.Config{
		"no target":       {},
		"is no URL":       with(func(c *conformance.Config) { c.URL = "127.0.0.1:80" }),
		`"githb"`:         with(func(c *conformance.Config) { c.Scheme = "githb" }),
		"expected":        with(func(c *conformance.Config) { c.Secret = "sesame" }),
		`"prodction"`:     with(func(c *conformance.Config) { c.Profile = "prodction" }),
		"--only":          with(func(c *conformance.Config) { c.Only = []string{"auth.wrong-kee"} }),
		"--exclude":       with(func(c *conformance.Config) { c.Exclude = []string{"nothing.*"} }),
		"nothing is left": with(func(c *conformance.Config) { c.Only, c.Exclude = []string{"auth.*"}, []string{"auth.*"} }),
		"--consent":       with(func(c *conformance.Config) { c.Target = elsewhere }),
		"stands at": with(func(c *conformance.Config) {
			c.Scenarios = []scenarios.Scenario{{ID: "auth.wrong-key", Location: "mine.yaml:1"}}
		}),
	} {
		_, err := conformance.Prepare(c)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
		if err != nil && strings.Contains(err.Error(), "sesame") {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	if _, err := conformance.Prepare(good); err != nil {
		t.Error(err)
	}
}
