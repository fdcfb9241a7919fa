package load

import (
	"context"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
)

// An attack is one playing of a plan.
type attack struct {
	plan      *Plan
	scenario  scenarios.LoadScenario
	transport *transport
	resend    *resender // nil: nothing is sent again
	drain     *drain
	rec       *recorder
	progress  func(Status)
	caughtUp  int
	aborted   *abortion // nil: it was not
	ceiling   *ceiling  // nil: none
}

func newAttack(ctx context.Context, cfg Config, plan *Plan, p *pressing) *attack {
	t, s := cfg.Target, cfg.Scenario
	a := &attack{plan: plan, scenario: s, ceiling: cfg.ceiling(), progress: cfg.Progress}
	now := func() time.Duration { return time.Since(a.transport.begun) }
	a.rec = newRecorder(now, s.Abort)
	a.resend = newResender(s.Retries, t.Scheme.RetryPolicy(), cfg.Seed)
	a.drain = newDrain(t.Probes, p.ids(), cfg.Seed, now)
	a.rec.backlog = a.drain.backlog
	a.transport = &transport{
		ctx: ctx, plan: plan, pressing: p, timeout: cfg.ackTimeout(), tolerance: time.Duration(t.Tolerance.Past),
		silent: t.Rejects == target.RejectsSilently,
		wall:   time.Now().UTC().Truncate(time.Millisecond),
		rec:    a.rec, resend: a.resend, drain: a.drain, acked: newBitset(plan.Len()), declined: newBitset(plan.Len()), deferred: newBitset(plan.Len()),
		jobs:  make(chan job, s.InFlight+1),
		lanes: &lanes{open: opener(t, p.press, s)},
	}
	return a
}

// ackTimeout is how long a complete answer is waited for.
func (cfg Config) ackTimeout() time.Duration {
	if cfg.Scenario.AckTimeout > 0 {
		return cfg.Scenario.AckTimeout
	}
	return cfg.Target.Timeouts.Answer
}

// opener returns how a lane to the target is made.
func opener(t *target.Target, press *mockprovider.Press, s scenarios.LoadScenario) func() *lane {
	most := int(s.Connections)
	if t.URL.Scheme == "https" {
		fresh := func() *http.Transport { return newTransport(t.TLS, t.Resolve, s.InFlight) }
		shared := fresh()
		return func() *lane {
			c := &secure{target: t.URL, transport: shared, most: most, open: fresh}
			if most > 0 {
				c.transport = fresh()
			}
			return &lane{press: press.Clone(), carrier: c}
		}
	}
	address := t.Address()
	if t.Resolve != "" {
		address = t.Resolve
	}
	return func() *lane { return &lane{press: press.Clone(), carrier: newPlain(address, most)} }
}

// hit is every hit's target to Vegeta: what is sent is the transport's matter,
// and work done here would count as latency.
func hit(t *vegeta.Target) error {
	t.Method, t.URL = http.MethodPost, "http://receiver.invalid/"
	return nil
}

// run plays the plan and returns when every delivery that was sent has ended.
// When ctx ends it stops at once, deliveries in flight included; when a rule
// aborts it, those in flight are still waited for.
func (a *attack) run(ctx context.Context) {
	defer collectLess()()
	workers := uint64(a.scenario.InFlight)
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: a.transport}), // first: it replaces the whole client
		vegeta.Workers(workers), vegeta.MaxWorkers(workers), // unlimited workers would be unlimited memory
		vegeta.MaxBody(0), vegeta.Redirects(vegeta.NoFollow),
	)
	pacing, halt := context.WithCancel(ctx)
	defer halt()
	started := make(chan struct{})
	p := a.newPacer(pacing, started)

	// Vegeta looks at the pacer only between hits: with all workers busy, only
	// Stop ends its wait for one.
	stop := func() { attacker.Stop() }
	end := time.AfterFunc(p.end(), stop)
	defer end.Stop()
	defer context.AfterFunc(pacing, stop)()
	defer context.AfterFunc(ctx, a.transport.lanes.interrupt)()

	watched := make(chan struct{})
	finished, finish := context.WithCancel(ctx)
	results := attacker.Attack(hit, p, 0, "")
	go func() {
		defer close(watched)
		<-started          // Vegeta paces before it hits
		a.drain.start(ctx) // until the effects have settled
		a.watch(finished, halt)
	}()
	for range results { // they hold nothing for us, but Vegeta waits for each to be taken
	}
	a.transport.leave()
	a.drain.loaded()
	finish()
	<-watched
	a.rec.finish()
	a.transport.lanes.close()
	a.caughtUp = p.caughtUp
}

func (a *attack) newPacer(ctx context.Context, started chan struct{}) *pacer {
	return &pacer{
		ctx: ctx, plan: a.plan, resend: a.resend, catchUp: a.scenario.CatchUp, jobs: a.transport.jobs, wait: waitUntil, ceiling: a.ceiling,
		start: func(t time.Time) {
			a.transport.begun = t
			close(started)
		},
	}
}

// played is how much of the planned window was played.
func (a *attack) played(interrupted bool) time.Duration {
	if !interrupted && a.aborted == nil {
		return a.plan.Duration()
	}
	return min(a.plan.Duration(), a.rec.last.Round(time.Millisecond))
}

// reportEvery is how often the progress is told, and whether to abort is asked.
const reportEvery = 250 * time.Millisecond

// watch tells the progress and, when a rule says so, halts the run, until ctx
// ends.
func (a *attack) watch(ctx context.Context, halt func()) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if b := a.rec.breached(); b != nil && a.aborted == nil {
				a.aborted = b
				halt()
			}
			a.tell()
		case <-ctx.Done():
			a.tell()
			return
		}
	}
}

func (a *attack) tell() {
	if a.progress == nil {
		return
	}
	s := a.rec.status()
	s.Total, s.Planned = a.plan.Duration(), a.plan.Len()
	a.progress(s)
}
