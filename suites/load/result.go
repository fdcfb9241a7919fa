package load

import (
	"fmt"
	"slices"
	"time"

	"github.com/hookassay/hookassay/reports"
)

// result puts the report of the run together.
func result(cfg Config, a *attack, f facts, interrupted bool) reports.Load {
	s := cfg.Scenario
	out := reports.Load{
		Name: s.Name, Title: s.Title, Plan: planned(cfg, a.plan),
		Sent: a.rec.sent(), Unsent: f.unsent, Seconds: a.played(interrupted).Seconds(),
		Lag: a.rec.lag.quantiles(), Prep: a.rec.prep.quantiles(),
		Resent: a.resentReport(f), Drain: f.drain, CaughtUp: a.caughtUp,
		Completeness: f.completeness, Generator: f.generator.report(), Windows: a.rec.windows,
		Rerun: rerun(cfg),
	}
	out.Plan.Content = append(out.Plan.Content, a.transport.pressing.remarks...)
	for _, w := range s.Mix {
		out.Classes = append(out.Classes, classReport(classOf(w.Name), a.rec.classes[classOf(w.Name)]))
	}
	for _, o := range s.Objectives {
		judged, excuses := f.judge(o)
		if interrupted {
			judged, excuses = withdraw(o, judged), nil
		}
		out.Objectives = append(out.Objectives, judged)
		excuse(&out.Generator, excuses)
	}
	if a.aborted != nil {
		judged, excuses := f.abort()
		out.Aborted = judged.Text
		out.Objectives = append(out.Objectives, judged)
		excuse(&out.Generator, excuses)
	}
	out.Objectives = append(out.Objectives, inapplicable(cfg)...)
	open := joined(joined(f.tooShort(s.Objectives), f.unplayed(s.Objectives, a.plan.Len())), f.unseen)
	out.Verdict, out.Reason = verdict(out.Objectives, out.Generator.Reasons, open, interrupted)
	return out
}

// excuse notes that the generator may have caused a miss.
func excuse(g *reports.Generator, excuses []string) {
	if excuses != nil {
		g.Valid = false
		g.Reasons = appendNew(g.Reasons, excuses)
	}
}

func planned(cfg Config, p *Plan) reports.LoadPlan {
	s := cfg.Scenario
	out := reports.LoadPlan{
		Schedule: p.String(), Total: p.Len(), Rate: p.Rate(), Peak: p.Peak(),
		InFlight: s.InFlight, Connections: s.Connections.String(), AckTimeoutMS: cfg.ackTimeout().Milliseconds(),
		Content: slices.Clone(p.content.text), Left: cfg.left, Rehearsed: cfg.rehearsed, Digest: p.Digest(),
	}
	if text := cfg.unhandled(); text != "" {
		out.Content = append(out.Content, text)
	}
	if s.Retries != nil {
		span := cfg.Target.Scheme.RetryPolicy().Span()
		out.Retries = fmt.Sprintf("up to %d attempts, by the producer's schedule of %s compressed to %s",
			cfg.attempts(), span, min(span, time.Duration(s.Retries.Within)))
	}
	return out
}

func (a *attack) resentReport(f facts) *reports.Resent {
	if a.resend == nil {
		return nil
	}
	return &reports.Resent{
		Sent: f.resent.sent, Accepted: f.resent.accepted, GivenUp: a.resend.givenUp, Outstanding: a.resend.outstanding(),
		Amplification: rounded(f.amplified()), Response: f.resent.response.quantiles(),
		WorstSecond: rounded(worstSecond(a.rec.windows, min(a.plan.Duration(), a.rec.last))),
	}
}

// fewestAmplified is how many planned deliveries a second has at least whose
// amplification means something.
const fewestAmplified = 10

// worstSecond is the amplification of the second in which it was highest, of
// those that passed while the plan was played; 0: none had enough deliveries.
func worstSecond(windows []reports.Window, played time.Duration) (worst float64) {
	for _, w := range windows {
		whole := time.Duration(w.Second+1)*time.Second <= played
		if planned := w.Sent - w.Resent; whole && planned >= fewestAmplified {
			worst = max(worst, float64(w.Sent)/float64(planned))
		}
	}
	return worst
}

// inapplicable are the objectives of what the target cannot be sent.
func inapplicable(cfg Config) (out []reports.Objective) {
	for _, o := range cfg.unasked {
		out = append(out, reports.Objective{
			Text: o.String(), Class: o.Class, Verdict: reports.NotApplicable, Reason: "there are no " + o.About() + " deliveries: see what was left out",
		})
	}
	return out
}
