package load

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
)

const (
	testURL  = "HOOKASSAY_TEST_URL"
	testFile = "HOOKASSAY_TEST_FILE"
)

// TestInAnotherProcess is what a user's test looks like. The tests below start
// this binary again to see what go test makes of it.
func TestInAnotherProcess(t *testing.T) {
	if os.Getenv(testURL) == "" {
		t.Skip("it is run by the tests of Test")
	}
	Test(t, TestConfig{
		URL: os.Getenv(testURL), Scheme: receiver.StandardWebhooks, Secret: secret, Scenario: os.Getenv(testFile),
	})
}

const briefFile = `name: brief
title: A second of load
why: It is a test.
schedule: {constant: {rate: 200/s, for: 1s}}
mix: {genuine: 90, forged: 10}
objectives:
  - "genuine: p99(response) <= 60s"
  - "forged: accepted = 0"
  - "lost = 0"
`

// testAgain runs this binary against a receiver with flaws, and returns what it
// printed, whether it passed, and how many requests were sent.
func testAgain(t *testing.T, file, pattern, key string, flaws ...string) (output string, ok bool, requests int64) {
	t.Helper()
	r, err := receiver.New(receiver.Config{Secrets: map[string][]string{receiver.StandardWebhooks: {key}}, Flaws: flaws})
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		n.Add(1)
		r.ServeHTTP(w, req)
	}))
	defer r.Close()
	defer srv.Close()
	name := filepath.Join(t.TempDir(), "brief.yaml")
	if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern, "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), testURL+"="+srv.URL, testFile+"="+name)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), err == nil, n.Load()
}

func TestTest(t *testing.T) {
	const all = "^TestInAnotherProcess$"
	another := "whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhlIHJlY2VpdmVyLg=="
	short := strings.Replace(briefFile, "for: 1s", "for: 100ms", 1)
	for _, test := range []struct {
		name, file, pattern, key string
		flaws                    []string
		ok, sends                bool
		want                     []string
	}{
		{"a correct receiver", briefFile, all, secret, nil, true, true, []string{
			"--- PASS: TestInAnotherProcess/load_brief/forged:_accepted_=_0", "--- PASS: TestInAnotherProcess/load_brief/run",
			"--- SKIP: TestInAnotherProcess/load_brief/lost_=_0", "the target has no effects probe", "measured 0",
		}},
		{"a flawed one", briefFile, all, secret, []string{"never-verifies"}, false, true, []string{
			"--- FAIL: TestInAnotherProcess/load_brief/forged:_accepted_=_0", "again: go test -run '^TestInAnotherProcess$/^load_brief$'\n",
			"--- PASS: TestInAnotherProcess/load_brief/genuine:_p99(response)_<=_60s",
		}},
		{"one objective", briefFile, all + "/./forged", secret, nil, true, true, []string{"--- PASS: TestInAnotherProcess/load_brief/forged"}},
		{"none of them", briefFile, all + "/./nothing", secret, nil, true, false, nil},
		{"no run at all", briefFile, all, another, nil, false, true, []string{
			"the preflight: ", "--- SKIP: TestInAnotherProcess/load_brief/forged", "nothing was sent",
		}},
		{"too short", short, all, secret, nil, false, true, []string{
			"--- SKIP: TestInAnotherProcess/load_brief/run", "too short to tell", "nothing was assessed",
		}},
		{"a slip", "name: brief\n", all, secret, nil, false, false, []string{"brief.yaml:1:"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, ok, requests := testAgain(t, test.file, test.pattern, test.key, test.flaws...)
			if ok != test.ok || requests > 0 != test.sends {
				t.Errorf("passed %v, %d requests:\n%s", ok, requests, output)
			}
			for _, want := range test.want {
				if !strings.Contains(output, want) {
					t.Errorf("the output lacks %q:\n%s", want, output)
				}
			}
			if strings.Contains(output, secret) {
				t.Error("the output holds the secret")
			}
		})
	}
}
