package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Decision says what becomes of a scenario before anything is sent.
type Decision string

const (
	Play          Decision = "play"
	Excluded      Decision = "excluded"
	NotApplicable Decision = "not-applicable"
	NotObserved   Decision = "not-observed" // the target lacks something that it could be given
)

// Planned is a scenario with its decision.
type Planned struct {
	Scenario scenarios.Scenario
	Decision Decision
	Reason   string
	By       string // who excluded it: user, risk
	Setting  string // by which the target is given what it lacks
}

// A Plan is the scenarios of a run in the catalogue's order.
type Plan struct {
	Catalogue string // digest
	Planned   []Planned

	mustObserve []string // patterns of scenarios whose effects the profile wants seen
	known       known
}

// mustObserveSilent is what must be seen of a receiver that answers 2xx to
// everything: its answers show none of it.
var mustObserveSilent = map[string][]string{
	target.RejectsSilently: {"auth.*", "sig.*", "ts.very-stale"},
}

// NewPlan chooses the scenarios. Its errors are the user's to mend.
func NewPlan(c Config) (Plan, error) {
	c, err := c.resolve()
	if err != nil {
		return Plan{}, err
	}
	return newPlan(c)
}

func newPlan(c Config) (Plan, error) {
	profile, err := scenarios.FindProfile(c.Profile)
	if err != nil {
		return Plan{}, err
	}
	built, err := scenarios.Load()
	if err != nil {
		return Plan{}, err
	}
	catalogue, err := built.With(c.Scenarios)
	if err != nil {
		return Plan{}, err
	}
	only, err := catalogue.Match(c.Only)
	if err != nil {
		return Plan{}, fmt.Errorf("--only: %w", err)
	}
	exclude, err := catalogue.Match(c.Exclude)
	if err != nil {
		return Plan{}, fmt.Errorf("--exclude: %w", err)
	}
	maker := mockprovider.NewMaker(c.Target.Scheme, c.Target.Samples, c.Seed, c.Nonce)
	plan := Plan{Catalogue: catalogue.Digest, mustObserve: profile.Patterns()}
	for _, s := range catalogue.Scenarios {
		if len(c.Only) > 0 && !only[s.ID] {
			continue
		}
		if len(c.Only) == 0 && !profile.Has(s) {
			continue
		}
		p := Planned{Scenario: s, Decision: Play}
		if exclude[s.ID] {
			p.Decision, p.Reason, p.By = Excluded, "by --exclude", reports.ByUser
		} else {
			p.decide(c.Target, maker)
		}
		plan.Planned = append(plan.Planned, p)
	}
	if len(plan.Planned) == 0 {
		return plan, errors.New("no scenario is left to play")
	}
	plan.known, err = readKnown(c, catalogue)
	return plan, err
}

// Staged lists the ids of the scenarios to be played that do something to the
// receiver's process.
func (p Plan) Staged() []string {
	var ids []string
	for _, planned := range p.Planned {
		if planned.Decision == Play && planned.Scenario.Staged() {
			ids = append(ids, planned.Scenario.ID)
		}
	}
	return ids
}

// decide says why a scenario is not played, if so.
func (p *Planned) decide(t *target.Target, m *mockprovider.Maker) {
	s := p.Scenario
	if len(s.Schemes) > 0 && !slices.Contains(s.Schemes, t.Scheme.Name) {
		p.Decision, p.Reason = NotApplicable, "not for "+t.Scheme.Name
		return
	}
	for _, f := range needs(s) {
		switch {
		case t.Has(f, m):
		case mockprovider.Givable[f] != "":
			p.Decision, p.Reason, p.Setting = NotObserved, notGiven(f), mockprovider.Givable[f]
		default:
			p.Decision, p.Reason, p.Setting = NotApplicable, lacking(f, t), ""
			return
		}
	}
	if p.Decision == NotObserved {
		return
	}
	if t.State != nil && s.LastStage() > len(t.State.After) {
		p.Decision, p.Reason = NotApplicable, fmt.Sprintf("it is about %d events of an object, and the target file names %d (state.after)", s.LastStage(), len(t.State.After))
		return
	}
	if !s.Risk.Within(t.Limits.Risk) {
		p.Decision, p.By = Excluded, reports.ByRisk
		p.Reason = fmt.Sprintf("its risk is %s and at most %s is allowed (--max-risk)", s.Risk, t.Limits.Risk)
	}
}

// notGiven says what would have to be given, and how.
func notGiven(f mockprovider.Feature) string {
	return fmt.Sprintf("needs the %s (%s)", mockprovider.Features[f], mockprovider.Givable[f])
}

// lacking words a feature that is not there: it is the scheme's to have, or the
// user's samples'.
func lacking(f mockprovider.Feature, t *target.Target) string {
	switch {
	case f == "event-identity":
		return "the receiver recognises duplicates by a key in the payload (target.dedupe)"
	case f == "template-events" && t.Samples != nil:
		return "needs an event of our making, and events of yours are sent"
	case f == "free-fields" && t.Samples != nil:
		return "nothing in your events is declared free (events.free)"
	}
	return fmt.Sprintf("%s has no %s", t.Scheme.Name, mockprovider.Features[f])
}

// needs lists what the scenario says it needs and what its faults do.
func needs(s scenarios.Scenario) []mockprovider.Feature {
	all := slices.Clone(s.Needs)
	for _, step := range s.Steps {
		for _, use := range step.Faults {
			if f, err := mockprovider.FindFault(use.Name); err == nil {
				all = append(all, f.Needs...)
			}
		}
	}
	return all
}

// Requests counts what playing the scenario sends, at least.
func Requests(s scenarios.Scenario) int {
	n := 0
	for _, step := range s.Steps {
		if step.Pause == 0 {
			n += deliveries(step)
		}
	}
	return n
}

// record writes the plan into the transcript.
func (p Plan) record(r *transcript.Recorder) error {
	if err := p.known.record(r); err != nil {
		return err
	}
	for _, planned := range p.Planned {
		definition, err := json.Marshal(planned.Scenario)
		if err != nil {
			return err
		}
		r.Add(transcript.Record{Plan: &transcript.Plan{
			Scenario: definition, Decision: string(planned.Decision), Reason: planned.Reason, By: planned.By, Setting: planned.Setting,
		}})
	}
	return nil
}
