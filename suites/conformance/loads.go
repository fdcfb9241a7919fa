package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/transcript"
)

// windowsALine is how many windows of a load are in one line of the transcript:
// an hour's, far below what a line may have.
const windowsALine = 3600

// AddLoads records the results of loads that were played behind the scenarios,
// redacted, what was found out about the target for them, and how many requests
// they took.
func (s *Session) AddLoads(loads []reports.Load, checks []reports.Check, requests int) error {
	s.behind += requests
	for _, c := range checks {
		s.record.Add(transcript.Record{Check: &transcript.Check{Name: c.Name, Verdict: string(c.Verdict), Message: c.Message}})
	}
	for _, l := range loads {
		if err := recordLoad(s.record, l); err != nil {
			return fmt.Errorf("load %s: %w", l.Name, err)
		}
	}
	return s.record.Err()
}

func recordLoad(r *transcript.Recorder, l reports.Load) error {
	windows := l.Windows
	l.Windows = nil
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	r.Add(transcript.Record{Load: &transcript.Load{Result: raw}})
	for some := range slices.Chunk(windows, windowsALine) {
		if raw, err = json.Marshal(some); err != nil {
			return err
		}
		r.Add(transcript.Record{Load: &transcript.Load{Windows: raw}})
	}
	return nil
}

// recallLoads reads what recordLoad wrote. An error names the line.
func recallLoads(records []transcript.Record) ([]reports.Load, error) {
	all := []reports.Load{}
	for _, rec := range records {
		if rec.Load == nil {
			continue
		}
		err := errors.New("there is none")
		switch {
		case rec.Load.Result != nil:
			all, err = recallLoad(all, rec.Load.Result)
		case rec.Load.Windows != nil:
			err = recallWindows(all, rec.Load.Windows)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: the result of a load: %w", rec.N, err)
		}
	}
	return all, nil
}

func recallLoad(all []reports.Load, raw json.RawMessage) ([]reports.Load, error) {
	var l reports.Load
	if err := strictly(raw, &l); err != nil {
		return nil, err
	}
	if l.Name == "" {
		return nil, errors.New("it has no name")
	}
	if slices.ContainsFunc(all, func(other reports.Load) bool { return other.Name == l.Name }) {
		return nil, fmt.Errorf("%s has one before", l.Name)
	}
	verdicts := []reports.Verdict{l.Verdict}
	for _, o := range l.Objectives {
		verdicts = append(verdicts, o.Verdict)
	}
	for _, v := range verdicts {
		if v.Rank() < 0 {
			return nil, fmt.Errorf("%s: there is no verdict %q", l.Name, v)
		}
	}
	return append(all, l), nil
}

// recallWindows adds windows to the last of the loads.
func recallWindows(all []reports.Load, raw json.RawMessage) error {
	if len(all) == 0 {
		return errors.New("windows, and no load before them")
	}
	var some []reports.Window
	if err := strictly(raw, &some); err != nil {
		return err
	}
	last := &all[len(all)-1]
	last.Windows = append(last.Windows, some...)
	return nil
}

// strictly refuses fields that it does not know: a result read in part would be
// reported in part.
func strictly(raw json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
