package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// A Config says what to play against which receiver.
type Config struct {
	Target    *target.Target
	Scenario  scenarios.LoadScenario
	Seed      int64
	Nonce     string       // of the run: ids derive from it
	EventType string       // empty: the scheme's or the samples' default
	Works     bool         // an effect of an event of EventType was seen
	Distrust  string       // why the target's probes are not believed, and not asked; empty: they are
	Requests  int          // the user's own limit on requests in all, which holds on this machine, too; 0: none
	IDs       io.Writer    // every id is written there before anything is sent; may be nil
	Progress  func(Status) // told about four times a second, from another goroutine; may be nil

	spent     int // requests that went before the load
	left      []reports.LeftOut
	unasked   []scenarios.Objective // about what was left out
	rehearsed int                   // requests that went to learn what has effects
	idle      map[string]bool       // types of events that the receiver does nothing with
	granted   *grant                // by the receiver; nil: it was not asked
}

// Run plays a load scenario against the target and judges it. The caller has
// made sure that the target accepts a genuine delivery. An error means that the
// load did not begin; what goes wrong later, a ctx that ends included, is in the
// result.
func Run(ctx context.Context, cfg Config) (reports.Load, error) {
	if cfg.mustAsk() && cfg.granted == nil {
		return reports.Load{}, errNotAsked
	}
	cfg, _, err := cfg.plan()
	if err != nil {
		return reports.Load{}, err
	}
	if cfg.Distrust != "" {
		cfg.Target = cfg.Target.Unprobed()
	}
	if cfg, err = cfg.rehearse(ctx); err != nil {
		return reports.Load{}, err
	}
	plan, err := NewPlan(cfg.Scenario, cfg.Seed) // which may have less in it now
	if err != nil {
		return reports.Load{}, err
	}
	p, err := newPressing(cfg, plan)
	if err != nil {
		return reports.Load{}, err
	}
	if err := writeIDs(cfg, plan, p.ids()); err != nil {
		return reports.Load{}, err
	}
	a := newAttack(ctx, cfg, plan, p)
	before := readUsage()
	a.run(ctx)
	ended := time.Now()
	f := a.facts(cfg, before.until(readUsage(), runtime.GOMAXPROCS(0)))
	f.see(ctx, cfg, a, ended)
	return result(cfg, a, f, ctx.Err() != nil), nil
}

// facts are what the attack itself tells.
func (a *attack) facts(cfg Config, u used) facts {
	f := facts{
		classes: a.rec.classes, unsent: a.plan.Len() - a.rec.sent(), silent: a.transport.silent,
		generator: newGenerator(a, cfg.Target.Loopback(), u), aborted: a.aborted,
	}
	if a.resend != nil {
		f.resent, f.outstanding = a.rec.resent, a.resend.outstanding()
	}
	for n := range a.rec.sent() {
		class, event := a.plan.delivery(n)
		acked := a.transport.acked.has(event)
		if a.transport.deferred.has(n) && !acked && (class.owed() || class.copies()) {
			a.rec.classes[class].refused++
		}
		if !class.owed() || a.transport.declined.has(n) {
			continue
		}
		f.owed++
		if !acked {
			f.unackedCount++
		}
	}
	return f
}

// plan compiles what the target can be sent of the scenario, if it keeps to the
// limits.
func (cfg Config) plan() (Config, *Plan, error) {
	m := cfg.maker()
	for _, w := range cfg.Scenario.Types {
		if !slices.Contains(m.Types(), w.Name) {
			return cfg, nil, fmt.Errorf("load %s: types: %w", cfg.Scenario.Name, nearest.Unknown("event type", w.Name, m.Types()))
		}
	}
	cfg = cfg.fitted()
	plan, err := NewPlan(cfg.Scenario, cfg.Seed)
	if err != nil {
		return cfg, nil, err
	}
	return cfg, plan, cfg.within(plan)
}

// within keeps to what the target's owner agreed to. The target's default
// limit on requests is for conformance runs; on this machine only one that the
// user gave holds for load.
func (cfg Config) within(plan *Plan) error {
	t, name := cfg.Target, cfg.Scenario.Name
	if err := cfg.permit(); err != nil {
		return err
	}
	limit := cfg.Requests
	if !t.Loopback() {
		limit = t.Limits.Requests
	}
	total, would := plan.Len()*cfg.attempts()+cfg.spent+cfg.rehearsing(), "would send"
	if cfg.attempts() > 1 {
		would = "may send, with what is sent again, up to"
	}
	if limit > 0 && total > limit {
		return fmt.Errorf("load %s %s %d requests, but the target's limit is %d: make it shorter or slower with --for and --rate, or raise limits.requests",
			name, would, total, limit)
	}
	if t.Limits.Rate > 0 && plan.Peak() > t.Limits.Rate {
		return fmt.Errorf("load %s would send up to %.4g requests a second, but the target's limit is %.4g: make it slower with --rate, or raise limits.rate",
			name, plan.Peak(), t.Limits.Rate)
	}
	return nil
}

// writeIDs notes every id that the plan will send, in the form of
// target.Sender.WriteID. Ids of the plan's schemes need no escaping.
func writeIDs(cfg Config, plan *Plan, id func(int) string) error {
	if cfg.IDs == nil {
		return nil
	}
	w := bufio.NewWriter(cfg.IDs)
	for n := range plan.Len() {
		if plan.Event(n) != n {
			continue // a copy
		}
		if _, err := fmt.Fprintf(w, "{\"id\":%q,\"scenario\":%q}\n", id(n), "load."+cfg.Scenario.Name); err != nil {
			return fmt.Errorf("ids: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("ids: %w", err)
	}
	return nil
}
