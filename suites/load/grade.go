package load

import (
	"context"
	"fmt"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// Grade makes sure that the target accepts a genuine delivery, plays the load
// scenario and reports. Version names the program, command is what plays it
// again. A *Refused is the user's to mend.
func Grade(ctx context.Context, cfg Config, version, command string) (reports.Report, error) {
	if err := cfg.Check(); err != nil {
		return reports.Report{}, err
	}
	r := header(cfg, version, command)
	failure, end := start(ctx, cfg.Target)
	defer end()
	if failure != "" {
		r.Preflight = append(r.Preflight, reports.Check{Name: "started", Verdict: reports.Blocked, Message: failure})
	} else if err := cfg.grade(ctx, &r, version); err != nil {
		return r, err
	}
	r.Interrupted = ctx.Err() != nil
	r.Finished = time.Now().UTC().Truncate(time.Millisecond)
	reports.Conclude(&r, nil)
	return r, nil
}

// grade asks for what has to be asked for, and plays the preflight and the load.
func (cfg Config) grade(ctx context.Context, r *reports.Report, version string) error {
	runs := []Config{cfg}
	if err := Ask(ctx, runs); err != nil {
		return err
	}
	cfg = runs[0]
	record := transcript.NewRecorder(nil)
	maker := cfg.maker()
	sender := target.NewSender(cfg.Target, maker, record, cfg.IDs)
	record.Add(transcript.Record{Run: &transcript.Run{Schema: transcript.Schema, Tool: version}})
	flight, err := sender.Preflight(ctx)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if r.Preflight, err = checks(record); err != nil {
		return err
	}
	r.Requests = sender.Sent()
	if c, ok := cfg.Granted(); ok {
		r.Preflight = append(r.Preflight, c)
		r.Requests++ // the asking
	}
	if !flight.Ready || ctx.Err() != nil {
		return nil
	}
	cfg.EventType, cfg.spent = maker.DefaultType(), r.Requests
	cfg.Works, cfg.Distrust = flight.Effects, flight.Distrust()
	result, err := Run(ctx, cfg)
	if err != nil {
		return err
	}
	seenLater(r.Preflight, result.Completeness)
	result.Rerun = r.Rerun
	r.Load = append(r.Load, result)
	r.Requests += requests(result)
	return nil
}

// seenLater takes back that effects cannot be seen, where those of the load were:
// they only come later than the preflight waits.
func seenLater(checks []reports.Check, c reports.Completeness) {
	for i := range checks {
		check := &checks[i]
		if c.Observed && c.Once > 0 && check.Name == "effect-visible" && check.Verdict == reports.Blocked {
			check.Verdict = reports.Warn
			check.Message = fmt.Sprintf("only later: %d of the load's events were seen to have their effect. Before it, %s", c.Once, check.Message)
		}
	}
}

// Check finds what cannot be played, or must not be, before anything is sent.
func (cfg Config) Check() error {
	if err := cfg.permit(); err != nil {
		return err
	}
	cfg.spent = max(cfg.spent, 1) // by the preflight, at the least
	_, _, err := cfg.plan()
	return err
}

func header(cfg Config, version, command string) reports.Report {
	t := cfg.Target
	redact := t.OwnRedactor()
	r := reports.Report{
		Schema: reports.Schema,
		Tool:   reports.Tool{Name: "hookassay", Version: version},
		Seed:   cfg.Seed, Nonce: cfg.Nonce,
		Started: time.Now().UTC().Truncate(time.Millisecond),
		Profile: "load " + cfg.Scenario.Name,
		Target: reports.Target{
			URL: redact.Text(t.URL.String()), Scheme: t.Scheme.Name, Secrets: t.DescribeSecrets(),
			Rejects: t.Rejects, SameHost: t.Loopback(), Probes: []reports.Probe{},
		},
		Preflight: []reports.Check{}, Scenarios: []reports.Scenario{}, Load: []reports.Load{},
		Rerun: redact.Text(fmt.Sprintf("%s --seed %d", command, cfg.Seed)),
	}
	for _, p := range t.Probes {
		d := p.Describe()
		r.Target.Probes = append(r.Target.Probes, reports.Probe{Name: d.Name, Kind: d.Kind, Counts: d.Counts})
	}
	return r
}

// checks are what the preflight found.
func checks(record *transcript.Recorder) ([]reports.Check, error) {
	records, err := record.Records()
	if err != nil {
		return nil, err
	}
	out := []reports.Check{}
	for _, rec := range records {
		if c := rec.Check; c != nil {
			out = append(out, reports.Check{Name: c.Name, Verdict: reports.Verdict(c.Verdict), Message: c.Message})
		}
	}
	return out, nil
}
