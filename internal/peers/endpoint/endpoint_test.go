package endpoint

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const secret = "whsec_aG9va2Fzc2F5IHRlc3RzIHRoZSByZWNlaXZlcg=="

// asServer, in the environment, makes the test binary a receiver.
const asServer = "HOOKASSAY_TEST_ENDPOINT"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	if err := Serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func start(t *testing.T) *Process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asServer+"=1", SecretEnv+"="+secret)
	p, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return p
}

func TestAnswers(t *testing.T) {
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"type":"a"}`
	now := time.Now()
	good, err := wh.Sign("msg_1", now, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	p := start(t)
	for _, test := range []struct {
		name, path, signature string
		want                  int
	}{
		{"genuine", Verifying, good, 202},
		{"forged", Verifying, "v1,AAAA", 401},
		{"unsigned", Verifying, "", 401},
		{"unsigned, open", Open, "", 202},
		{"unsigned, spread", Spread, "", 202},
	} {
		t.Run(test.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL(test.path), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {fmt.Sprint(now.Unix())}, "Webhook-Signature": {test.signature}}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != test.want {
				t.Errorf("status %d, want %d", answer.StatusCode, test.want)
			}
		})
	}
	seen, err := p.Seen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if seen.Accepted != 3 || seen.Refused != 2 {
		t.Errorf("seen %+v, want 3 accepted and 2 refused", seen)
	}
	if least := float64(spreadLeast / time.Millisecond); seen.P999 < least {
		t.Errorf("longest delay %v ms: /spread waits %v ms at least", seen.P999, least)
	}
	if again, err := p.Seen(t.Context()); err != nil || again != (Seen{}) {
		t.Errorf("asked again: %+v, %v; want nothing", again, err)
	}
}

func TestTooLargeIsRefused(t *testing.T) {
	w := httptest.NewRecorder()
	newHandler([]byte("key")).ServeHTTP(w, httptest.NewRequest(http.MethodPost, Open, strings.NewReader(strings.Repeat("x", maxBody+1))))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

// TestSpreadIsExponential: what a run's first deliveries show is what the
// formula says, −mean·ln(1−q) on top of the least.
func TestSpreadIsExponential(t *testing.T) {
	var all []time.Duration
	for n := range uint64(10_000) {
		all = append(all, spreadOf(n+1))
	}
	slices.Sort(all)
	for _, q := range []float64{0.5, 0.99, 0.999} {
		want := 20 - 60*math.Log(1-q)
		if got := quantile(all, q); math.Abs(got/want-1) > 0.02 { // ten lie beyond p99.9
			t.Errorf("p%g is %.2f ms, want %.2f", 100*q, got, want)
		}
	}
}

// TestStalledQuantile plays the receiver's own rule over whole periods, from
// different points in them.
func TestStalledQuantile(t *testing.T) {
	for _, from := range []time.Duration{0, 300 * time.Millisecond, 4 * time.Second, 9500 * time.Millisecond} {
		var all []time.Duration
		for at := time.Duration(0); at < 2*StallEvery; at += time.Millisecond {
			all = append(all, StallBase+stallLeft(from+at))
		}
		slices.Sort(all)
		for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
			want := float64(StalledQuantile(q, StallBase)) / float64(time.Millisecond)
			if got := quantile(all, q); math.Abs(got-want) > 1.001 { // the step
				t.Errorf("from %v: p%g is %v ms, want %v", from, 100*q, got, want)
			}
		}
	}
}

func TestMiddleRate(t *testing.T) {
	even := slices.Repeat([]int{5}, 1000) // 5,000/s
	late := append(slices.Repeat([]int{0}, 500), even...)
	late[0] = 1 // one that came before the others
	for _, test := range []struct {
		name    string
		arrived []int
		want    float64
	}{
		{"nothing", nil, 0},
		{"one", []int{1}, 0},
		{"even", even, 5000},
		{"after one early delivery", late, 5000},
	} {
		total := 0
		for _, n := range test.arrived {
			total += n
		}
		if got := middleRate(test.arrived, total); math.Abs(got-test.want) > test.want/100 {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
