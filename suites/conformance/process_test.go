package conformance_test

import (
	"bytes"
	"context"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// gradeProcess plays scenarios of the production profile against a receiver that
// is a process, which is gone afterwards, and finds that its transcript says as
// much as the report.
func gradeProcess(t *testing.T, tgt *target.Target, only ...string) (reports.Report, map[string]reports.Scenario) {
	t.Helper()
	var kept bytes.Buffer
	report, err := conformance.Grade(t.Context(), conformance.Config{
		Target: tgt, Profile: "production", Only: only, Transcript: &kept,
	})
	if err != nil {
		t.Fatal(err)
	}
	wantGone(t, tgt)
	records, err := transcript.Read(&kept)
	if err != nil {
		t.Fatal(err)
	}
	again, err := conformance.Judge(records)
	if err != nil {
		t.Fatal(err)
	}
	first, second := marshalled(t, report), marshalled(t, again)
	if !bytes.Equal(first, second) {
		t.Errorf("judged again, the report is another:\n%s\n%s", first, second)
	}
	byID := map[string]reports.Scenario{}
	for _, s := range report.Scenarios {
		byID[s.ID] = s
	}
	return report, byID
}

func marshalled(t *testing.T, r reports.Report) []byte {
	t.Helper()
	b, err := reports.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantGone checks that nobody listens any more.
func wantGone(t *testing.T, tgt *target.Target) {
	t.Helper()
	if conn, err := net.DialTimeout("tcp", tgt.Address(), time.Second); err == nil {
		conn.Close()
		t.Errorf("somebody still listens at %s", tgt.Address())
	}
	if tgt.Process.Running() {
		t.Error("the process runs still")
	}
}

// TestReceiverIsGoneWhenTheRunIsInterrupted, wherever it was.
func TestReceiverIsGoneWhenTheRunIsInterrupted(t *testing.T) {
	for _, phase := range []string{"preflight", "playing", "settling", conformance.PhaseProcess} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			tgt := durable(t, settings[0])
			report, err := conformance.Grade(ctx, conformance.Config{
				Target: tgt, Profile: "production", Only: []string{"ack.acked-then-killed", "idem.dup-sequential"},
				Progress: func(p conformance.Progress) {
					if p.Phase == phase {
						cancel()
					}
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			if report.ExitCode != reports.ExitIncomplete {
				t.Errorf("an interrupted run is %s: %v", report.Verdict, report.ExitReasons)
			}
			wantGone(t, tgt)
		})
	}
}

// processTale is a receiver that is odd as a process, and what is said of it.
type processTale struct {
	name     string
	receiver func(dir string) processReceiver
	only     []string
	verdicts map[string]reports.Verdict
	says     string // in the reason of the first scenario
	output   string // in the evidence of the first scenario, or among the run's checks
}

var processTales = []processTale{
	{
		name: "it does not come back",
		receiver: func(dir string) processReceiver {
			r := onDisk(dir, nil, nil)
			r.LockFile = filepath.Join(dir, "lock")
			return r
		},
		only:     []string{"idem.dup-after-kill"},
		verdicts: map[string]reports.Verdict{"idem.dup-after-kill": reports.Fail},
		says:     "it did not come up again", output: "another one is running",
	},
	{
		name:     "it refuses to start without its secret",
		receiver: func(dir string) processReceiver { return onDisk(dir, nil, nil) },
		only:     []string{"auth.secret-unset"},
		verdicts: map[string]reports.Verdict{"auth.secret-unset": reports.Pass},
		output:   "WEBHOOK_SECRET is not set",
	},
	{
		name:     "its effects are counted in memory",
		receiver: func(string) processReceiver { return processReceiver{} },
		only:     []string{"idem.dup-after-restart", "idem.dup-after-kill"},
		verdicts: map[string]reports.Verdict{"idem.dup-after-restart": reports.NotObserved, "idem.dup-after-kill": reports.NotObserved},
		says:     "counts nothing any more",
	},
	{
		name: "its clock stays where it was",
		receiver: func(dir string) processReceiver {
			r := onDisk(dir, nil, nil)
			r.IgnoresClock = true
			return r
		},
		only:     []string{"idem.dup-late", "idem.horizon-vs-tolerance"},
		verdicts: map[string]reports.Verdict{"idem.dup-late": reports.NotObserved, "idem.horizon-vs-tolerance": reports.NotObserved},
		says:     "clock was to be 6m10s ahead",
	},
	{
		name: "it dies of one request",
		receiver: func(dir string) processReceiver {
			r := onDisk(dir, nil, nil)
			r.DiesOfPut = true
			return r
		},
		only: []string{"http.put", "auth.wrong-key", "auth.tamper-body", "ts.stale", "idem.dup-sequential", "idem.dup-after-kill"},
		verdicts: map[string]reports.Verdict{"http.put": reports.Warn, "auth.wrong-key": reports.Pass, "auth.tamper-body": reports.Pass,
			"ts.stale": reports.Pass, "idem.dup-sequential": reports.Pass, "idem.dup-after-kill": reports.Pass},
		output: "panic: assignment to entry in nil map",
	},
	{
		name: "it ends on purpose when it cannot write",
		receiver: func(dir string) processReceiver {
			r := onDisk(dir, nil, nil)
			r.DiesBroken = true
			return r
		},
		only:     []string{"retry.dependency-down", "idem.dup-after-failure"},
		verdicts: map[string]reports.Verdict{"retry.dependency-down": reports.Pass, "idem.dup-after-failure": reports.Pass},
		output:   "the database is gone",
	},
	{
		name:     "it dies of a burst, again and again",
		receiver: func(dir string) processReceiver { return onDisk(dir, nil, []string{"crash-loop-on-burst"}) },
		only:     []string{"retry.backlog"},
		verdicts: map[string]reports.Verdict{"retry.backlog": reports.Fail},
		says:     "ended by itself again and again", output: "out of memory",
	},
}

func TestOddProcesses(t *testing.T) {
	for _, tale := range processTales {
		t.Run(tale.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			report, got := gradeProcess(t, controlled(t, settings[0], dir, "", tale.receiver(dir)), tale.only...)
			for id, want := range tale.verdicts {
				if x := got[id]; x.Verdict != want {
					t.Errorf("%s is %s instead of %s: %s", id, x.Verdict, want, x.Reason)
				}
			}
			first := got[tale.only[0]]
			if !strings.Contains(first.Reason, tale.says) {
				t.Errorf("%s says %q, not %q", first.ID, first.Reason, tale.says)
			}
			var output []string
			for _, f := range first.Findings {
				output = append(output, f.Evidence.Output...)
			}
			for _, c := range report.Preflight {
				output = append(output, c.Message)
			}
			if !slices.ContainsFunc(output, func(line string) bool { return strings.Contains(line, tale.output) }) {
				t.Errorf("its output shows nowhere %q: %q", tale.output, output)
			}
		})
	}
}
