package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Judge grades a transcript. It is pure: the same records give the same report,
// wherever and whenever they are judged. A load is not judged again: its result
// is taken over as it was recorded.
func Judge(records []transcript.Record) (reports.Report, error) {
	j, err := newJudge(records)
	if err != nil {
		return reports.Report{}, err
	}
	r := j.header()
	if r.Load, err = recallLoads(records); err != nil {
		return reports.Report{}, err
	}
	for _, p := range j.plans {
		s, err := j.scenario(p)
		if err != nil {
			return reports.Report{}, err
		}
		r.Scenarios = append(r.Scenarios, s)
	}
	if err := recall(j.known, &r); err != nil {
		return reports.Report{}, err
	}
	r.Causes = causes(r.Scenarios)
	reports.Conclude(&r, j.run.MustObserve)
	return r, nil
}

// numbered is an exchange with its line in the transcript.
type numbered struct {
	transcript.Exchange
	line int
}

// judge holds a transcript sorted by what grading asks for.
type judge struct {
	run       transcript.Run
	started   time.Time
	finished  time.Time
	end       *transcript.End
	known     transcript.Known
	plans     []transcript.Plan
	checks    []transcript.Check
	exchanges map[string][]numbered
	troubles  map[string][]transcript.Trouble
	effects   []transcript.Effects            // of all scenarios that have none of their own
	own       map[string][]transcript.Effects // by scenario; with a step: while it was played
	processes []process
	states    *transcript.States
	blamed    func() bool // somebodyBlamed, looked up once
}

func newJudge(records []transcript.Record) (*judge, error) {
	if len(records) == 0 || records[0].Run == nil {
		return nil, fmt.Errorf("the transcript does not begin with its run")
	}
	j := &judge{
		run: *records[0].Run, started: records[0].At, finished: records[len(records)-1].At,
		exchanges: map[string][]numbered{}, troubles: map[string][]transcript.Trouble{}, own: map[string][]transcript.Effects{},
	}
	j.blamed = sync.OnceValue(j.somebodyBlamed)
	for _, rec := range records {
		switch {
		case rec.Known != nil:
			j.known = *rec.Known
		case rec.Plan != nil:
			j.plans = append(j.plans, *rec.Plan)
		case rec.Check != nil:
			j.checks = append(j.checks, *rec.Check)
		case rec.Exchange != nil:
			id := rec.Exchange.Scenario
			j.exchanges[id] = append(j.exchanges[id], numbered{*rec.Exchange, rec.N})
		case rec.Trouble != nil:
			id := rec.Trouble.Scenario
			j.troubles[id] = append(j.troubles[id], *rec.Trouble)
		case rec.Effects != nil && rec.Effects.Scenario != "":
			id := rec.Effects.Scenario
			j.own[id] = append(j.own[id], *rec.Effects)
		case rec.Effects != nil:
			j.effects = append(j.effects, *rec.Effects)
		case rec.Process != nil:
			j.processes = append(j.processes, process{*rec.Process, rec.At, rec.N})
		case rec.States != nil:
			j.states = rec.States
		case rec.End != nil:
			j.end = rec.End
		}
	}
	return j, nil
}

// header is the report without its scenarios.
func (j *judge) header() reports.Report {
	r := reports.Report{
		Schema:  reports.Schema,
		Tool:    reports.Tool{Name: "hookassay", Version: j.run.Tool, Catalogue: j.run.Catalogue},
		Seed:    j.run.Seed,
		Nonce:   j.run.Nonce,
		Started: j.started, Finished: j.finished,
		Interrupted: j.interrupted(),
		Target: reports.Target{
			URL: j.run.URL, Scheme: j.run.Scheme, Secrets: j.run.Secrets,
			Rejects: j.run.Rejects, SameHost: j.run.SameHost, Probes: []reports.Probe{},
		},
		Profile: j.run.Profile, Strict: j.run.Strict,
		Preflight: j.preflight(), Scenarios: []reports.Scenario{},
		Rerun: j.run.Command,
	}
	if j.end != nil {
		r.Requests = j.end.Requests
	}
	if j.run.Repetitions > 0 {
		r.Repetitions = &reports.Repetitions{Number: j.run.Repetition, Count: 1, Planned: j.run.Repetitions, Differ: []string{}}
	}
	if j.run.Past != 0 || j.run.Future != 0 {
		r.Target.Past, r.Target.Future = j.run.Past.String(), j.run.Future.String()
	}
	for _, c := range j.checks {
		if c.Name == "clock" && c.Verdict == string(reports.Warn) {
			r.Target.ClockSkew = c.Value
		}
	}
	r.Target.State = stateProbe(j.run.State)
	for _, p := range j.run.Probes {
		r.Target.Probes = append(r.Target.Probes, reports.Probe{Name: p.Name, Kind: p.Kind, Counts: p.Counts, Horizon: j.horizon(p.Name), Blind: j.blind(p.Name)})
	}
	return r
}

func (j *judge) preflight() []reports.Check {
	out := []reports.Check{}
	for _, c := range j.checks {
		out = append(out, reports.Check{Name: c.Name, Verdict: reports.Verdict(c.Verdict), Message: c.Message})
	}
	return slices.Concat(out, j.endings(), j.stopped())
}

// interrupted reports whether the run ended before its time. A transcript
// without an end is one whose run was cut off.
func (j *judge) interrupted() bool { return j.end == nil || j.end.Interrupted }

// horizon says how long the absence of an effect was waited for.
func (j *judge) horizon(probe string) string {
	for _, e := range j.effects {
		if e.Probe == probe && !e.Interrupted {
			return fmt.Sprintf("%d ms after the last answer (slowest control: %d ms)", e.WaitedMS, e.SlowestMS)
		}
	}
	return ""
}

// blind says why a probe cannot count to two, by whichever reading found out.
func (j *judge) blind(probe string) string {
	all := slices.Clone(j.effects)
	for _, id := range slices.Sorted(maps.Keys(j.own)) {
		all = append(all, j.own[id]...)
	}
	for _, e := range all {
		if e.Probe == probe && e.Blind != "" {
			return e.Blind
		}
	}
	return ""
}

// scenario grades one planned scenario.
func (j *judge) scenario(p transcript.Plan) (reports.Scenario, error) {
	var s scenarios.Scenario
	if err := json.Unmarshal(p.Scenario, &s); err != nil {
		return reports.Scenario{}, fmt.Errorf("the transcript's plan: %w", err)
	}
	out := reports.Scenario{
		ID: s.ID, Title: s.Title, Level: string(s.Level), Risk: string(s.Risk),
		Why: s.Why, Fix: s.Fix, Location: s.Location, Findings: []reports.Finding{},
		Rerun: strings.ReplaceAll(j.run.CommandOne, "{scenario}", s.ID),
	}
	if !slices.Contains(scenarios.Levels, s.Level) {
		return out, fmt.Errorf("the transcript's plan: %s: the level %q is none of %v", s.ID, s.Level, scenarios.Levels)
	}
	for _, src := range s.SourcesFor(j.run.Scheme) {
		out.Sources = append(out.Sources, reports.Source{Title: src.Title, URL: src.URL})
	}
	switch Decision(p.Decision) {
	case Play:
	case Excluded:
		out.Verdict, out.Reason, out.ExcludedBy = reports.Excluded, p.Reason, p.By
		return out, nil
	case NotApplicable:
		out.Verdict, out.Reason = reports.NotApplicable, p.Reason
		return out, nil
	case NotObserved:
		out.Verdict, out.Reason, out.Ungiven, out.Setting = reports.NotObserved, p.Reason, true, p.Setting
		return out, nil
	default:
		return out, fmt.Errorf("the transcript's plan: %s: the decision %q is none of %s, %s, %s, %s", s.ID, p.Decision, Play, Excluded, NotApplicable, NotObserved)
	}
	if message := unready(j.preflight()); message != "" {
		out.Verdict, out.Reason = reports.Blocked, "the preflight: "+message
		return out, nil
	}
	g := j.grade(s)
	end := g.conclude()
	out.Verdict, out.Reason = end.severity, end.finding.Message
	out.Interrupted = end.interrupted && end.severity == reports.Error
	out.Fix = cmp.Or(end.fix, s.Fix)
	if end.severity == reports.Excluded {
		out.ExcludedBy = reports.ByBudget // nothing else excludes what was begun
	}
	out.Unseen = expectsEffects(s) && !j.observes(s)
	out.Findings, out.Measurements, out.Measured = g.findings(), summarised(g.measurements), g.told
	out.Milliseconds = g.milliseconds()
	return out, nil
}

// Unready is what the preflight found that keeps everything from being graded,
// or "".
func Unready(r reports.Report) string { return unready(r.Preflight) }

func unready(checks []reports.Check) string {
	c, _ := reports.Unready(checks)
	return c.Message
}

// grade grades the last play of a scenario; but a failure that the first play
// has proven stands. (No answer proves nothing there: see graded.) A receiver
// that could not take a genuine delivery among others is warned of it, and so is
// one that fell silent among others when nothing that was played alone explains it.
func (j *judge) grade(s scenarios.Scenario) *grading {
	first := j.gradePlay(s, 1)
	if !j.playedAgain(s.ID) {
		return first
	}
	if first.conclude().severity == reports.Fail {
		return first
	}
	second := j.gradePlay(s, 2)
	if second.conclude().severity == reports.Pass {
		second.brokeAmongOthers(first)
		if !j.blamed() {
			second.fellSilent(first)
		}
	}
	return second
}

// somebodyBlamed reports whether a scenario that was played alone is held to
// have left a delivery without an answer: what got none beside it is its doing.
func (j *judge) somebodyBlamed() bool {
	for _, p := range j.plans {
		var s scenarios.Scenario
		if json.Unmarshal(p.Scenario, &s) != nil {
			continue // said where it is graded
		}
		play := 2
		if s.Exclusive && !j.playedAgain(s.ID) {
			play = 1
		}
		silent := func(x numbered) bool { return x.Play == play && leftSilent(s, x) }
		if !slices.ContainsFunc(j.exchanges[s.ID], silent) {
			continue
		}
		switch j.gradePlay(s, play).conclude().severity {
		case reports.Pass, reports.NotApplicable, reports.Info:
		default:
			return true
		}
	}
	return false
}

// leftSilent reports whether a delivery got no answer where one was to come.
func leftSilent(s scenarios.Scenario, x numbered) bool {
	if x.Step < 1 || x.Step > len(s.Steps) || !unanswered(x) {
		return false
	}
	step := s.Steps[x.Step-1]
	outcome, err := scenarios.FindOutcome(step.Expect)
	if err != nil || step.AtOnce > 1 || step.Feature != "" {
		return false
	}
	grade, _ := outcome.Grade(0)
	return grade == scenarios.GradeFail
}

func (j *judge) playedAgain(id string) bool {
	for _, x := range j.exchanges[id] {
		if x.Play == 2 {
			return true
		}
	}
	for _, t := range j.troubles[id] {
		if t.Play == 2 && t.Kind != skipped {
			return true
		}
	}
	return false
}
