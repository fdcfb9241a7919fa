package load

import (
	"context"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/target"
)

// An attack is one playing of a plan.
type attack struct {
	plan      *Plan
	inFlight  int
	transport *transport
	rec       *recorder
	progress  func(Status)
}

func newAttack(ctx context.Context, t *target.Target, plan *Plan, press *mockprovider.Press, inFlight int) *attack {
	a := &attack{plan: plan, inFlight: inFlight}
	a.rec = newRecorder(func() time.Duration { return time.Since(a.transport.begun) })
	a.transport = &transport{
		ctx: ctx, plan: plan, timeout: t.Timeouts.Answer,
		silent: t.Rejects == target.RejectsSilently,
		wall:   time.Now().UTC().Truncate(time.Millisecond),
		rec:    a.rec, acked: newBitset(plan.Len()),
		lanes: &lanes{open: opener(t, press, inFlight)},
	}
	return a
}

// opener returns how a lane to the target is made.
func opener(t *target.Target, press *mockprovider.Press, inFlight int) func() *lane {
	if t.URL.Scheme == "https" {
		shared := newTransport(t.TLS, t.Resolve, inFlight)
		return func() *lane {
			return &lane{press: press.Clone(), carrier: &secure{target: t.URL, transport: shared}}
		}
	}
	address := t.Address()
	if t.Resolve != "" {
		address = t.Resolve
	}
	return func() *lane { return &lane{press: press.Clone(), carrier: newPlain(address)} }
}

// hit is every hit's target to Vegeta: what is sent is the transport's matter,
// and work done here would count as latency.
func hit(t *vegeta.Target) error {
	t.Method, t.URL = http.MethodPost, "http://receiver.invalid/"
	return nil
}

// run plays the plan and returns when every delivery that was sent has ended.
// When ctx ends it stops at once, deliveries in flight included.
func (a *attack) run(ctx context.Context) {
	defer collectLess()()
	workers := uint64(a.inFlight)
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: a.transport}), // first: it replaces the whole client
		vegeta.Workers(workers), vegeta.MaxWorkers(workers), // unlimited workers would be unlimited memory
		vegeta.MaxBody(0), vegeta.Redirects(vegeta.NoFollow),
	)
	started := make(chan struct{})
	pacer := &pacer{ctx: ctx, plan: a.plan, wait: waitUntil, start: func(t time.Time) {
		a.transport.begun = t
		close(started)
	}}

	// Vegeta looks at the pacer only between hits: with all workers busy, only
	// Stop ends its wait for one.
	end := time.AfterFunc(a.plan.Duration()+overtime, func() { attacker.Stop() })
	defer end.Stop()
	defer context.AfterFunc(ctx, func() { attacker.Stop(); a.transport.lanes.interrupt() })()

	reported := make(chan struct{})
	finished := make(chan struct{})
	results := attacker.Attack(hit, pacer, 0, "")
	go func() {
		defer close(reported)
		<-started // Vegeta paces before it hits
		a.report(finished)
	}()
	for range results { // they hold nothing for us, but Vegeta waits for each to be taken
	}
	close(finished)
	<-reported
	a.rec.finish()
	a.transport.lanes.close()
}

// played is how much of the planned window was played.
func (a *attack) played(interrupted bool) time.Duration {
	if !interrupted {
		return a.plan.Duration()
	}
	return min(a.plan.Duration(), a.rec.last.Round(time.Millisecond))
}

// reportEvery is how often the progress is told.
const reportEvery = 250 * time.Millisecond

// report tells the progress until finished, and once more then.
func (a *attack) report(finished <-chan struct{}) {
	if a.progress == nil {
		return
	}
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			a.tell()
		case <-finished:
			a.tell()
			return
		}
	}
}

func (a *attack) tell() {
	s := a.rec.status()
	s.Total = a.plan.Duration()
	a.progress(s)
}
