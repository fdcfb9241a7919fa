package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
	"github.com/hookassay/hookassay/suites/transcript"
)

// about order alone.
var ordered = []string{"order.*", "idem.other-event-same-transition"}

func gradeKeeper(t *testing.T, tgt *target.Target, only ...string) map[string]reports.Scenario {
	t.Helper()
	report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Profile: "production", Only: only, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	graded := map[string]reports.Scenario{}
	for _, s := range report.Scenarios {
		graded[s.ID] = s
	}
	return graded
}

// However a receiver keeps its states right, nothing is held against it.
func TestCorrectReceiversKeepStates(t *testing.T) {
	for name, k := range map[string]*keeper{
		"conditional":    {},
		"by time":        {byTime: true},
		"later":          {later: 10 * time.Millisecond},
		"parks":          {parks: true},
		"crowded":        {crowded: true},
		"parks, later":   {parks: true, later: 5 * time.Millisecond},
		"by time, later": {byTime: true, later: 5 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for id, s := range gradeKeeper(t, keeperTarget(t, k), ordered...) {
				want := reports.Pass
				if k.parks && id == "order.missing-predecessor" { // it waits for what never comes
					want = reports.Warn
				}
				if s.Verdict != want {
					t.Errorf("%s is %s: %s", id, s.Verdict, s.Reason)
				}
			}
		})
	}
}

// Every flaw is found by the scenario meant for it, and only by related ones.
func TestFlawedReceiversLoseStates(t *testing.T) {
	for _, c := range []struct {
		name  string
		flaw  *keeper
		kills []string
	}{
		{"the last one wins", &keeper{lastWins: true}, []string{"order.older-after-newer", "order.interleaved"}},
		{"insists on the first", &keeper{insists: true}, []string{"order.missing-predecessor", "order.reversed", "order.older-after-newer", "order.interleaved"}},
		{"refuses what is older", &keeper{byTime: true, outOfOrder: http.StatusConflict}, []string{"order.reversed", "order.older-after-newer", "order.interleaved"}},
		{"fails on what is older", &keeper{byTime: true, outOfOrder: http.StatusInternalServerError}, []string{"order.reversed", "order.older-after-newer", "order.interleaved"}},
		{"reads, decides, writes", &keeper{gap: 60 * time.Millisecond}, []string{"order.interleaved"}},
		{"takes only what is newer", &keeper{onlyNewer: true}, []string{"order.same-time"}},
		{"writes duplicates", &keeper{twiceRecorded: true}, []string{"order.duplicate-of-older", "order.older-after-newer", "order.interleaved"}},
		{"a unique key on the object", &keeper{uniqueByObject: true}, []string{"idem.other-event-same-transition"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			graded := gradeKeeper(t, keeperTarget(t, c.flaw), ordered...)
			found := map[string]bool{}
			for _, id := range c.kills {
				found[id] = true
			}
			if s := graded[c.kills[0]]; s.Verdict != reports.Fail && s.Verdict != reports.Warn {
				t.Errorf("%s is %s: %s", c.kills[0], s.Verdict, s.Reason)
			}
			for id, s := range graded {
				if s.Verdict != reports.Pass && !found[id] {
					t.Errorf("%s is %s: %s", id, s.Verdict, s.Reason)
				}
			}
		})
	}
}

func TestAStateFindingTellsTheStory(t *testing.T) {
	s := gradeKeeper(t, keeperTarget(t, &keeper{lastWins: true}), "order.older-after-newer")["order.older-after-newer"]
	if s.Verdict != reports.Fail || len(s.Findings) != 1 {
		t.Fatalf("%+v", s)
	}
	f := s.Findings[0]
	if want := `in the state "open" instead of in the state "paid": invoice.paid (stage 2) was answered 200, then invoice.created (stage 1) was answered 200`; f.Message != want {
		t.Errorf("it says  %s\ninstead of %s", f.Message, want)
	}
	if f.Step != "step 6: older" || f.Evidence.Fault == nil || f.Evidence.Control == nil || f.Symptom != "state" ||
		!strings.HasPrefix(f.Expected, `in the state "paid" after invoice.paid`) || f.Observed != `in the state "open"` {
		t.Errorf("%+v", f)
	}
}

// Where a control is not as declared nothing is proven, whatever the rest does.
func TestStatesThatAreNotAsDeclared(t *testing.T) {
	for _, c := range []struct {
		name   string
		keeper *keeper
		spoil  func(*target.Target)
		want   reports.Verdict
		says   string
	}{
		{"another word for it", &keeper{lastWins: true}, func(tgt *target.Target) { tgt.State.After[0].Is = "draft" }, reports.Blocked, `the control beside it is in the state "open"`},
		{"no state of anything", &keeper{forgets: true}, nil, reports.Blocked, "in no state at all"},
		{"a probe that fails", &keeper{}, func(tgt *target.Target) { tgt.State.Probe = brokenStates{} }, reports.Error, "the state probe failed: it is on fire"},
		{"no probe", &keeper{lastWins: true}, func(tgt *target.Target) { tgt.State = nil }, reports.NotObserved, "state in the target file"},
		{"another order", &keeper{}, func(tgt *target.Target) {
			tgt.State.After[0], tgt.State.After[1] = tgt.State.After[1], tgt.State.After[0]
		}, reports.Blocked, "Nothing is proven"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tgt := keeperTarget(t, c.keeper)
			if c.spoil != nil {
				c.spoil(tgt)
			}
			s := gradeKeeper(t, tgt, "order.older-after-newer")["order.older-after-newer"]
			if s.Verdict != c.want || !strings.Contains(s.Reason, c.says) {
				t.Errorf("it is %s: %s", s.Verdict, s.Reason)
			}
		})
	}
}

type brokenStates struct{}

func (brokenStates) Describe() target.Description { return target.Description{Kind: "broken"} }
func (brokenStates) States(context.Context, []string) (map[string]string, error) {
	return nil, errors.New("it is on fire")
}

// What needs no state is graded without one, and the report tells what was
// declared where there is one.
func TestOrderWithoutState(t *testing.T) {
	tgt := keeperTarget(t, &keeper{byTime: true, outOfOrder: http.StatusConflict})
	tgt.State = nil
	graded := gradeKeeper(t, tgt, ordered...)
	want := map[string]reports.Verdict{"order.reversed": reports.Warn, "idem.other-event-same-transition": reports.Pass}
	for id, s := range graded {
		expected, ok := want[id]
		if !ok {
			expected = reports.NotObserved
		}
		if s.Verdict != expected {
			t.Errorf("%s is %s: %s", id, s.Verdict, s.Reason)
		}
	}
}

// A transcript with states is judged again offline with the same result.
func TestStatesAreJudgedOffline(t *testing.T) {
	var record bytes.Buffer
	tgt := keeperTarget(t, &keeper{lastWins: true})
	report, err := conformance.Grade(t.Context(), conformance.Config{Target: tgt, Only: []string{"order.older-after-newer"}, Transcript: &record})
	if err != nil {
		t.Fatal(err)
	}
	if report.Target.State == nil || report.Target.State.Object != "/data/id" || len(report.Target.State.After) != 2 {
		t.Errorf("the report tells of the state %+v", report.Target.State)
	}
	records, err := transcript.Read(bytes.NewReader(record.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	again, err := conformance.Judge(records)
	if err != nil || !reflect.DeepEqual(again.Scenarios, report.Scenarios) {
		t.Errorf("%v\n%+v\n%+v", err, again.Scenarios, report.Scenarios)
	}
	for _, spoilt := range []struct {
		says  string
		spoil func(*transcript.Record)
	}{ // what the record does not tell is no reason to blame anybody
		{"does not tell of what object", func(r *transcript.Record) {
			if r.Exchange != nil {
				r.Exchange.Object = ""
			}
		}},
		{"does not tell of what object", func(r *transcript.Record) {
			if r.Run != nil {
				r.Run.State.After = r.Run.State.After[:1]
			}
		}},
		{"still changing", func(r *transcript.Record) {
			if r.States != nil {
				r.States.Stable = false
			}
		}},
		{"before the state probe was read", func(r *transcript.Record) { r.States = nil }},
	} {
		records, err := transcript.Read(bytes.NewReader(record.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for i := range records {
			spoilt.spoil(&records[i])
		}
		if again, err = conformance.Judge(records); err != nil || again.Scenarios[0].Verdict != reports.Error || !strings.Contains(again.Scenarios[0].Reason, spoilt.says) {
			t.Errorf("%v: %s does not say %q", err, again.Scenarios[0].Reason, spoilt.says)
		}
	}
}
