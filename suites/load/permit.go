package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A grant is what the target's owner has permitted by the handshake of
// CloudEvents, in requests a minute.
type grant struct {
	asked, perMinute int // perMinute may be target.NoRateLimit
}

// Refused says that the receiver does not permit the load, or less of it, and what to
// do. Next to nothing was sent.
type Refused struct{ error }

func (r *Refused) Unwrap() error { return r.error }

// permit asks for more than consent, because load is disruptive: the owner's
// word for it, or a rate that the receiver itself has granted. What it can
// still be asked for is permitted so far.
func (cfg Config) permit() error {
	t := cfg.Target
	if err := t.Permit(); err != nil {
		return err
	}
	if !cfg.mustAsk() {
		return nil
	}
	if t.Origin == "" {
		return fmt.Errorf("load may disturb others at %s, and the scheme %s has no handshake to ask for a rate: if its owner agrees to that, too, say so with --max-risk disruptive (or, of a receiver that grants rates as CloudEvents does, name the --origin)",
			t.URL.Hostname(), t.Scheme.Name)
	}
	if cfg.granted == nil || cfg.granted.perMinute == target.NoRateLimit {
		return nil
	}
	if planned := cfg.perMinute(); planned > cfg.granted.perMinute {
		return fmt.Errorf("load %s plans up to %d requests a minute, but %s grants %d: --rate %s would do",
			cfg.Scenario.Name, planned, t.URL.Hostname(), cfg.granted.perMinute, cfg.fitting())
	}
	return nil
}

// mustAsk tells that only the receiver can permit the load.
func (cfg Config) mustAsk() bool {
	t := cfg.Target
	return !t.Loopback() && !scenarios.Disruptive.Within(t.Limits.Risk)
}

// Ask asks the target, once, for the highest rate that any of the runs needs, if
// it has to be asked (see target.AskRate), and notes what was granted in all of
// them: each keeps to it while it runs. A *Refused says why there is no
// permission, or not enough of it. Run refuses what was not permitted.
func Ask(ctx context.Context, runs []Config) error {
	need, ask := 0, false
	for _, cfg := range runs {
		if err := cfg.permit(); err != nil {
			return err
		}
		need = max(need, cfg.perMinuteAtMost())
		ask = ask || cfg.mustAsk() && cfg.granted == nil
	}
	if !ask {
		return nil
	}
	t := runs[0].Target
	rate, err := t.AskRate(ctx, need)
	if ctx.Err() != nil {
		return errors.New("interrupted while the receiver was asked for permission")
	}
	if err != nil {
		return &Refused{fmt.Errorf("the load is not permitted: %w; if the owner agrees to be disturbed, say so with --max-risk disruptive", err)}
	}
	for i := range runs {
		runs[i] = runs[i].permitted(grant{need, rate})
	}
	for _, cfg := range runs {
		if err := cfg.permit(); err != nil {
			return &Refused{err}
		}
	}
	return nil
}

// errNotAsked keeps a load from a target that has not been asked.
var errNotAsked = errors.New("the receiver has not been asked for permission (load.Ask)")

// permitted notes the grant. Whatever else is sent to the target keeps to it, too.
func (cfg Config) permitted(g grant) Config {
	cfg.granted = &g
	if g.perMinute != target.NoRateLimit {
		limited, most := *cfg.Target, float64(g.perMinute)/60
		if limited.Limits.Rate == 0 || most < limited.Limits.Rate {
			limited.Limits.Rate = most
		}
		cfg.Target = &limited
	}
	return cfg
}

// perMinute is the plan's highest rate: every delivery that is planned, of each
// class. What is sent again is not among it.
func (cfg Config) perMinute() int {
	return int(math.Ceil(60*cfg.Scenario.Schedule.Peak() - 1e-6)) // 1e-6: of a product that should be whole
}

// perMinuteAtMost counts what is sent again, too, as if nothing were ever
// acknowledged: more than that the producer never sends.
func (cfg Config) perMinuteAtMost() int { return cfg.perMinute() * cfg.attempts() }

// Asks is the rate that the receiver will be asked to permit, in requests a
// minute; 0: it need not be asked.
func (cfg Config) Asks() int {
	if !cfg.mustAsk() {
		return 0
	}
	return cfg.perMinuteAtMost()
}

// attempts is how often a delivery is sent at most.
func (cfg Config) attempts() int {
	r := cfg.Scenario.Retries
	if r == nil {
		return 1
	}
	all := 1 + len(cfg.Target.Scheme.RetryPolicy().Waits())
	if r.Attempts > 0 {
		return min(all, r.Attempts)
	}
	return all
}

// ceiling is what keeps the run to the grant; nil: nothing does.
func (cfg Config) ceiling() *ceiling {
	if cfg.granted == nil || cfg.granted.perMinute == target.NoRateLimit {
		return nil
	}
	return newCeiling(cfg.granted.perMinute, cfg.perMinute())
}

// fitting is the --rate with which the scenario keeps to the grant. A schedule
// of several rates is rounded when it is scaled: it is tried out.
func (cfg Config) fitting() scenarios.Rate {
	for n := cfg.granted.perMinute; n > 1; n -= 1 + n/1000 {
		r := scenarios.Rate{N: n, Per: time.Minute}
		if n%60 == 0 {
			r = scenarios.Rate{N: n / 60, Per: time.Second}
		}
		slower := cfg
		var err error
		if slower.Scenario, err = cfg.Scenario.Override(r, 0); err == nil && slower.perMinute() <= cfg.granted.perMinute {
			return r
		}
	}
	return scenarios.Rate{N: 1, Per: time.Minute}
}

// Granted is the rate that the receiver has granted, for the report's preflight;
// false: it was not asked.
func (cfg Config) Granted() (reports.Check, bool) {
	if cfg.granted == nil {
		return reports.Check{}, false
	}
	rate := fmt.Sprintf("%d requests a minute", cfg.granted.perMinute)
	if cfg.granted.perMinute == target.NoRateLimit {
		rate = "any rate"
	}
	return reports.Check{
		Name: "rate-granted", Verdict: reports.Pass,
		Message: fmt.Sprintf("the receiver grants %s; asked for were %d: the plan's highest rate, and what is sent again if nothing is acknowledged",
			rate, cfg.granted.asked),
	}, true
}
