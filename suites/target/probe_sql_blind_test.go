package target

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A query that forgets to compare the id must not be read for ever.
func TestSQLRowsAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil { // a database without tables
		t.Fatal(err)
	}
	p, err := NewSQL(SQLSettings{Driver: "sqlite", DSN: path, Query: "select value, 1 from json_each('[1, 2, 3]') where $1 <> ''"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.most = 3
	if got, err := p.Counts(t.Context(), []string{"1", "4"}); err != nil || got["1"] != 1 || len(got) != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	p.most = 2
	if _, err := p.Counts(t.Context(), []string{"1"}); err == nil || !strings.Contains(err.Error(), "more than 2 rows") {
		t.Errorf("got %v", err)
	}
}

func TestCountsRows(t *testing.T) {
	for expression, want := range map[string]bool{
		"count(*)": true, "(count(*))": true, "(count(*))::integer": true, "count(DISTINCT ledger.part)": true,
		"count(lower(x))": true, "count(*) FILTER (WHERE (ledger.done))": true, "1": true, "'1'::bigint": true,
		"sum(n)": false, "ledger.n": false, "(count(*) + sum(n))": false, "count(*) OVER (?)": false, "(count(*)) + (count(*))": false,
		"recount(x)": false, "": false, "()": false, "max((count(*)))": false,
	} {
		if got := countsRows(expression); got != want {
			t.Errorf("%s: got %t", expression, got)
		}
	}
}

// Any text is a query until SQLite says otherwise: no panic, and what is
// recognised names a table and a column.
func FuzzShape(f *testing.F) {
	f.Add("select event_id, count(*) from ledger where event_id in (select value from json_each($1)) group by 1")
	f.Add(`SELECT l."a ""b", 1 n FROM main."l" AS l WHERE (((`)
	f.Add("select a, count(")
	f.Add(`select "",1 from"`)
	f.Add("select a. , 1 from")
	f.Add("select a, 1 from t -- group")
	f.Fuzz(func(t *testing.T, query string) {
		if s, ok := shapeOf(query); ok && s.table == "" || ok && s.column == "" {
			t.Errorf("%q: recognised as %+v", query, s)
		}
	})
}

// What stands for the ids in PostgreSQL holds them whole, whatever they are.
func TestArrayLiteral(t *testing.T) {
	for want, ids := range map[string][]string{
		`{}`: nil, `{"a"}`: {"a"}, `{"a","b,c"}`: {"a", "b,c"}, `{"\"}"}`: {`"}`}, `{"\\"}`: {`\`}, `{"","NULL"}`: {"", "NULL"},
	} {
		if got := arrayLiteral(ids); got != want {
			t.Errorf("%q: got %s, want %s", ids, got, want)
		}
	}
}

func TestPasswordIn(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://u:p%40ss@h/db": "p@ss", "postgresql://u:p:q@h:port/": "p:q", "postgres:///db?password=pass&host=/s": "pass", "postgres://u@h/db": "",
		"host=h password=pass user=u": "pass", "password = 'p a\\'ss' host=h": `p a\'ss`, "host=h": "",
	} {
		if got := passwordIn(dsn); got != want {
			t.Errorf("%s: got %q", dsn, got)
		}
	}
}
