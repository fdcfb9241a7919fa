package durability

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/internal/postgres"
	"github.com/hookassay/hookassay/reports"
)

var (
	rounds = flag.Int("rounds", 0, "rounds of every receiver; 0: 12 of the right one and 3 of each wrong one")
	seed   = flag.Uint64("seed", 1, "of the rounds: how much is sent, and when the receiver is killed")
)

// patience is how many more rounds are played until a wrong receiver is killed at
// a moment that matters.
const patience = 10

const scenariosOfRound = 3 + fewBuiltIn

// TestVerdictIsTheDatabases kills receivers at random moments. Whatever that did
// to a receiver's events, the report says of it what the database says.
func TestVerdictIsTheDatabases(t *testing.T) {
	for _, h := range habits {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			dsn := postgres.Start(t)
			do(t, dsn, schema)
			failed, n := 0, 0
			for least := h.rounds(); n < least || h.wrong && failed == 0 && n < least+patience; n++ {
				t.Run(fmt.Sprintf("seed=%d/round=%d", *seed, n), func(t *testing.T) {
					failed += playRound(t, h, dsn, n)
				})
			}
			t.Logf("%d rounds of %d scenarios: %d failed", n, scenariosOfRound, failed)
			switch {
			case !h.wrong && failed > 0:
				t.Error("the receiver is right, and events of it are lost or repeated")
			case h.wrong && failed == 0 && !t.Failed():
				t.Error("what is wrong with this receiver has shown in no round: nothing is proven")
			}
		})
	}
}

func (h habit) rounds() int {
	switch {
	case *rounds > 0:
		return *rounds
	case h.wrong && testing.Short():
		return 1
	case h.wrong || testing.Short():
		return 3
	}
	return 12
}

// playRound returns how many scenarios failed.
func playRound(t *testing.T, h habit, dsn string, n int) (failed int) {
	c := drawn(*seed, n)
	o := play(t, receiverAt(t, h, dsn, c), c, int64(n), some(n))
	truth := readLedger(t, dsn)
	for _, s := range o.report.Scenarios {
		if s.Verdict == reports.Fail {
			failed++
		}
		if differ := truth.differences(o, s); len(differ) > 0 {
			t.Errorf("%s, %+v:\n%s\n%s", s.ID, c, strings.Join(differ, "\n"), told(t, s))
		}
	}
	if len(o.report.Scenarios) != scenariosOfRound {
		t.Errorf("%d scenarios were graded", len(o.report.Scenarios))
	}
	return failed
}
