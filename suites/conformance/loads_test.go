package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/transcript"
)

// loadOf is the result of a load of so many seconds.
func loadOf(name string, v reports.Verdict, seconds int) reports.Load {
	l := reports.Load{
		Name: name, Title: "A \u0085 and <b>", Verdict: v, Sent: 12, Seconds: 0.1 + 0.2,
		Objectives: []reports.Objective{{Text: "forged: accepted = 0", Class: "forged", Verdict: v}},
		Lag:        reports.Quantiles{N: 12, P99: 1.0 / 3, CI95: map[string][2]float64{"p99": {0.25, 1e-9}}},
		Generator:  reports.Generator{Valid: true},
	}
	for i := range seconds {
		l.Windows = append(l.Windows, reports.Window{Second: i, Sent: 3, Backlog: -1, P99: float64(i) / 7})
	}
	return l
}

// playedAhead is a run behind which loads were recorded, and its transcript.
func playedAhead(t *testing.T, ctx context.Context, loads ...reports.Load) (reports.Report, []byte) {
	t.Helper()
	url, _ := serve(t, settings[0])
	var file bytes.Buffer
	s, err := conformance.Prepare(conformance.Config{
		URL: url, Scheme: settings[0].scheme, Secret: settings[0].secret, Seed: 7, Transcript: &file, Only: []string{"auth.wrong-key"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PlayAhead(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	granted := []reports.Check{{Name: "rate-granted", Verdict: reports.Pass, Message: "any rate"}}
	if err := s.AddLoads(loads, granted, 1000); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := s.Report()
	if err != nil {
		t.Fatal(err)
	}
	return r, file.Bytes()
}

// What was measured under load is in the report as it was, and in the report
// of the transcript, too.
func TestLoadsAreTakenOver(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	const hours = 3600*2 + 1
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		loads []reports.Load
		exit  int
	}{
		{"none", t.Context(), nil, reports.ExitConformant},
		{"met", t.Context(), []reports.Load{loadOf("a", reports.Pass, 2), loadOf("b", reports.Pass, 0)}, reports.ExitConformant},
		{"missed", t.Context(), []reports.Load{loadOf("a", reports.Pass, 0), loadOf("b", reports.Fail, 1)}, reports.ExitNotConformant},
		{"not played", t.Context(), []reports.Load{loadOf("a", reports.Blocked, 0)}, reports.ExitIncomplete},
		{"interrupted", ended, []reports.Load{loadOf("a", reports.NotObserved, 1)}, reports.ExitIncomplete},
		{"of hours", t.Context(), []reports.Load{loadOf("a", reports.Pass, hours), loadOf("b", reports.Pass, 3)}, reports.ExitConformant},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, file := playedAhead(t, tt.ctx, tt.loads...)
			if r.ExitCode != tt.exit || r.Interrupted != (tt.ctx.Err() != nil) || r.Requests <= 1000 {
				t.Errorf("exit %d, not %d; interrupted %v, %d requests: %v", r.ExitCode, tt.exit, r.Interrupted, r.Requests, r.ExitReasons)
			}
			if last := r.Preflight[len(r.Preflight)-1]; last.Name != "rate-granted" {
				t.Errorf("the last check is %+v", last)
			}
			want := r
			want.Load = tt.loads
			if got := marshal(t, r); !bytes.Equal(got, marshal(t, want)) {
				t.Errorf("not as they were measured, from byte %d on", firstDifference(got, marshal(t, want)))
			}
			if got := marshal(t, judgeFile(t, file)); !bytes.Equal(got, marshal(t, r)) {
				t.Errorf("judged again, the report differs at byte %d", firstDifference(got, marshal(t, r)))
			}
		})
	}
}

// A load that lasts as long as one may leaves a transcript that can be read.
func TestLongestLoadFitsItsLines(t *testing.T) {
	full := reports.Window{Second: 604800, Sent: 1e6, Accepted: 1e6, Errors: 1e6, Resent: 1e6, InFlight: 16384, Backlog: 2e8, P50: 123456.789, P99: 600000.123}
	l := loadOf("week", reports.Pass, 0)
	for range 7 * 24 * 3600 {
		l.Windows = append(l.Windows, full)
	}
	r, _ := playedAhead(t, t.Context(), l)
	if n := len(r.Load[0].Windows); n != len(l.Windows) {
		t.Errorf("%d windows of %d", n, len(l.Windows))
	}
}

// A result that was tampered with, or is of another version, is not reported in
// part.
func TestMalformedLoads(t *testing.T) {
	_, file := playedAhead(t, t.Context())
	for _, tt := range []struct{ name, lines, want string }{
		{"no object", `{"result":[]}`, "line 1: the result of a load: json: cannot unmarshal array"},
		{"null", `{"result":null}`, "line 1: the result of a load: it has no name"},
		{"nothing", `{}`, "line 1: the result of a load: there is none"},
		{"no name", `{"result":{"verdict":"pass"}}`, "line 1: the result of a load: it has no name"},
		{"a field of another version", `{"result":{"name":"a","verdict":"pass","apdex":1}}`, `line 1: the result of a load: json: unknown field "apdex"`},
		{"a figure that is none", `{"result":{"name":"a","verdict":"pass","sent":"12"}}`, "line 1: the result of a load: json: cannot unmarshal string"},
		{"no verdict", `{"result":{"name":"a"}}`, `line 1: the result of a load: a: there is no verdict ""`},
		{"an objective's verdict", `{"result":{"name":"a","verdict":"pass","objectives":[{"verdict":"fine"}]}}`, `line 1: the result of a load: a: there is no verdict "fine"`},
		{"twice", `{"result":{"name":"a","verdict":"fail"}} {"result":{"name":"a","verdict":"pass"}}`, "line 2: the result of a load: a has one before"},
		{"windows of nothing", `{"windows":[]}`, "line 1: the result of a load: windows, and no load before them"},
		{"windows that are none", `{"result":{"name":"a","verdict":"pass"}} {"windows":{}}`, "line 2: the result of a load: json: cannot unmarshal object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			records, err := transcript.Read(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Fields(tt.lines) {
				var l transcript.Load
				if err := json.Unmarshal([]byte(line), &l); err != nil {
					t.Fatal(err)
				}
				records = append(records, transcript.Record{N: i + 1, Load: &l})
			}
			r, err := conformance.Judge(records)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if r.Schema != "" {
				t.Error("there is a report all the same")
			}
		})
	}
}
