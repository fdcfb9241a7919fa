package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
)

// TestMain: the test binary is the processes that a bench starts, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && roles[os.Args[1]] != nil {
		main()
		return
	}
	os.Exit(m.Run())
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{ctx: t.Context(), rounds: 1, dir: t.TempDir(), self: os.Args[0]}
	if err := b.writeFiles(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(b.self, "as-receiver")
	cmd.Env = append(os.Environ(), endpoint.SecretEnv+"="+secret)
	var err error
	if b.receiver, err = endpoint.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.receiver.Stop(); err != nil {
			t.Errorf("receiver: %v", err)
		}
	})
	return b
}

func TestMeasure(t *testing.T) {
	b := newBench(t)
	o, err := b.measure(b.plainVegeta(), job{path: endpoint.Verifying, inFlight: 4, lasts: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if o.seen.Accepted < 1 || o.seen.Rate <= 0 || o.micros() <= 0 {
		t.Errorf("%+v, %v µs a delivery", o.seen, o.micros())
	}
}

// TestMeasureFails: what did not do its job has no figure.
func TestMeasureFails(t *testing.T) {
	b := newBench(t)
	shell := func(script string) *tool {
		return &tool{name: "sh", command: func(job, string) (*exec.Cmd, error) { return exec.Command("sh", "-c", script), nil }}
	}
	verdict := shell("exit 3")
	verdict.verdicts = true
	for _, test := range []struct {
		name string
		tool *tool
		want string
	}{
		{"a failure", shell("echo broken >&2; exit 3"), "broken"},
		{"nothing sent", shell("exit 0"), "0 deliveries were accepted"},
		{"a verdict, but nothing sent", verdict, "0 deliveries were accepted"},
		{"no such program", &tool{command: func(job, string) (*exec.Cmd, error) { return exec.Command("./no-such"), nil }}, "no-such"},
	} {
		if _, err := b.measure(test.tool, job{path: endpoint.Open}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestMeasureCountsRefusals(t *testing.T) {
	b := newBench(t)
	unsigned := func(job, string) (*exec.Cmd, error) { return exec.Command("true"), nil }
	answer, err := http.Post(b.receiver.URL(endpoint.Verifying), "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	seen, err := b.receiver.Seen(t.Context())
	if err != nil || seen.Refused != 1 {
		t.Fatalf("seen %+v, %v", seen, err)
	}
	// What came before a job is none of its.
	if _, err := b.measure(&tool{name: "true", command: unsigned}, job{path: endpoint.Open}); err == nil || !strings.Contains(err.Error(), "0 refused") {
		t.Error(err)
	}
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		file string
		read func(job, []byte) (said, error)
		want said
	}{
		{"report.json", readReport, said{p50: 0.479, p99: 4.147, p999: 6.007, lag: 3.795}},
		{"autocannon.json", readAutocannon, said{p50: 0, p99: 29, p999: 30}},
		{"vegeta.csv", readResults, said{p50: 0.627382, p99: 1.263557, p999: 1.263557, lag: 8.598278}},
	} {
		t.Run(test.file, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", test.file))
			if err != nil {
				t.Fatal(err)
			}
			got, err := test.read(job{rate: 100}, b)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
			for _, bad := range []string{"", "no output\n", "{}"} {
				if got, err := test.read(job{rate: 100}, []byte(bad)); err == nil {
					t.Errorf("%q is read as %+v", bad, got)
				}
			}
		})
	}
}

// TestReadFailures: a run with failures has no response times.
func TestReadFailures(t *testing.T) {
	if got, err := readAutocannon(job{}, []byte(`{"latency":{"p50":1},"failed":1}`)); err == nil {
		t.Errorf("autocannon: %+v", got)
	}
	csv, err := os.ReadFile("testdata/vegeta.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readResults(job{rate: 100}, []byte(strings.Replace(string(csv), ",202,", ",500,", 1))); err == nil {
		t.Errorf("Vegeta: %+v", got)
	}
	report, err := os.ReadFile("testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readReport(job{}, []byte(strings.Replace(string(report), `"right": 200`, `"right": 199`, 1))); err == nil {
		t.Errorf("hookassay: %+v", got)
	}
}

func TestWrkVersion(t *testing.T) {
	out, err := os.ReadFile("testdata/wrk.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wrkVersion(out); err != nil || got != "debian/4.1.0-3+b2" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := wrkVersion([]byte("sh: wrk: not found")); err == nil {
		t.Errorf("read as %q", got)
	}
}

func TestPeakOf(t *testing.T) {
	for status, want := range map[string]int64{
		"Name:\tx\nVmPeak:\t 2048 kB\nVmHWM:\t   28672 kB\nVmRSS:\t 100 kB\n": 28 << 20,
		"Name:\tx\nState:\tZ (zombie)\n":                                      0,
		"":                                                                    0,
	} {
		if got := peakOf(status); got != want {
			t.Errorf("%q: %d, want %d", status, got, want)
		}
	}
}

func TestLagQuantile(t *testing.T) {
	ms := func(all ...int) (out []time.Duration) {
		for _, one := range all {
			out = append(out, time.Duration(one)*time.Millisecond)
		}
		return out
	}
	for _, test := range []struct {
		offsets []time.Duration
		want    time.Duration
	}{
		{nil, 0},
		{ms(5), 0},
		{ms(3, -2, 0), 5 * time.Millisecond}, // the earliest is on time
	} {
		if got := lagQuantile(test.offsets, 0.99); got != test.want {
			t.Errorf("%v: %v, want %v", test.offsets, got, test.want)
		}
	}
}

func TestSeries(t *testing.T) {
	for _, test := range []struct {
		values series
		want   string
	}{
		{nil, ""},
		{series{2}, "2.0"},
		{series{3, 1}, "2.0 (1.0–3.0)"},
		{series{3, 1, 8}, "3.0 (1.0–8.0)"},
	} {
		if got := test.values.spread("%.1f"); got != test.want {
			t.Errorf("%v: %q, want %q", test.values, got, test.want)
		}
	}
	if got := (series{2, 9}).over(series{4, 3}).spread("%.1f"); got != "1.8 (0.5–3.0)" {
		t.Errorf("ratios are taken round by round: %q", got)
	}
}

func TestChosen(t *testing.T) {
	for list, want := range map[string]string{"": "cost lag truth memory", "lag": "lag", "memory,cost": "cost memory"} {
		wanted, err := chosen(list)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range figures {
			if wanted[f.name] {
				got = append(got, f.name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", list, got, want)
		}
	}
	if _, err := chosen("speed"); err == nil || !strings.Contains(err.Error(), "truth") {
		t.Errorf("a figure that is not there: %v", err)
	}
}

// TestTargeterSigns: what plain Vegeta is charged for is a delivery that holds.
func TestTargeterSigns(t *testing.T) {
	targeter, err := signingTargeter("http://127.0.0.1/")
	if err != nil {
		t.Fatal(err)
	}
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for range 3 {
		var target vegeta.Target
		if err := targeter(&target); err != nil {
			t.Fatal(err)
		}
		if err := wh.Verify(target.Body, target.Header); err != nil {
			t.Error(err)
		}
		id := target.Header.Get("Webhook-Id")
		ids[id] = true
		if len(target.Body) < 1000 || len(target.Body) > 1100 || !strings.Contains(string(target.Body), id) {
			t.Errorf("a body of %d bytes, %.60q…", len(target.Body), target.Body)
		}
	}
	if len(ids) != 3 {
		t.Errorf("ids %v", ids)
	}
}

func TestAbsentToolsSayWhy(t *testing.T) {
	b := &bench{ctx: context.Background(), dir: t.TempDir()}
	why := fmt.Errorf("the registry is away")
	for _, one := range []*tool{b.vegeta("", why), b.autocannon("", why), b.wrk("", why)} {
		if one.command != nil || !strings.Contains(one.version, why.Error()) {
			t.Errorf("%s: version %q", one.name, one.version)
		}
	}
}
