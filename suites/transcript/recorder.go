package transcript

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
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
}

// NewRecorder returns a recorder; sink may be nil.
func NewRecorder(sink io.Writer) *Recorder {
	return &Recorder{sink: sink, now: time.Now}
}

// Add appends a record and returns its number.
func (r *Recorder) Add(rec Record) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	rec.N, rec.At = r.n, r.now().UTC().Truncate(time.Microsecond)
	line, err := marshal(rec)
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

func marshal(rec Record) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(rec)
	return out.Bytes(), err
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
		all = append(all, rec)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("line 1: not a transcript: it is empty")
	}
	return all, nil
}
