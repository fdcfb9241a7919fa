package target_test

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/hookassay/hookassay/suites/target"
)

const sqliteCount = "select event_id, count(*) from ledger where event_id in (select value from json_each($1)) group by event_id"

// sqliteFile makes a database and returns its path.
func sqliteFile(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app's 100%.db") // a path that a URI must escape
	run(t, "sqlite", path, statements...)
	return path
}

func run(t *testing.T, driver, dsn string, statements ...string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func newSQL(t *testing.T, driver, dsn, query string) *target.SQL {
	t.Helper()
	p, err := target.NewSQL(target.SQLSettings{Driver: driver, DSN: dsn, Query: query})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestSQLiteCounts(t *testing.T) {
	path := sqliteFile(t, "pragma journal_mode = wal", "create table ledger (event_id text, n int)",
		"insert into ledger values ('a', 2), ('b', null), ('b', 3), ('c', 1), ('o''k', 1), ('\"', 1)")
	ids := []string{"a", "b", "o'k", `"`, "none"}
	for _, c := range []struct {
		name, query string
		want        map[string]int
		says        string
	}{
		{"rows", sqliteCount, map[string]int{"a": 1, "b": 2, "o'k": 1, `"`: 1}, ""},
		{"a stored number", "select event_id, sum(n) from ledger where event_id in (select value from json_each($1)) group by 1", map[string]int{"a": 2, "b": 3, "o'k": 1, `"`: 1}, ""},
		{"null", "select value, null from json_each($1)", map[string]int{}, ""},
		{"real", "select value, 2.0 from json_each($1)", map[string]int{"a": 2, "b": 2, "o'k": 2, `"`: 2, "none": 2}, ""},
		{"a row an effect", "select event_id, 1 from ledger where $1 <> ''", map[string]int{"a": 1, "b": 2, "o'k": 1, `"`: 1}, ""},
		{"the list twice", "select event_id, count(*) from ledger where event_id in (select value from json_each($1)) and $1 is not null group by 1;", map[string]int{"a": 1, "b": 2, "o'k": 1, `"`: 1}, ""},
		{"no number", "select value, 'many' from json_each($1)", nil, "sqlite answered with something that is no count"},
		{"below 0", "select value, -1 from json_each($1)", nil, "no count"},
		{"half", "select value, 0.5 from json_each($1)", nil, "no count"},
		{"one column", "select value from json_each($1)", nil, "answered with 1 columns"},
		{"no table", "select event_id, count(*) from leger where event_id = $1", nil, "no such table: leger"},
		{"no end", "with recursive r(x) as (select 1 union all select x + 1 from r) select max(x), $1 from r", nil, "did not answer within 5s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := newSQL(t, "sqlite", path, c.query).Counts(t.Context(), ids)
			if c.says == "" && (err != nil || !maps.Equal(got, c.want)) {
				t.Errorf("got %v, %v", got, err)
			}
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func TestSQLiteWritesNothing(t *testing.T) {
	path := sqliteFile(t, "create table ledger (event_id text)", "insert into ledger values ('a')")
	for _, query := range []string{
		"delete from ledger where $1 <> '' returning event_id, 1",
		"insert into ledger select 'b' where $1 <> '' returning event_id, 1",
		"update ledger set event_id = 'b' where $1 <> '' returning event_id, 1",
	} {
		if got, err := newSQL(t, "sqlite", path, query).Counts(t.Context(), []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("%s: got %v, %v", query, got, err)
		}
	}
	got, err := newSQL(t, "sqlite", path, sqliteCount).Counts(t.Context(), []string{"a", "b"})
	if err != nil || !maps.Equal(got, map[string]int{"a": 1}) {
		t.Errorf("left are %v, %v", got, err)
	}
}

// The receiver makes its database when it is started, and perhaps again.
func TestSQLiteThatComesLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.db")
	p := newSQL(t, "sqlite", path, sqliteCount)
	if _, err := p.Counts(t.Context(), []string{"a"}); err == nil {
		t.Error("a database that is not there was asked")
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it was made: %v", err)
	}
	run(t, "sqlite", path, "create table ledger (event_id text)", "insert into ledger values ('a')")
	if got, err := p.Counts(t.Context(), []string{"a"}); err != nil || got["a"] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSQLiteBlind(t *testing.T) {
	const where = " where event_id in (select value from json_each($1))"
	for _, c := range []struct {
		name, table, query string
		blind              string // "": it can count to two
	}{
		{"no key", "(event_id text)", sqliteCount, ""},
		{"an index", "(event_id text); create index i on ledger (event_id)", sqliteCount, ""},
		{"the primary key", "(event_id text primary key)", sqliteCount, "its primary key allows one row for each event_id"},
		{"without rowid", "(event_id text primary key) without rowid", sqliteCount, "its primary key"},
		{"unique", "(n int, event_id text unique)", sqliteCount, "the unique index sqlite_autoindex_ledger_1"},
		{"a unique index", "(event_id text); create unique index u on ledger (event_id)", sqliteCount, "counts rows of ledger, where the unique index u"},
		{"in capitals", "(EVENT_ID text primary key)", "SELECT l.Event_Id AS id, COUNT(*) AS n FROM Ledger AS l" + where + " GROUP BY l.event_id ORDER BY 1;", "its primary key"},
		{"quoted", `("event id" text primary key)`, `select "event id", count(1) from "ledger" where "event id" in (select value from json_each($1)) group by 1`, "its primary key"},
		{"a constant", "(event_id text primary key)", "select event_id, 1 from ledger" + where, "its primary key"},
		{"a constant, no key", "(event_id text)", "select event_id, 1 from ledger" + where, ""},
		{"a key of two", "(event_id text, part int, primary key (event_id, part))", sqliteCount, ""},
		{"unique where done", "(event_id text, done int); create unique index u on ledger (event_id) where done", sqliteCount, ""},
		{"unique expression", "(event_id text); create unique index u on ledger (lower(event_id))", sqliteCount, ""},
		{"another column's key", "(event_id text, other text unique)", sqliteCount, ""},
		{"a stored number", "(event_id text primary key, n int)", "select event_id, sum(n) from ledger" + where + " group by 1", ""},
		{"a stored number itself", "(event_id text primary key, n int)", "select event_id, n from ledger" + where, ""},
		{"a join", "(event_id text primary key)", "select event_id, count(*) from ledger join json_each('[1, 2]')" + where + " group by 1", ""},
		{"a comma", "(event_id text primary key)", "select event_id, count(*) from ledger, json_each('[1, 2]') j where event_id in (select value from json_each($1)) group by 1", ""},
		{"a union", "(event_id text primary key)", "select event_id, 1 from ledger" + where + " union all select event_id, 1 from ledger" + where, ""},
		{"a sum of counts", "(event_id text primary key)", "select event_id, count(*) + 1 from ledger" + where + " group by 1", ""},
		{"grouped by something else", "(event_id text primary key, day int)", "select event_id, count(*) from ledger" + where + " group by day", ""},
		{"a window", "(event_id text primary key)", "select event_id, count(*) over () from ledger" + where, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newSQL(t, "sqlite", sqliteFile(t, "create table ledger "+c.table), c.query)
			if _, err := p.Counts(t.Context(), []string{"a"}); err != nil {
				t.Fatal(err)
			}
			if got := p.Describe().Blind; (got == "") != (c.blind == "") || !strings.Contains(got, c.blind) {
				t.Errorf("got %q, want %q", got, c.blind)
			}
		})
	}
}

func TestSQLSettings(t *testing.T) {
	const query = "select event_id, 1 from ledger where event_id = any($1)"
	for _, c := range []struct {
		name string
		s    target.SQLSettings
		says string
	}{
		{"a driver", target.SQLSettings{Driver: "mysql", Query: query}, `unknown driver "mysql"`},
		{"a URI", target.SQLSettings{Driver: "sqlite", DSN: "file:app.db?mode=rwc", Query: query}, "sqlite wants the plain path"},
		{"no ids", target.SQLSettings{Driver: "sqlite", DSN: "app.db", Query: "select 1, 2"}, "lacks $1"},
		{"two statements", target.SQLSettings{Driver: "sqlite", DSN: "app.db", Query: query + "; commit"}, "one statement"},
		{"a long query", target.SQLSettings{Driver: "sqlite", DSN: "app.db", Query: query + strings.Repeat(" ", 64<<10)}, "more than 65536 bytes"},
	} {
		if p, err := target.NewSQL(c.s); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, %v", c.name, p, err)
		}
	}
}

func TestSQLDescribesItself(t *testing.T) {
	d := newSQL(t, "sqlite", "app.db", "select event_id,\n\t1 from ledger where $1 <> ''"+strings.Repeat(" or true", 100)).Describe()
	if d.Kind != "sql" || !strings.HasPrefix(d.Counts, "what sqlite answers to: select event_id, 1 from") || len(d.Counts) > 350 {
		t.Errorf("described as %v", d)
	}
}

// The receiver may delete its database in mid-run: nothing is known then.
func TestSQLiteThatBreaks(t *testing.T) {
	path := sqliteFile(t, "create table ledger (event_id text)", "insert into ledger values ('a')")
	p := newSQL(t, "sqlite", path, sqliteCount)
	if got, err := p.Counts(t.Context(), []string{"a"}); err != nil || got["a"] != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	run(t, "sqlite", path, "drop table ledger")
	e := newTarget(t, "http://127.0.0.1/").Settle(t.Context(), target.Named("ledger", p), target.Wait{IDs: []string{"a"}})
	if !strings.Contains(e.Error, "no such table") || e.Stable {
		t.Errorf("read as %+v", e)
	}
}

func TestManyIDsInOneQuestion(t *testing.T) {
	path := sqliteFile(t, "create table ledger (event_id text)", "insert into ledger values ('id-7'), ('id-9999'), ('id-9999')")
	var ids []string
	for n := range 10_000 {
		ids = append(ids, fmt.Sprintf("id-%d", n))
	}
	got, err := newSQL(t, "sqlite", path, sqliteCount).Counts(t.Context(), ids)
	if err != nil || !maps.Equal(got, map[string]int{"id-7": 1, "id-9999": 2}) {
		t.Errorf("got %v, %v", got, err)
	}
}
