package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// playedOnce is the file of a run against a receiver with flaws of both axes.
func playedOnce(t testing.TB) (file []byte, r reports.Report) {
	t.Helper()
	url, receiver := serve(t, settings[0], "no-dedupe", "stack-trace", "short-compare", "invalid-json-crash")
	var copied bytes.Buffer
	r, err := conformance.Grade(context.Background(), conformance.Config{
		URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret, Seed: 7, Transcript: &copied,
		Effects: receiver.Count,
		Only:    []string{"auth.*", "ts.stale", "idem.*", "leak.*", "raw.invalid-json", "http.get"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return copied.Bytes(), r
}

func marshal(t testing.TB, r reports.Report) []byte {
	t.Helper()
	b, err := reports.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func judgeFile(t testing.TB, file []byte) reports.Report {
	t.Helper()
	records, err := transcript.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r, err := conformance.Judge(records)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestJudgeIsPure: the same transcript gives the same report, to the byte, in
// the run itself, again, through a file, and with other records' order where
// things happened at once.
func TestJudgeIsPure(t *testing.T) {
	file, inTheRun := playedOnce(t)
	want := marshal(t, inTheRun)
	if c := inTheRun.Counts; c.Fail == 0 || c.Pass == 0 {
		t.Fatalf("the run shows too little: %+v", c)
	}
	name := filepath.Join(t.TempDir(), "transcript.jsonl")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	fromDisk, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := marshal(t, judgeFile(t, fromDisk)); !bytes.Equal(got, want) {
			t.Fatalf("judged again, the report differs at byte %d", firstDifference(got, want))
		}
	}
	t.Run("shuffled", func(t *testing.T) { judgeShuffled(t, file, inTheRun) })
	t.Run("cut off", func(t *testing.T) { judgeCutOff(t, file, inTheRun) })
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// judgeShuffled interleaves the scenarios otherwise: only the order within one
// means anything.
func judgeShuffled(t *testing.T, file []byte, want reports.Report) {
	records, err := transcript.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		got, err := conformance.Judge(interleave(records, random))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range got.Scenarios {
			if outcome(s) != outcome(want.Scenarios[i]) || s.Reason != want.Scenarios[i].Reason {
				t.Errorf("%s was %s and is %s", s.ID, outcome(want.Scenarios[i]), outcome(s))
			}
		}
	}
}

// interleave shuffles the exchanges and keeps the order within each scenario.
func interleave(records []transcript.Record, random *rand.Rand) []transcript.Record {
	var slots []int
	queues := map[string][]transcript.Record{}
	for i, rec := range records {
		if rec.Exchange != nil {
			slots = append(slots, i)
			queues[rec.Exchange.Scenario] = append(queues[rec.Exchange.Scenario], rec)
		}
	}
	whose := make([]string, len(slots))
	for k, i := range slots {
		whose[k] = records[i].Exchange.Scenario
	}
	random.Shuffle(len(whose), func(i, j int) { whose[i], whose[j] = whose[j], whose[i] })
	out := slices.Clone(records)
	for k, i := range slots {
		out[i], queues[whose[k]] = queues[whose[k]][0], queues[whose[k]][1:]
	}
	return out
}

// judgeCutOff judges every beginning of the transcript: no beginning passes
// more than the whole, and each says that it was interrupted.
func judgeCutOff(t *testing.T, file []byte, whole reports.Report) {
	lines := bytes.SplitAfter(file, []byte("\n"))
	for n := 1; n < len(lines)-1; n += 7 {
		r := judgeFile(t, bytes.Join(lines[:n], nil))
		if !r.Interrupted || r.ExitCode == reports.ExitConformant {
			t.Fatalf("%d lines: interrupted %v, exit %d", n, r.Interrupted, r.ExitCode)
		}
		for i, s := range r.Scenarios {
			if s.Verdict == reports.Pass && whole.Scenarios[i].Verdict != reports.Pass {
				t.Errorf("%d lines: %s passes, though the whole run says %s", n, s.ID, whole.Scenarios[i].Verdict)
			}
		}
	}
}

// FuzzJudge mutates transcripts: whatever stands in the file, judging neither
// panics nor gives a report that cannot be written, and is the same twice.
func FuzzJudge(f *testing.F) {
	for _, w := range []tale{
		{scenario: sandwich("MUST", "rejected"), happened: answered(200, 401, 200)},
		{scenario: sandwich("MUST", "rejected"), run: probed, happened: join(answered(200, 200, 0), answeredIn(2, 200, 401, 0), []transcript.Record{seen(map[string]int{"faulty": 1})})},
		{scenario: genuineTwice("SHOULD", "duplicate", "1", true), run: probed, happened: append(answered(200, 409), seen(nil), trouble(2, "gone"))},
		leakTale(transcript.Answer{Body: traces["Java"]}),
	} {
		var b bytes.Buffer
		for _, rec := range w.records(f) {
			line, err := json.Marshal(rec)
			if err != nil {
				f.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		records, err := transcript.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		r, err := conformance.Judge(records)
		if err != nil {
			return
		}
		first, err := reports.Marshal(r)
		if err != nil {
			return // a year that RFC 3339 cannot write, said so
		}
		if again := marshal(t, judgeFile(t, file)); !bytes.Equal(first, again) {
			t.Errorf("judged twice, differs at byte %d", firstDifference(first, again))
		}
		for _, s := range r.Scenarios {
			if s.Verdict.Rank() < 0 {
				t.Errorf("%s has the verdict %q", s.ID, s.Verdict)
			}
		}
	})
}
