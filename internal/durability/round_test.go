package durability

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the probe's driver

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	query  = "select event_id, count(*) from ledger where event_id = any($1) group by 1"

	// effectWithin is longer than any pause of a machine that does too much at
	// once: what comes later than that is said to be lost.
	effectWithin = 8 * time.Second
)

// chance is what a round leaves to its seed.
type chance struct {
	Times, Lanes, After int
	Pause, Again        time.Duration
	Slowness            time.Duration
}

func drawn(seed uint64, round int) chance {
	r := rand.New(rand.NewPCG(seed, uint64(round)))
	within := func(least, most time.Duration) time.Duration {
		return (least + time.Duration(r.Int64N(int64(most-least)))).Round(time.Millisecond)
	}
	c := chance{Times: 16 + r.IntN(48), Lanes: 2 + r.IntN(15)}
	c.After = 1 + r.IntN(c.Times-1)
	c.Pause, c.Again = within(time.Millisecond, 60*time.Millisecond), within(time.Millisecond, 40*time.Millisecond)
	c.Slowness = within(time.Millisecond, 12*time.Millisecond)
	return c
}

// scenarios fills in testdata/killed.yaml.
func (c chance) scenarios(t *testing.T) []scenarios.Scenario {
	t.Helper()
	tmpl, err := template.ParseFiles("testdata/killed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := tmpl.Execute(&text, c); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "killed.yaml")
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := scenarios.LoadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// builtIn are scenarios of the catalogue that end the receiver. A round plays a
// few of them beside its own.
var builtIn = []string{
	"ack.acked-then-killed", "ack.killed-under-load", "ack.backlog-killed", "ack.term-under-load",
	"idem.dup-after-restart", "idem.dup-after-kill", "retry.outage", "retry.backlog",
}

const fewBuiltIn = 2

// some are the built-in scenarios of a round: all have their turn.
func some(round int) []string {
	var few []string
	for i := range fewBuiltIn {
		few = append(few, builtIn[(fewBuiltIn*round+i)%len(builtIn)])
	}
	return few
}

// outcome is all that a run leaves behind.
type outcome struct {
	report  reports.Report
	records []transcript.Record
	ids     map[string][]string // ids.jsonl, by scenario
}

// play grades a receiver by the scenarios of testdata/killed.yaml and some more.
func play(t *testing.T, tgt *target.Target, c chance, seed int64, more []string) outcome {
	t.Helper()
	own := c.scenarios(t)
	only := slices.Clone(more)
	for _, s := range own {
		only = append(only, s.ID)
	}
	return grade(t, conformance.Config{Target: tgt, Scenarios: own, Only: only, Seed: seed, Strict: true}, io.Discard)
}

// grade plays and keeps everything. The transcript goes to watch, too, as it is
// made.
func grade(t *testing.T, c conformance.Config, watch io.Writer) outcome {
	t.Helper()
	var lines, ids bytes.Buffer
	c.Transcript, c.IDs = io.MultiWriter(&lines, watch), &ids
	report, err := conformance.Grade(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	records, err := transcript.Read(&lines)
	if err != nil {
		t.Fatal(err)
	}
	return outcome{report: report, records: records, ids: byScenario(t, ids.String())}
}

// receiverAt is a target whose process is this binary and whose effects are read
// in the ledger.
func receiverAt(t *testing.T, h habit, dsn string, c chance) *target.Target {
	t.Helper()
	address := freeAddress(t)
	tgt, err := target.New(target.Settings{URL: "http://" + address + "/webhooks", Scheme: "standard-webhooks", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tgt.Timeouts.Effect = effectWithin
	tgt.Probes = []target.Probe{ledgerProbe(t, dsn)}
	tgt.Process = target.NewProcess(target.ProcessSettings{
		Start: []string{program}, StartWithin: time.Minute, SecretEnv: secretEnv,
		Env: []string{
			habitEnv + "=" + h.name, addressEnv + "=" + address, slownessEnv + "=" + c.Slowness.String(),
			databaseEnv + "=" + dsn, secretEnv + "=" + secret,
		},
	}, tgt)
	return tgt
}

// ledgerProbe is what a user has: the probe sql.
func ledgerProbe(t *testing.T, dsn string) target.Probe {
	t.Helper()
	probe, err := target.NewSQL(target.SQLSettings{Driver: "postgres", DSN: dsn, Query: query})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = probe.Close() }) // the database goes anyway
	return probe
}

// freeAddress is one that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// byScenario reads ids.jsonl.
func byScenario(t *testing.T, lines string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(lines) {
		var l struct{ ID, Scenario string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("ids.jsonl: %v", err)
		}
		all[l.Scenario] = append(all[l.Scenario], l.ID)
	}
	return all
}
