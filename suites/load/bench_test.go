package load

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// benchReceiver, in the environment, makes the test binary a receiver: its CPU
// time must not be counted with the generator's.
const benchReceiver = "HOOKASSAY_BENCH_RECEIVER"

// serveBenchReceiver verifies Standard Webhooks and answers 202, until its
// standard input ends.
func serveBenchReceiver(key string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil || !verified([]byte(key), r.Header, body) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	_, _ = io.Copy(io.Discard, os.Stdin) // its end is the signal, not its content
}

func verified(key []byte, h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.", h.Get("webhook-id"), h.Get("webhook-timestamp"))
	mac.Write(body)
	signature, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(h.Get("webhook-signature"), "v1,"))
	return err == nil && hmac.Equal(signature, mac.Sum(nil))
}

// startBenchReceiver returns a target in another process, with samples of
// about a kilobyte.
func startBenchReceiver(b *testing.B) *target.Target {
	b.Helper()
	scheme, err := mockprovider.FindScheme("standard-webhooks")
	if err != nil {
		b.Fatal(err)
	}
	parsed, err := mockprovider.ParseSecret(scheme, secret)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), benchReceiver+"="+string(parsed.Key))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil && b.Context().Err() == nil {
			b.Errorf("receiver: %v", err)
		}
	})
	var address string
	if _, err := fmt.Fscanln(stdout, &address); err != nil {
		b.Fatal(err)
	}
	tgt := aim(b, "http://"+address+"/webhooks")
	tgt.Samples = &mockprovider.Samples{Set: map[string]string{"/data/id": "in_{canary}"}}
	file := filepath.Join(b.TempDir(), "invoice.paid.json")
	if err := os.WriteFile(file, []byte(benchBody("")), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := tgt.Samples.Load(file, false); err != nil {
		b.Fatal(err)
	}
	return tgt
}

func benchBody(id string) string {
	return `{"type":"invoice.paid","data":{"id":"` + id + `","note":"` + strings.Repeat("x", 960) + `"}}`
}

// always is a schedule that is always due: a closed loop.
type always struct{ Constant }

func (always) At(int) time.Duration { return 0 }

const (
	benchWorkers = 32
	benchRound   = 15_000 // deliveries
)

// BenchmarkDeliver compares the CPU time a signed, unique delivery of 1 KB
// costs this process with what it costs plain Vegeta, whose Targeter signs
// with the Standard Webhooks library. Rounds alternate, so that a busy machine
// slows both.
func BenchmarkDeliver(b *testing.B) {
	tgt := startBenchReceiver(b)
	var ours, plain cost
	rounds := 0
	for b.Loop() {
		rounds++
		ours.measure(b, func() int { return deliverOurs(b, tgt, rounds) })
		plain.measure(b, func() int { return deliverPlain(b, tgt) })
	}
	b.ReportMetric(0, "ns/op") // of a round: says nothing
	b.ReportMetric(ours.micros(), "µs-cpu/delivery")
	b.ReportMetric(plain.micros(), "µs-cpu/plain-vegeta-delivery")
	b.ReportMetric(ours.micros()/plain.micros(), "cpu/plain-vegeta")
	b.ReportMetric(ours.rate(), "deliveries/s")
	b.ReportMetric(ours.rate()/plain.rate(), "rate/plain-vegeta")
}

// A cost is the CPU time and the time that deliveries took.
type cost struct {
	cpu, wall  time.Duration
	deliveries int
}

func (c *cost) measure(b *testing.B, deliver func() int) {
	b.Helper()
	cpu, began := cpuTime(), time.Now()
	accepted := deliver()
	c.cpu, c.wall = c.cpu+cpuTime()-cpu, c.wall+time.Since(began)
	c.deliveries += benchRound
	if accepted != benchRound {
		b.Fatalf("%d of %d deliveries were accepted", accepted, benchRound)
	}
}

func (c *cost) micros() float64 {
	return float64(c.cpu.Nanoseconds()) / 1000 / float64(c.deliveries)
}

func (c *cost) rate() float64 { return float64(c.deliveries) / c.wall.Seconds() }

func deliverOurs(b *testing.B, tgt *target.Target, round int) int {
	b.Helper()
	s := scenarios.LoadScenario{
		Name: "bench", Mix: []scenarios.Weight{{Name: scenarios.ClassGenuine, Weight: 1}}, InFlight: benchWorkers, CatchUp: 1.5,
		Schedule: scenarios.LoadSchedule{Constant: &scenarios.Constant{Rate: perSecond(benchRound), For: mockprovider.Duration(time.Second)}},
	}
	plan, err := NewPlan(s, int64(round))
	if err != nil {
		b.Fatal(err)
	}
	plan.schedule = always{Constant{perSecond(benchRound / 60), time.Minute}}
	cfg := Config{Target: tgt, Scenario: s, Seed: int64(round), Nonce: "bench"}
	p, err := newPressing(cfg, plan)
	if err != nil {
		b.Fatal(err)
	}
	a := newAttack(b.Context(), cfg, plan, p)
	a.run(b.Context())
	return a.rec.classes[Genuine].accepted
}

// deliverPlain is what a user of Vegeta's library would write.
func deliverPlain(b *testing.B, tgt *target.Target) int {
	b.Helper()
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	url, template := tgt.URL.String(), []byte(benchBody("ID"))
	targeter := func(t *vegeta.Target) error {
		id := fmt.Sprintf("msg_hookassay%026d", n.Add(1))
		body := bytes.Replace(template, []byte(`"ID"`), []byte(`"`+id+`"`), 1)
		now := time.Now()
		signature, err := wh.Sign(id, now, body)
		if err != nil {
			return err
		}
		t.Method, t.URL, t.Body = http.MethodPost, url, body
		t.Header = http.Header{
			"User-Agent": {"hookassay"}, "Content-Type": {"application/json"}, "Webhook-Id": {id},
			"Webhook-Timestamp": {fmt.Sprint(now.Unix())}, "Webhook-Signature": {signature},
		}
		return nil
	}
	attacker := vegeta.NewAttacker(vegeta.Workers(benchWorkers), vegeta.MaxWorkers(benchWorkers), vegeta.Connections(benchWorkers))
	accepted := 0
	for result := range attacker.Attack(targeter, &atMost{n: benchRound}, 0, "") {
		if result.Code == http.StatusAccepted {
			accepted++
		}
	}
	return accepted
}

// atMost paces n hits as fast as they go.
type atMost struct{ n uint64 }

func (p *atMost) Pace(_ time.Duration, hits uint64) (time.Duration, bool) { return 0, hits >= p.n }
func (p *atMost) Rate(time.Duration) float64                              { return 0 }

func BenchmarkTransportAlone(b *testing.B) {
	tgt := startBenchReceiver(b)
	s := smoke(b, scenarios.Rate{}, 0)
	plan, err := NewPlan(s, 1)
	if err != nil {
		b.Fatal(err)
	}
	pressed, err := newPressing(Config{Target: tgt, Scenario: s, Nonce: "bench"}, plan)
	if err != nil {
		b.Fatal(err)
	}
	p := newPlain(tgt.Address(), 0)
	defer p.close()
	b.ReportAllocs()
	var out []byte
	n := 0
	for b.Loop() {
		out = pressed.press.AppendRequest(out[:0], mockprovider.Stamp{Event: n, Object: -1, Happened: time.Now(), At: time.Now()})
		if r := p.exchange(context.Background(), out, time.Now().Add(time.Minute)); r.status != http.StatusAccepted {
			b.Fatalf("%d %s", r.status, r.failure)
		}
		n++
	}
}
