package load

import (
	"context"
	"slices"

	"github.com/hookassay/hookassay/reports"
)

// Played is what became of several runs.
type Played struct {
	Load     []reports.Load  // one a run, in their order
	Checks   []reports.Check // what was found out about the target before the first
	Requests int
}

// Play plays runs one after the other, behind something that has sent so many
// requests to the same target and made sure that it accepts a genuine delivery.
// A run that cannot be played, or may not, is blocked and says why.
func Play(ctx context.Context, runs []Config, sent int) Played {
	runs = slices.Clone(runs)
	var out Played
	if len(runs) == 0 {
		return out
	}
	if ctx.Err() != nil {
		out.all(runs, reports.NotObserved, beforeItBegan)
		return out
	}
	failure, end := start(ctx, runs[0].Target)
	defer end()
	if failure != "" {
		out.all(runs, reports.Blocked, failure)
		return out
	}
	if err := Ask(ctx, runs); err != nil {
		out.all(runs, reports.Blocked, err.Error())
		return out
	}
	if c, ok := runs[0].Granted(); ok {
		out.Checks, out.Requests = append(out.Checks, c), 1
	}
	for _, cfg := range runs {
		result := playOne(ctx, cfg.After(sent+out.Requests))
		out.Load = append(out.Load, result)
		out.Requests += requests(result)
	}
	return out
}

const beforeItBegan = interruption + " before it began"

func playOne(ctx context.Context, cfg Config) reports.Load {
	if ctx.Err() != nil {
		return unplayed(cfg, reports.NotObserved, beforeItBegan)
	}
	if err := cfg.Check(); err != nil { // the target's limits, perhaps, now that more is known
		return unplayed(cfg, reports.Blocked, err.Error())
	}
	result, err := Run(ctx, cfg)
	if err != nil {
		return unplayed(cfg, reports.Error, err.Error())
	}
	return result
}

// requests is how many a run has sent.
func requests(l reports.Load) int {
	if l.Resent == nil {
		return l.Sent
	}
	return l.Sent + l.Resent.Sent
}

// After says that so many requests went before the run: they count against the
// target's limit, too.
func (cfg Config) After(sent int) Config {
	cfg.spent = sent
	return cfg
}

// all gives every run the same verdict.
func (p *Played) all(runs []Config, v reports.Verdict, reason string) {
	for _, cfg := range runs {
		p.Load = append(p.Load, unplayed(cfg, v, reason))
	}
}

// unplayed is the result of a run of which nothing was sent. That is not the
// generator's limit.
func unplayed(cfg Config, v reports.Verdict, reason string) reports.Load {
	s := cfg.Scenario
	out := reports.Load{
		Name: s.Name, Title: s.Title, Verdict: v, Reason: cfg.Target.OwnRedactor().Text(reason),
		Classes: []reports.LoadClass{}, Windows: []reports.Window{},
		Completeness: reports.Completeness{Reason: "nothing was sent"},
		Generator:    reports.Generator{Valid: true},
		Rerun:        rerun(cfg),
	}
	if plan, err := NewPlan(s, cfg.Seed); err == nil {
		out.Plan, out.Unsent = planned(cfg, plan), plan.Len()
	}
	for _, o := range s.Objectives {
		out.Objectives = append(out.Objectives, reports.Objective{
			Text: o.String(), Class: o.Class, Verdict: reports.NotObserved, Reason: "nothing was sent",
		})
	}
	return out
}
