package load

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/peers/endpoint"
	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// benchReceiver, in the environment, makes the test binary a receiver: its CPU
// time must not be counted with the generator's.
const benchReceiver = "HOOKASSAY_BENCH_RECEIVER"

// startBenchReceiver returns a target in another process, with samples of
// about a kilobyte.
func startBenchReceiver(b *testing.B) *target.Target {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), benchReceiver+"=1", endpoint.SecretEnv+"="+secret)
	cmd.Stderr = os.Stderr
	receiver, err := endpoint.Start(cmd)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := receiver.Stop(); err != nil && b.Context().Err() == nil {
			b.Errorf("receiver: %v", err)
		}
	})
	tgt := aim(b, receiver.URL(endpoint.Verifying))
	tgt.Samples = &mockprovider.Samples{Set: map[string]string{"/data/id": "in_{canary}"}}
	file := filepath.Join(b.TempDir(), "invoice.paid.json")
	if err := os.WriteFile(file, []byte(benchBody), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := tgt.Samples.Load(file, false); err != nil {
		b.Fatal(err)
	}
	return tgt
}

// benchBody becomes about a kilobyte with its id.
var benchBody = `{"type":"invoice.paid","data":{"id":"","note":"` + strings.Repeat("x", 960) + `"}}`

// always is a schedule that is always due: a closed loop.
type always struct{ Constant }

func (always) At(int) time.Duration { return 0 }

const (
	benchWorkers = 32
	benchRound   = 15_000 // deliveries
)

// BenchmarkDeliver is the CPU time that a signed, unique delivery of 1 KB costs
// this process in a closed loop. internal/peers puts others' beside it.
func BenchmarkDeliver(b *testing.B) {
	tgt := startBenchReceiver(b)
	var ours cost
	rounds := 0
	for b.Loop() {
		rounds++
		ours.measure(b, func() int { return deliverOurs(b, tgt, rounds) })
	}
	b.ReportMetric(0, "ns/op") // of a round: says nothing
	b.ReportMetric(ours.micros(), "µs-cpu/delivery")
	b.ReportMetric(ours.rate(), "deliveries/s")
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
