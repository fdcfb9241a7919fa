package conformance

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// A Session is one run: prepared, played once, reported.
type Session struct {
	config Config
	plan   Plan
	record *transcript.Recorder
	sender *target.Sender
	reason string        // why the conductor gave up
	behind int           // requests of what was played behind the scenarios
	flight target.Flight // what the preflight found
}

// Prepare checks the configuration and plans the run; nothing is sent. Its
// errors are the user's to mend.
func Prepare(c Config) (*Session, error) {
	c, err := c.resolve()
	if err != nil {
		return nil, err
	}
	plan, err := newPlan(c)
	if err != nil {
		return nil, err
	}
	record := transcript.NewRecorder(c.Transcript)
	maker := mockprovider.NewMaker(c.Target.Scheme, c.Target.Samples, c.Seed, c.Nonce)
	return &Session{
		config: c, plan: plan, record: record,
		sender: target.NewSender(c.Target, maker, record, c.IDs),
	}, nil
}

// Plan returns what the session will play.
func (s *Session) Plan() Plan { return s.plan }

// Grade prepares, plays and reports.
func Grade(ctx context.Context, c Config) (reports.Report, error) {
	s, err := Prepare(c)
	if err != nil {
		return reports.Report{}, err
	}
	if err := s.Play(ctx, nil); err != nil {
		return reports.Report{}, err
	}
	return s.Report()
}

// Play plays the planned scenarios; with selected, only those it names. What
// goes wrong with the receiver is recorded; an error means the transcript
// could not be kept.
func (s *Session) Play(ctx context.Context, selected func(id string) bool) error {
	if err := s.PlayAhead(ctx, selected); err != nil {
		return err
	}
	return s.Close(ctx)
}

// PlayAhead plays as Play does, and leaves the transcript open for what is
// played behind: see AddLoads. Close ends it.
func (s *Session) PlayAhead(ctx context.Context, selected func(id string) bool) error {
	if selected != nil {
		var kept []Planned
		for _, p := range s.plan.Planned {
			if selected(p.Scenario.ID) {
				kept = append(kept, p)
			}
		}
		s.plan.Planned = kept
	}
	s.record.Add(transcript.Record{Run: s.describe()})
	if err := s.plan.record(s.record); err != nil {
		return err
	}
	c := &conductor{session: s}
	if err := c.conduct(ctx); err != nil {
		s.reason = err.Error()
	}
	return s.record.Err()
}

// Close ends the transcript. A ctx that has ended says that the run was
// interrupted.
func (s *Session) Close(ctx context.Context) error {
	s.record.Add(transcript.Record{End: &transcript.End{
		Interrupted: ctx.Err() != nil, Reason: s.reason, Requests: s.sender.Sent() + s.behind,
	}})
	return s.record.Err()
}

// Report judges what was recorded.
func (s *Session) Report() (reports.Report, error) {
	records, err := s.record.Records()
	if err != nil {
		return reports.Report{}, err
	}
	return Judge(records)
}

func (s *Session) describe() *transcript.Run {
	c, t := s.config, s.config.Target
	run := &transcript.Run{
		Schema: transcript.Schema, Tool: Version, Catalogue: s.plan.Catalogue,
		Seed: c.Seed, Nonce: c.Nonce, Profile: c.Profile, Strict: c.Strict,
		MustObserve: slices.Concat(s.plan.mustObserve, mustObserveSilent[t.Rejects], c.MustObserve),
		URL:         t.URL.String(), Scheme: t.Scheme.Name, Secrets: t.DescribeSecrets(), SecretBytes: secretBytes(t),
		Past: time.Duration(t.Tolerance.Past), Future: time.Duration(t.Tolerance.Future),
		Rejects: t.Rejects, BehindProxy: t.BehindProxy, SameHost: t.Loopback(), Origin: t.Origin,
		Probes: []transcript.Probe{}, Kept: c.Transcript != nil,
		Repetition: c.Repetition, Repetitions: c.Repetitions,
	}
	again := s.again()
	run.Command, run.CommandOne = again.All, again.One
	run.State = describeState(t.State)
	for _, p := range t.Probes {
		d := p.Describe()
		run.Probes = append(run.Probes, transcript.Probe{Name: d.Name, Kind: d.Kind, Counts: d.Counts})
	}
	return run
}

// secretBytes tells how long each secret is, by the place that its marker
// names: a short one may stand in an answer by chance.
func secretBytes(t *target.Target) map[string]int {
	sizes := map[string]int{}
	for _, v := range t.Sensitive() {
		if v.As == "text" {
			sizes[v.Place] = len(v.Value)
		}
	}
	return sizes
}

// again makes the commands that play the run and its scenarios again.
func (s *Session) again() Again {
	if s.config.Again != (Again{}) {
		return s.config.Again
	}
	command, t := s.config.Command, s.config.Target
	if command == "" {
		command = fmt.Sprintf("hookassay run --target %s --scheme %s --secret-env WEBHOOK_SECRET", t.URL, t.Scheme.Name)
	}
	return Again{
		All: fmt.Sprintf("%s --seed %d", command, s.config.Seed),
		One: fmt.Sprintf("%s --only {scenario} --seed %d", command, s.config.Seed),
	}
}

// events lists every event that was sent by the scenarios that are wanted, of
// which the preflight is the one without a name, and when those that should take
// effect were acknowledged.
func (s *Session) events(records []transcript.Record, wanted func(scenarios.Scenario) bool) target.Wait {
	w := target.Wait{Awaited: map[string]time.Time{}}
	expected := map[string]map[string]string{} // scenario → label → effect
	if wanted(scenarios.Scenario{}) {
		expected[""] = nil // the preflight's
	}
	for _, p := range s.plan.Planned {
		if wanted(p.Scenario) {
			expected[p.Scenario.ID] = p.Scenario.Effects
		}
	}
	seen := map[string]bool{}
	for _, rec := range records {
		e := rec.Exchange
		if e == nil || e.EventID == "" {
			continue
		}
		effects, ok := expected[e.Scenario]
		if !ok || effects[e.Label] == "any" { // nobody looks at its count here
			continue
		}
		if !seen[e.EventID] {
			seen[e.EventID] = true
			w.IDs = append(w.IDs, e.EventID)
		}
		done := e.SentAt.Add(time.Duration(e.Times.Done * float64(time.Millisecond)))
		if done.After(w.Since) {
			w.Since = done
		}
		if e.Answer.Status/100 == 2 && (e.Control || takesEffect(expected[e.Scenario][e.Label])) {
			w.Awaited[e.EventID] = done
		}
	}
	return w
}

// takesEffect reports whether a scenario counts on at least one effect.
func takesEffect(expected string) bool {
	return expected != "" && expected != "any" && expected != "0"
}
