package conformance

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hookassay/hookassay/internal/nearest"
	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/scenarios"
	"github.com/hookassay/hookassay/suites/transcript"
)

// known is what was known of the receiver before the run.
type known struct {
	expectations []reports.Expectation
	baseline     *reports.Baseline
}

// readKnown reads the files that the configuration names. Its errors are the
// user's to mend.
func readKnown(c Config, catalogue scenarios.Catalogue) (k known, err error) {
	if c.Expectations != "" {
		if k.expectations, err = ReadExpectations(c.Expectations, catalogue.IDs()); err != nil {
			return k, err
		}
	}
	if c.FailOn != reports.FailOnNew && c.FailOn != reports.FailOnAny {
		return k, nearest.Unknown("value of --fail-on", c.FailOn, []string{reports.FailOnNew, reports.FailOnAny})
	}
	if c.Baseline == "" {
		return k, nil
	}
	if k.baseline, err = readBaseline(c, catalogue.Digest); err != nil {
		return k, fmt.Errorf("the baseline %s: %w", c.Baseline, err)
	}
	return k, nil
}

func readBaseline(c Config, catalogue string) (*reports.Baseline, error) {
	f, err := os.Open(c.Baseline)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	earlier, err := reports.Read(f)
	if err != nil {
		return nil, err
	}
	b, err := reports.NewBaseline(c.Baseline, c.FailOn, earlier)
	if err != nil {
		return nil, err
	}
	return b, b.Compare(earlier, c.Target.Scheme.Name, c.Profile, catalogue, c.Strict)
}

// record writes what was known into the transcript, so that grading it again
// needs no file.
func (k known) record(r *transcript.Recorder) error {
	var rec transcript.Known
	var err error
	if k.expectations != nil {
		if rec.Expectations, err = json.Marshal(k.expectations); err != nil {
			return err
		}
	}
	if k.baseline != nil {
		if rec.Baseline, err = json.Marshal(k.baseline); err != nil {
			return err
		}
	}
	if rec.Expectations != nil || rec.Baseline != nil {
		r.Add(transcript.Record{Known: &rec})
	}
	return nil
}

// recall reads what record wrote into a report.
func recall(rec transcript.Known, r *reports.Report) error {
	if rec.Expectations != nil {
		if err := json.Unmarshal(rec.Expectations, &r.Expectations); err != nil {
			return fmt.Errorf("the transcript's expectations: %w", err)
		}
	}
	if rec.Baseline != nil {
		if err := json.Unmarshal(rec.Baseline, &r.Baseline); err != nil {
			return fmt.Errorf("the transcript's baseline: %w", err)
		}
	}
	return nil
}
