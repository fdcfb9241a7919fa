package durability

import (
	"testing"

	"github.com/hookassay/hookassay/reports"
	"github.com/hookassay/hookassay/suites/transcript"
)

// TestDifferencesAreSeen: a report that is wrong about the ledger does not go
// unnoticed.
func TestDifferencesAreSeen(t *testing.T) {
	const scenario, id = "own.one", "msg_1"
	answered := func(status int) transcript.Record {
		return transcript.Record{Exchange: &transcript.Exchange{EventID: id, Answer: transcript.Answer{Status: status}}}
	}
	for _, test := range []struct {
		name    string
		ledger  int
		status  int
		counted int
		verdict reports.Verdict
		symptom string
		agree   bool
	}{
		{"once, and it passes", 1, 204, 1, reports.Pass, "", true},
		{"once, and it fails", 1, 204, 1, reports.Fail, "lost", false},
		{"once, and it is blocked", 1, 204, 1, reports.Blocked, "", false},
		{"once, and the probe saw it twice", 1, 204, 2, reports.Pass, "", false},
		{"never, and it fails", 0, 204, 0, reports.Fail, "lost", true},
		{"never, and it passes", 0, 204, 0, reports.Pass, "", false},
		{"never, and it is said to be repeated", 0, 204, 0, reports.Fail, "repeated", false},
		{"never, and never acknowledged", 0, 503, 0, reports.Pass, "", true},
		{"twice, and it fails", 2, 204, 2, reports.Fail, "repeated", true},
		{"twice, and never acknowledged", 2, 503, 2, reports.Pass, "", false},
		{"twice, and it is not observed", 2, 204, 2, reports.NotObserved, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			reading := transcript.Effects{Scenario: scenario, Counts: map[string]int{id: test.counted}}
			o := outcome{
				ids:     map[string][]string{scenario: {id}},
				records: []transcript.Record{answered(test.status), {Effects: &reading}},
			}
			s := reports.Scenario{ID: scenario, Verdict: test.verdict, Findings: []reports.Finding{}}
			if test.symptom != "" {
				s.Findings = append(s.Findings, reports.Finding{Symptom: test.symptom})
			}
			differ := ledger{id: test.ledger}.differences(o, s)
			if agree := len(differ) == 0; agree != test.agree {
				t.Errorf("agrees: %t; %v", agree, differ)
			}
		})
	}
	if len(ledger{}.differences(outcome{}, reports.Scenario{Verdict: reports.Pass})) == 0 {
		t.Error("a scenario that sent nothing and read nothing agrees with the ledger")
	}
}
