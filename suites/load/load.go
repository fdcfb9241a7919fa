package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
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
	Requests  int          // the user's own limit on requests in all, which holds on this machine, too; 0: none
	IDs       io.Writer    // every id is written there before anything is sent; may be nil
	Progress  func(Status) // told about four times a second, from another goroutine; may be nil

	spent int // requests that went before the load
}

// Status is how far a run has come.
type Status struct {
	Elapsed, Total time.Duration // of the planned window; Elapsed may exceed it while answers are awaited
	Planned        int           // deliveries in all
	Sent, InFlight int           // of those planned, and of those sent again
	Resent         int           // … of those sent
	Rate           float64       // deliveries sent in the last full second
	P50, P99       time.Duration // response times of genuine deliveries so far
	Errors         int           // deliveries that did not get the answer their class asks for
	ForgedAccepted int
	Backlog        int // acknowledged events without effect, estimated; -1: not observed
	// Classes tells more, as it is when it is called; it may be called from any
	// goroutine while Run goes on.
	Classes func() []ClassStatus
}

// ClassStatus is how far one class of deliveries has come.
type ClassStatus struct {
	Class                 string
	Sent, Accepted, Right int
	Statuses              map[string]int // answers by "1xx" to "5xx"
	Failures              map[string]int // by kind
	// Response counts the response times up to each of StatusBounds, and Sum is
	// the sum of all of them.
	Response []uint64
	Sum      time.Duration
}

// StatusBounds are the bounds of ClassStatus.Response.
var StatusBounds = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
	50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// Run plays a load scenario against the target and judges it. The caller has
// made sure that the target accepts a genuine delivery. An error means nothing
// was sent; what goes wrong later, a ctx that ends included, is in the result.
func Run(ctx context.Context, cfg Config) (reports.Load, error) {
	plan, err := cfg.plan()
	if err != nil {
		return reports.Load{}, err
	}
	press, err := newPress(cfg)
	if err != nil {
		return reports.Load{}, err
	}
	if err := writeIDs(cfg, plan, press); err != nil {
		return reports.Load{}, err
	}
	a := newAttack(ctx, cfg.Target, plan, press, cfg.Scenario.InFlight)
	a.progress = cfg.Progress
	before := readUsage()
	a.run(ctx)
	ended := time.Now()
	f := facts{
		classes: a.rec.classes, unsent: plan.Len() - a.rec.sent(), silent: a.transport.silent,
		generator: newGenerator(a, cfg.Target.Loopback(), before.until(readUsage(), runtime.GOMAXPROCS(0))),
	}
	audit := newAuditor(cfg.Target, a, a.rec.sent(), func(event int) string { return string(press.AppendID(nil, event)) })
	f.completeness, f.note = audit.audit(ctx, ended), audit.note()
	return result(cfg, a, f, ctx.Err() != nil), nil
}

// plan compiles the scenario, if it keeps to the limits.
func (cfg Config) plan() (*Plan, error) {
	plan, err := NewPlan(cfg.Scenario, cfg.Seed)
	if err != nil {
		return nil, err
	}
	return plan, cfg.within(plan)
}

// within keeps to what the target's owner agreed to. The target's default
// limit on requests is for conformance runs; on this machine only one that the
// user gave holds for load.
func (cfg Config) within(plan *Plan) error {
	t, name := cfg.Target, cfg.Scenario.Name
	if err := t.Permit(); err != nil {
		return err
	}
	limit := cfg.Requests
	if !t.Loopback() {
		limit = t.Limits.Requests
	}
	if total := plan.Len() + cfg.spent; limit > 0 && total > limit {
		return fmt.Errorf("load %s would send %d requests, but the target's limit is %d: make it shorter or slower with --for and --rate, or raise limits.requests",
			name, total, limit)
	}
	if t.Limits.Rate > 0 && plan.Rate() > t.Limits.Rate {
		return fmt.Errorf("load %s would send %.4g requests a second, but the target's limit is %.4g: make it slower with --rate, or raise limits.rate",
			name, plan.Rate(), t.Limits.Rate)
	}
	return nil
}

// The press's forms.
const (
	genuineForm = iota
	forgedForm
)

var pressForms = []mockprovider.Form{
	genuineForm: {},
	forgedForm:  {Faults: []mockprovider.FaultUse{{Name: "secret.wrong"}}},
}

func newPress(cfg Config) (*mockprovider.Press, error) {
	m := mockprovider.NewMaker(cfg.Target.Scheme, cfg.Target.Samples, cfg.Seed, cfg.Nonce)
	if cfg.EventType != "" {
		m.Prefer(cfg.EventType)
	}
	return mockprovider.NewPress(m, cfg.Target.Composer(m), "load/"+cfg.Scenario.Name+"/", pressForms)
}

// writeIDs notes every id that the plan will send, in the form of
// target.Sender.WriteID. Ids of the plan's schemes need no escaping.
func writeIDs(cfg Config, plan *Plan, press *mockprovider.Press) error {
	if cfg.IDs == nil {
		return nil
	}
	w := bufio.NewWriter(cfg.IDs)
	var id []byte
	for n := range plan.Len() {
		if plan.Event(n) != n {
			continue // a duplicate
		}
		id = press.AppendID(id[:0], n)
		if _, err := fmt.Fprintf(w, "{\"id\":%q,\"scenario\":%q}\n", id, "load."+cfg.Scenario.Name); err != nil {
			return fmt.Errorf("ids: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("ids: %w", err)
	}
	return nil
}

// result puts the report of the run together.
func result(cfg Config, a *attack, f facts, interrupted bool) reports.Load {
	s, plan := cfg.Scenario, a.plan
	out := reports.Load{
		Name: s.Name, Title: s.Title,
		Plan: reports.LoadPlan{
			Schedule: plan.String(), Total: plan.Len(), Rate: plan.Rate(),
			InFlight: s.InFlight, Digest: plan.Digest(),
		},
		Sent: a.rec.sent(), Unsent: f.unsent, Seconds: a.played(interrupted).Seconds(),
		Lag: a.rec.lag.quantiles(), Prep: a.rec.prep.quantiles(),
		Completeness: f.completeness, Generator: f.generator.report(), Windows: a.rec.windows,
		Rerun: rerun(cfg),
	}
	for _, w := range s.Mix {
		for c, t := range a.rec.classes {
			if Class(c).String() == w.Name {
				out.Classes = append(out.Classes, classReport(Class(c), t))
			}
		}
	}
	for _, o := range s.Objectives {
		judged, excuses := f.judge(o)
		if interrupted {
			judged, excuses = withdraw(o, judged), nil
		}
		out.Objectives = append(out.Objectives, judged)
		if excuses != nil {
			out.Generator.Valid = false
			out.Generator.Reasons = appendNew(out.Generator.Reasons, excuses)
		}
	}
	out.Verdict, out.Reason = verdict(out.Objectives, out.Generator.Reasons, f.tooShort(s.Objectives), interrupted)
	return out
}
