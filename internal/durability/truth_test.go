package durability

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/hookassay/hookassay/reports"
)

// ledger is what the database itself says: how many effects each event has.
type ledger map[string]int

// readLedger asks over a connection of its own, in words of its own.
func readLedger(t *testing.T, dsn string) ledger {
	t.Helper()
	conn := connect(t, dsn)
	rows, err := conn.Query(t.Context(), "select event_id from ledger")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	l := ledger{}
	for _, id := range ids {
		l[id]++
	}
	return l
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) }) // the database goes anyway
	return conn
}

// do makes a statement, or several.
func do(t *testing.T, dsn, statement string) {
	t.Helper()
	if _, err := connect(t, dsn).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// wrongs are what became of a scenario's events that must not be: the symptoms
// that a report has for it, with the ids.
func (l ledger) wrongs(o outcome, scenario string) map[string][]string {
	all := map[string][]string{}
	for _, id := range o.ids[scenario] {
		switch n := l[id]; {
		case n > 1:
			all["repeated"] = append(all["repeated"], id)
		case n == 0 && o.acknowledged(id):
			all["lost"] = append(all["lost"], id)
		}
	}
	return all
}

// acknowledged reports whether any attempt of the event was answered 2xx.
func (o outcome) acknowledged(id string) bool {
	for _, r := range o.records {
		if r.Exchange != nil && r.Exchange.EventID == id && r.Exchange.Answer.Status/100 == 2 {
			return true
		}
	}
	return false
}

// differences lists where the report and the ledger do not agree about a
// scenario: its verdict, its symptoms, its counts.
func (l ledger) differences(o outcome, s reports.Scenario) []string {
	var differ []string
	wrongs := l.wrongs(o, s.ID)
	want := reports.Pass
	if len(wrongs) > 0 {
		want = reports.Fail
	}
	if s.Verdict != want {
		differ = append(differ, fmt.Sprintf("the verdict is %s, and the ledger says %s: %v", s.Verdict, want, wrongs))
	}
	for _, symptom := range []string{"lost", "repeated"} {
		found := slices.ContainsFunc(s.Findings, func(f reports.Finding) bool { return f.Symptom == symptom })
		if found != (len(wrongs[symptom]) > 0) {
			differ = append(differ, fmt.Sprintf("found to be %s: %t, and the ledger says %v", symptom, found, wrongs[symptom]))
		}
	}
	if len(o.ids[s.ID]) == 0 {
		differ = append(differ, "ids.jsonl has no event of it")
	}
	read := false
	for _, r := range o.records {
		if e := r.Effects; e != nil && e.Scenario == s.ID && e.Step == 0 {
			read = true
			differ = append(differ, l.miscounted(o.ids[s.ID], e.Counts)...)
		}
	}
	if !read {
		differ = append(differ, "the probe was never read")
	}
	return differ
}

func (l ledger) miscounted(ids []string, counts map[string]int) []string {
	var differ []string
	for _, id := range ids {
		if counts[id] != l[id] {
			differ = append(differ, fmt.Sprintf("the probe counted %d of %s, and the ledger has %d", counts[id], id, l[id]))
		}
	}
	return differ
}

// told is a scenario's part of the report, for whoever has to find out why.
func told(t *testing.T, s reports.Scenario) string {
	t.Helper()
	var text strings.Builder
	if err := reports.Detail(&text, s, reports.TerminalOptions{Width: 160}); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
