package receiver

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A crashStory is a story of a receiver that ends in the middle of a burst and is
// started again.
type crashStory struct {
	flaw   string
	flawed string
	signal syscall.Signal // default SIGKILL
	copies int            // of each event at once; default 1
	again  bool           // what was acknowledged is sent again, too
	clock  time.Duration  // by which the second start is ahead
}

var crashes = []crashStory{
	{flaw: "acks-before-commit", flawed: "ledger lost"},
	{flaw: "dedupe-in-memory", flawed: "ledger twice", again: true},
	{flaw: "dedupe-before-work", flawed: "ledger lost"},
	{flaw: "work-before-dedupe", flawed: "ledger twice"},
	{flaw: "inflight-duplicate-acked", flawed: "ledger lost", copies: 2},
	{flaw: "short-retention", flawed: "ledger twice", again: true, clock: 6*time.Minute + 10*time.Second},
	{flaw: "tables-recreated", flawed: "ledger twice", again: true},
	{flaw: "job-not-resumed", flawed: "ledger lost"},
	{flaw: "job-acked-early", flawed: "ledger lost"},
	{flaw: "job-acked-late", flawed: "ledger twice"},
	{flaw: "mail-lost", flawed: "mail lost"},
	{flaw: "mail-outside-transaction", flawed: "mail twice"},
	{flaw: "sigterm-drops-queue", flawed: "ledger lost", signal: syscall.SIGTERM},
}

func (c crashStory) play(t *testing.T, flaws ...string) string {
	t.Helper()
	cfg := processConfig{Data: filepath.Join(t.TempDir(), "data.db"), Flaws: flaws}
	first := startProcess(t, cfg)
	var b burst
	with := c.signal
	if with == 0 {
		with = syscall.SIGKILL
	}
	b.send(first, "e", max(c.copies, 1), burstSize/2, func() { first.end(with) })
	cfg.Clock = c.clock
	second := startProcess(t, cfg)
	for id, missing := range b.unacked {
		if missing || c.again {
			for try := 0; !second.deliver(id, c.clock); try++ {
				if try == 20 {
					t.Fatalf("%s is not acknowledged", id)
				}
				time.Sleep(soon)
			}
		}
	}
	return strings.TrimSpace(b.verdict(ledgerTask, second.settled(ledgerTask)) + b.verdict(mailTask, second.settled(mailTask)))
}

// TestCrashes shows each flaw that a crash brings to light, and that the correct
// receiver comes through the same story.
func TestCrashes(t *testing.T) {
	for _, c := range crashes {
		t.Run(c.flaw, func(t *testing.T) {
			t.Parallel() // they mostly wait
			if got := c.play(t); got != "" {
				t.Errorf("the correct receiver: %s", got)
			}
			// Where the kill falls is chance: a flaw is found in one of a few.
			var got string
			for range 5 {
				if got = c.play(t, c.flaw); strings.Contains(got, c.flawed) {
					return
				}
			}
			t.Errorf("got %q, want %q", got, c.flawed)
		})
	}
}

// TestKilledAtAnyMoment kills one receiver over and over, on the same file.
// Whatever it acknowledged takes effect once, and what is sent again once more
// does not.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 5
	}
	cfg := processConfig{Data: filepath.Join(t.TempDir(), "data.db")}
	var bursts []*burst
	for round := range rounds {
		p := startProcess(t, cfg)
		b := &burst{}
		time.AfterFunc(time.Duration(rand.IntN(40))*time.Millisecond, func() { _ = p.cmd.Process.Kill() })
		b.send(p, fmt.Sprintf("r%d-", round), 1, burstSize+1, nil)
		p.kill()
		bursts = append(bursts, b)
	}
	p := startProcess(t, cfg)
	for _, b := range bursts {
		for id := range b.unacked {
			if !p.deliver(id, 0) {
				t.Errorf("%s is not acknowledged", id)
			}
		}
	}
	ledger, mail := p.settled(ledgerTask), p.settled(mailTask)
	acked := 0
	for round, b := range bursts {
		acked += len(b.acked)
		if got := b.verdict(ledgerTask, ledger) + b.verdict(mailTask, mail); got != "" {
			t.Errorf("round %d: %s", round, got)
		}
	}
	t.Logf("%d of %d events were acknowledged before a kill", acked, rounds*burstSize)
}

// TestBacklogEndsTheProcess: the correct receiver takes a burst that the flawed
// one dies of, at once and after its next start.
func TestBacklogEndsTheProcess(t *testing.T) {
	for flaw, ends := range map[string]bool{"": false, "crash-loop-on-burst": true} {
		cfg := processConfig{Data: filepath.Join(t.TempDir(), "data.db")}
		if flaw != "" {
			cfg.Flaws = []string{flaw}
		}
		var b burst
		for _, again := range []bool{false, true} {
			p := startProcess(t, cfg)
			if !again {
				b.send(p, "e", 1, burstSize+1, nil)
			}
			select {
			case err := <-p.ended:
				p.ended <- err
				if !ends {
					t.Errorf("the correct receiver ended: %v", err)
				}
			case <-time.After(4 * lastBreath):
				if ends {
					t.Errorf("%s: it lives, started again: %t", flaw, again)
				}
			}
			p.kill()
		}
	}
}
