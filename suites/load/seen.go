package load

import (
	"context"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// see waits until the effects have settled, since the last answer, and takes in
// what was seen of them, if it can be believed.
func (f *facts) see(ctx context.Context, cfg Config, a *attack, since time.Time) {
	p := a.transport.pressing
	audit := newAuditor(cfg.Target, a, a.rec.sent(), p.ids())
	audit.expected = func(event int) bool { return p.works(a.plan.Class(event), event) }
	f.completeness, f.note = audit.audit(ctx, since), audit.note()
	a.drain.stop(ctx)
	f.drain, f.lags = a.drain.report(), a.drain.known()
	switch {
	case cfg.Distrust != "":
		f.disbelieve(cfg.Distrust)
	case !cfg.Works && f.completeness.Observed && nothingSeen(f.completeness):
		f.disbelieve("no event had an effect that the probe saw, neither here nor in the preflight: look whether it asks for the right thing")
	}
	switch {
	case len(cfg.Target.Probes) == 0 && cfg.Distrust == "": // nothing was to be seen
	case !f.completeness.Observed:
		f.unseen = "the effects could not be looked up: " + f.completeness.Reason
	default:
		f.unseen = p.inert()
	}
}

// disbelieve takes back whatever was seen.
func (f *facts) disbelieve(reason string) {
	f.completeness = reports.Completeness{Reason: reason}
	f.drain = reports.Drain{Reason: reason, GrowthReason: reason}
}

// nothingSeen reports whether acknowledged events were to have effects, and not
// one effect of any event was seen. Then the probe is as likely to be wrong as
// the receiver.
func nothingSeen(c reports.Completeness) bool {
	return c.Acked > 0 && c.Once+c.Doubled+c.Forged+c.Stale+c.UnackedEffect == 0
}
