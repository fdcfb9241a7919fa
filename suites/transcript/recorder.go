package transcript

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hookassay/hookassay/internal/jsontext"
)

// A Recorder appends records. It keeps what it wrote, for the judge, and
// copies it to a sink, so that what was recorded survives the process. It may
// be used concurrently.
type Recorder struct {
	mu   sync.Mutex
	kept bytes.Buffer
	sink io.Writer
	n    int
	err  error
	now  func() time.Time

	foreign, own *Redactor
}

// NewRecorder returns a recorder; sink may be nil.
func NewRecorder(sink io.Writer) *Recorder {
	return &Recorder{sink: sink, now: time.Now, foreign: &Redactor{}, own: &Redactor{}}
}

// Redact sets what is taken out of the free texts of later records: out of
// URLs and what others say, and out of sentences and commands of ours. What is
// exchanged comes redacted.
func (r *Recorder) Redact(foreign, own *Redactor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.foreign, r.own = foreign, own
}

// Add appends a record and returns its number.
func (r *Recorder) Add(rec Record) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	rec.N, rec.At = r.n, r.now().UTC().Truncate(time.Microsecond)
	line, err := marshal(r.redacted(rec))
	if err != nil {
		if r.err == nil {
			r.err = err
		}
		return r.n
	}
	r.kept.Write(line)
	if r.sink != nil && r.err == nil {
		_, r.err = r.sink.Write(line)
	}
	return r.n
}

// redacted returns the record with its free texts redacted. It shares nothing
// with rec that it had to change.
func (r *Recorder) redacted(rec Record) Record {
	switch {
	case rec.Run != nil:
		run := *rec.Run
		run.URL = r.foreign.Text(run.URL)
		for _, command := range []*string{&run.Command, &run.CommandOne} {
			*command = r.own.Text(strings.ReplaceAll(*command, rec.Run.URL, run.URL))
		}
		run.Probes = slices.Clone(run.Probes)
		for i := range run.Probes {
			run.Probes[i].Counts = r.own.Text(run.Probes[i].Counts)
		}
		if run.State != nil {
			state := *run.State
			state.Reads = r.own.Text(state.Reads)
			run.State = &state
		}
		rec.Run = &run
	case rec.Known != nil:
		rec.Known = &Known{Expectations: r.json(rec.Known.Expectations), Baseline: r.json(rec.Known.Baseline)}
	case rec.Check != nil:
		check := *rec.Check
		check.Message, check.Value = r.own.Text(check.Message), r.own.Text(check.Value)
		rec.Check = &check
	case rec.Effects != nil:
		effects := *rec.Effects
		effects.Error = r.foreign.Text(effects.Error)
		rec.Effects = &effects
	case rec.States != nil:
		states := *rec.States
		states.Error, states.States = r.foreign.Text(states.Error), maps.Clone(states.States)
		for object, text := range states.States {
			states.States[object] = r.foreign.Text(text)
		}
		rec.States = &states
	case rec.Trouble != nil:
		trouble := *rec.Trouble
		trouble.Message = r.own.Text(trouble.Message)
		rec.Trouble = &trouble
	case rec.End != nil:
		end := *rec.End
		end.Reason = r.own.Text(end.Reason)
		rec.End = &end
	}
	return rec
}

// json redacts texts of ours inside JSON; no marker has a character that JSON
// would escape.
func (r *Recorder) json(raw json.RawMessage) json.RawMessage {
	return json.RawMessage(r.own.Text(string(raw)))
}

func marshal(rec Record) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(rec)
	return jsontext.Escape(out.Bytes()), err
}

// Err returns the first error of writing.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Records decodes what was recorded: exactly what a reader of the file gets.
func (r *Recorder) Records() ([]Record, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Read(bytes.NewReader(bytes.Clone(r.kept.Bytes())))
}

// maxLine bounds one line of a transcript that is read.
const maxLine = 8 << 20

// Read reads a transcript. The error names the line.
func Read(in io.Reader) ([]Record, error) {
	scan := bufio.NewScanner(in)
	scan.Buffer(make([]byte, 64<<10), maxLine)
	var all []Record
	for line := 1; scan.Scan(); line++ {
		var rec Record
		if err := json.Unmarshal(scan.Bytes(), &rec); err != nil {
			return nil, fmt.Errorf("line %d: not a transcript record: %w", line, err)
		}
		if line == 1 && (rec.Run == nil || rec.Run.Schema != Schema) {
			return nil, fmt.Errorf("line 1: not a transcript of version %s", Schema)
		}
		if rec.N != line {
			return nil, fmt.Errorf("line %d: its number is %d: lines are missing, or were put in", line, rec.N)
		}
		all = append(all, rec)
	}
	if err := scan.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: longer than the %d bytes that a line may have", len(all)+1, maxLine)
	} else if err != nil {
		return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("line 1: not a transcript: it is empty")
	}
	return all, nil
}
