package transcript

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

var opening = Record{Run: &Run{Schema: Schema, Tool: "test"}}

func TestRecorderNumbersLines(t *testing.T) {
	const writers, each = 16, 50
	var sink bytes.Buffer
	r := NewRecorder(&sink)
	r.Add(opening)
	var mu sync.Mutex
	given := map[int]string{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				label := fmt.Sprintf("%d/%d", w, i)
				n := r.Add(Record{Exchange: &Exchange{Label: label, Answer: Answer{Body: "<a & b>"}}})
				mu.Lock()
				given[n] = label
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	all, err := r.Records()
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	if len(all) != 1+writers*each || len(given) != writers*each {
		t.Fatalf("%d records of %d numbers", len(all), len(given))
	}
	for i, rec := range all {
		if rec.N != i+1 || rec.At.Location() != time.UTC {
			t.Errorf("line %d has number %d and time %v", i+1, rec.N, rec.At)
		}
		if rec.Exchange != nil && given[rec.N] != rec.Exchange.Label {
			t.Errorf("number %d was given to %s and stands at %s", rec.N, given[rec.N], rec.Exchange.Label)
		}
	}
	if again, err := Read(&sink); err != nil || len(again) != len(all) {
		t.Errorf("the sink holds %d records, %v", len(again), err)
	}
}

func TestRecorderStampsAndKeepsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sink strings.Builder
		r := NewRecorder(&sink)
		r.Add(opening)
		time.Sleep(1500 * time.Millisecond)
		if n := r.Add(Record{Trouble: &Trouble{Message: "a < b & c > d\u2028"}}); n != 2 {
			t.Errorf("second number is %d", n)
		}
		second := strings.Split(sink.String(), "\n")[1]
		want := `{"n":2,"at":"2000-01-01T00:00:01.5Z","trouble":{"scenario":"","play":0,"kind":"","message":"a < b & c > d\u2028"}}`
		if second != want {
			t.Errorf("got  %s\nwant %s", second, want)
		}
	})
}

// TestRecorderRedactsFreeTexts, and changes nothing of its caller's.
func TestRecorderRedactsFreeTexts(t *testing.T) {
	var sink strings.Builder
	r := NewRecorder(&sink)
	long, short := sensitive("text", "correct horse"), sensitive("text", "word")
	r.Redact(NewRedactor([]mockprovider.Sensitive{long, short}), NewRedactor([]mockprovider.Sensitive{long}))
	run := &Run{
		Schema: Schema, URL: "http://h/word?correct horse", Command: "word --target http://h/word?correct horse", CommandOne: "word correct horse",
		Probes: []Probe{{Counts: "word, correct horse"}},
	}
	r.Add(Record{Run: run})
	r.Add(Record{Check: &Check{Message: "word, correct horse", Value: "correct horse"}})
	r.Add(Record{Effects: &Effects{Error: "word, correct horse"}})
	r.Add(Record{Trouble: &Trouble{Message: "word, correct horse"}})
	r.Add(Record{End: &End{Reason: "word, correct horse"}})
	all, err := r.Records()
	if err != nil || r.Err() != nil {
		t.Fatal(err, r.Err())
	}
	const mark = "[redacted:secret:current:text]"
	for what, c := range map[string]struct{ got, want string }{
		"URL":             {all[0].Run.URL, "http://h/" + mark + "?" + mark},
		"command":         {all[0].Run.Command, "word --target http://h/" + mark + "?" + mark},
		"command for one": {all[0].Run.CommandOne, "word " + mark},
		"probe":           {all[0].Run.Probes[0].Counts, "word, " + mark},
		"check":           {all[1].Check.Message + all[1].Check.Value, "word, " + mark + mark},
		"effects":         {all[2].Effects.Error, mark + ", " + mark},
		"trouble":         {all[3].Trouble.Message, "word, " + mark},
		"end":             {all[4].End.Reason, "word, " + mark},
	} {
		if c.got != c.want {
			t.Errorf("%s: got  %s\nwant %s", what, c.got, c.want)
		}
	}
	if strings.Contains(sink.String(), "correct horse") {
		t.Errorf("the sink holds it: %s", sink.String())
	}
	if run.Probes[0].Counts != "word, correct horse" || run.URL != "http://h/word?correct horse" {
		t.Errorf("the caller's record is changed: %+v", run)
	}
}

// TestRecorderEscapesWhatSteers terminals.
func TestRecorderEscapesWhatSteers(t *testing.T) {
	var sink strings.Builder
	r := NewRecorder(&sink)
	r.Add(opening)
	r.Add(Record{Exchange: &Exchange{Answer: Answer{Body: "\u009b31m\u202e", Headers: [][2]string{{"X", "\u2066"}}}}})
	if text := sink.String(); strings.ContainsAny(text, "\u009b\u202e\u2066") || !strings.Contains(text, `\u009b31m\u202e`) {
		t.Errorf("%q", text)
	}
	all, err := r.Records()
	if err != nil || all[1].Exchange.Answer.Body != "\u009b31m\u202e" {
		t.Errorf("it is read as %+v, %v", all, err)
	}
}

type brokenSink struct{ writes int }

var errDisk = errors.New("disk full")

func (b *brokenSink) Write(p []byte) (int, error) {
	b.writes++
	if b.writes == 2 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestRecorderTellsTheFirstError(t *testing.T) {
	sink := new(brokenSink)
	r := NewRecorder(sink)
	r.Add(opening)
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	r.Add(Record{End: &End{}})
	r.Add(Record{End: &End{}})
	r.Add(Record{Exchange: &Exchange{Times: Times{Done: math.NaN()}}}) // has no JSON
	if err := r.Err(); !errors.Is(err, errDisk) {
		t.Errorf("the first error is %v, want %v", err, errDisk)
	}
	if sink.writes != 2 {
		t.Errorf("%d writes: after a failure the sink would have a gap", sink.writes)
	}
	if all, err := r.Records(); err != nil || len(all) != 3 {
		t.Errorf("%d records were kept, %v", len(all), err)
	}
}

func TestReadRefuses(t *testing.T) {
	first := `{"n":1,"at":"2026-05-04T03:02:01Z","run":{"schema":"hookassay.transcript/v1"}}` + "\n"
	second := `{"n":2,"at":"2026-05-04T03:02:01Z","trouble":{"scenario":"","play":0,"kind":"","message":""}}` + "\n"
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: not a transcript: it is empty"},
		{"not JSON", "hello\n", "line 1: not a transcript record: invalid character 'h' looking for beginning of value"},
		{"another record first", `{"n":1,"end":{"requests":0}}`, "line 1: not a transcript of version hookassay.transcript/v1"},
		{"another version", strings.Replace(first, "/v1", "/v2", 1), "line 1: not a transcript of version hookassay.transcript/v1"},
		{"a later line", first + second + "{\"n\":\n", "line 3: not a transcript record: unexpected end of JSON input"},
		{"an empty line", first + "\n" + first, "line 2: not a transcript record: unexpected end of JSON input"},
		{"a gap", first + strings.Replace(second, `"n":2`, `"n":3`, 1), "line 2: its number is 3: lines are missing, or were put in"},
		{"a line twice", first + first, "line 2: its number is 1: lines are missing, or were put in"},
		{"another type", first + `{"n":"two"}`, "line 2: not a transcript record: json: cannot unmarshal string into Go struct field Record.n of type int"},
		{"a line without end", first + `{"n":2,"trouble":{"message":"` + strings.Repeat("x", maxLine) + `"}}`, "line 2: longer than the 8388608 bytes that a line may have"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if all, err := Read(strings.NewReader(tt.text)); all != nil || err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestReadTakesWhatWasWritten(t *testing.T) {
	var sink bytes.Buffer
	r := NewRecorder(&sink)
	for _, rec := range []Record{
		opening,
		{Plan: &Plan{Scenario: json.RawMessage(`{"id":"a.b"}`), Decision: "play"}},
		{Exchange: &Exchange{Request: Request{Headers: [][2]string{{"A", "b"}}, Body: "é\x00", Bytes: 3}, Times: Times{Done: 1.25}}},
		{Effects: &Effects{Counts: map[string]int{"a": 2}, Void: true}},
		{Load: &Load{Result: json.RawMessage(`{"name":"a","lag":{"p50":0.125}}`)}},
		{Load: &Load{Windows: json.RawMessage(`[{"second":0}]`)}},
		{End: &End{Requests: 1}},
	} {
		r.Add(rec)
	}
	written := sink.String()
	all, err := Read(&sink)
	if err != nil {
		t.Fatal(err)
	}
	var again strings.Builder
	for _, rec := range all {
		line, err := marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		again.Write(line)
	}
	if again.String() != written {
		t.Errorf("written\n%s\nread\n%s", written, again.String())
	}
}
