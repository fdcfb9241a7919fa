//go:build unix

package target_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hookassay/hookassay/internal/postgres"
	"github.com/hookassay/hookassay/suites/target"
)

const postgresCount = "select event_id, count(*) from ledger where event_id = any($1) group by 1"

func TestPostgresCounts(t *testing.T) {
	dsn := postgres.Start(t)
	run(t, "pgx", dsn, "create table ledger (event_id text, n int)",
		`insert into ledger values ('a', 2), ('b', null), ('b', 3), ('c', 1), ('o''k', 1), ('"\', 1)`,
		"create table deliveries (id uuid)", "insert into deliveries values ('b00ca55a-0000-4000-8000-000000000001')")
	ids := []string{"a", "b", "o'k", `"\`, "none"}
	for _, c := range []struct {
		name, query string
		want        map[string]int
		says        string
	}{
		{"rows", postgresCount, map[string]int{"a": 1, "b": 2, "o'k": 1, `"\`: 1}, ""},
		{"a stored number", "select event_id, sum(n) from ledger where event_id = any($1) group by 1", map[string]int{"a": 2, "b": 3, "o'k": 1, `"\`: 1}, ""},
		{"an average", "select event_id, avg(n) from ledger where event_id = any($1) group by 1", map[string]int{"a": 2, "b": 3, "o'k": 1, `"\`: 1}, ""},
		{"all ids", "select id, count(event_id) from unnest($1::text[]) id left join ledger on event_id = id group by 1", map[string]int{"a": 1, "b": 2, "o'k": 1, `"\`: 1}, ""},
		{"null", "select id, null from unnest($1::text[]) id", map[string]int{}, ""},
		{"a bool", "select id, true from unnest($1::text[]) id", nil, "no count"},
		{"one column", "select unnest($1::text[])", nil, "answered with 1 columns"},
		{"no table", "select event_id, count(*) from leger where event_id = any($1) group by 1", nil, `postgres says: ERROR: relation "leger" does not exist (SQLSTATE 42P01)`},
		{"ids of another type", "select id, count(*) from deliveries where id = any($1) group by 1", nil, "invalid input syntax for type uuid"},
		{"no end", "select pg_sleep(20)::text, cardinality($1::text[])", nil, "statement timeout"},
		{"no transaction", "commit -- $1", nil, "effects probe: postgres"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newSQL(t, "postgres", dsn, c.query).Counts(t.Context(), ids)
			if c.says == "" && (err != nil || !maps.Equal(got, c.want)) {
				t.Errorf("got %v, %v", got, err)
			}
			if c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
	const uuid = "b00ca55a-0000-4000-8000-000000000001"
	got, err := newSQL(t, "postgres", dsn, "select id, count(*) from deliveries where id = any($1) group by 1").Counts(t.Context(), []string{uuid})
	if err != nil || got[uuid] != 1 {
		t.Errorf("of a column of uuids: got %v, %v", got, err)
	}
}

func TestPostgresWritesNothing(t *testing.T) {
	dsn := postgres.Start(t)
	run(t, "pgx", dsn, "create table ledger (event_id text)", "insert into ledger values ('a')", "create sequence s",
		"create function add(text) returns int language sql volatile as $$ insert into ledger values ($1) returning 1 $$")
	for _, query := range []string{
		"delete from ledger where event_id = any($1) returning event_id, 1",
		"insert into ledger select unnest($1::text[]) returning event_id, 1",
		"with gone as (delete from ledger where event_id = any($1) returning event_id) select event_id, 1 from gone",
		"select id, add(id) from unnest($1::text[]) id",
		"select id, nextval('s') from unnest($1::text[]) id",
	} {
		for _, mode := range []string{"", "&default_query_exec_mode=simple_protocol"} {
			got, err := newSQL(t, "postgres", dsn+mode, query).Counts(t.Context(), []string{"a"})
			if err == nil || !strings.Contains(err.Error(), "read-only transaction (SQLSTATE 25006)") {
				t.Errorf("%s: got %v, %v", query, got, err)
			}
		}
	}
	got, err := newSQL(t, "postgres", dsn, postgresCount).Counts(t.Context(), []string{"a"})
	if err != nil || !maps.Equal(got, map[string]int{"a": 1}) {
		t.Errorf("left are %v, %v", got, err)
	}
}

func TestPostgresBlind(t *testing.T) {
	const where = " where event_id = any($1)"
	dsn := postgres.Start(t)
	for _, c := range []struct {
		name, table, query string
		blind              string // "": it can count to two
	}{
		{"no key", "(event_id text)", postgresCount, ""},
		{"an index", "(event_id text); create index on ledger (event_id)", postgresCount, ""},
		{"the primary key", "(event_id text primary key)", postgresCount, "counts rows of ledger, where ledger_pkey allows one row for each event_id"},
		{"unique", "(n int, event_id text unique)", postgresCount, "ledger_event_id_key"},
		{"a unique index", "(event_id text, n int); create unique index u on ledger (event_id) include (n)", postgresCount, "where u allows"},
		{"many rows", "(event_id text primary key); insert into ledger select n::text from generate_series(1, 5000) n; analyze ledger", postgresCount, "ledger_pkey"},
		{"an alias", `("Event" text primary key)`, `select l."Event" as id, count(*)::int as n from public.ledger l where l."Event" = any($1) group by l."Event" order by 2, l."Event"`, "ledger_pkey"},
		{"a cast", "(event_id uuid primary key)", "select event_id::text, count(1) from ledger where event_id = any($1::uuid[]) group by event_id", "ledger_pkey"},
		{"a filter", "(event_id text primary key, done bool)", "select event_id, count(*) filter (where done) from ledger" + where + " group by 1", "ledger_pkey"},
		{"a constant", "(event_id text primary key)", "select event_id, 1 from ledger" + where, "ledger_pkey"},
		{"a constant, no key", "(event_id text)", "select event_id, 1 from ledger" + where, ""},
		{"a view", "(event_id text primary key, done bool); create view v as select event_id from ledger where done", "select event_id, count(*) from v" + where + " group by 1", "ledger_pkey"},
		{"with", "(event_id text primary key)", "with c as (select event_id, count(*) n from ledger group by 1) select event_id, n from c" + where, "ledger_pkey"},
		{"a key of two", "(event_id text, part int, primary key (event_id, part))", postgresCount, ""},
		{"unique where done", "(event_id text, done bool); create unique index on ledger (event_id) where done", postgresCount, ""},
		{"unique expression", "(event_id text); create unique index on ledger (lower(event_id))", postgresCount, ""},
		{"another column's key", "(event_id text, other text unique)", postgresCount, ""},
		{"a stored number", "(event_id text primary key, n int)", "select event_id, sum(n) from ledger" + where + " group by 1", ""},
		{"a stored number itself", "(event_id text primary key, n int)", "select event_id, n from ledger" + where, ""},
		{"more than a count", "(event_id text primary key, n int)", "select event_id, count(*) + sum(n) from ledger" + where + " group by 1", ""},
		{"a window", "(event_id text primary key)", "select event_id, count(*) over () from ledger" + where, ""},
		{"a join", "(event_id text primary key); create table lines (event_id text)", "select l.event_id, count(*) from ledger l join lines using (event_id) where l.event_id = any($1) group by 1", ""},
		{"rows of a function", "(event_id text primary key)", "select event_id, count(*) from ledger, generate_series(1, 2)" + where + " group by 1", ""},
		{"rows of a list", "(event_id text primary key)", "select event_id, 1 from (select event_id, generate_series(1, 2) from ledger) x" + where, ""},
		{"a union", "(event_id text primary key)", "select event_id, 1 from ledger" + where + " union all select event_id, 1 from ledger" + where, ""},
		{"made of another", "(event_id text, part text, id text primary key)", "select event_id || part, count(*) from ledger" + where + " group by 1", ""},
		{"inherited", "(event_id text primary key); create table more () inherits (ledger)", postgresCount, ""},
		{"a partition", "(event_id text) partition by hash (event_id); create table p0 partition of ledger (primary key (event_id)) for values with (modulus 1, remainder 0)", postgresCount, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, "pgx", dsn, "drop schema public cascade; create schema public; create table ledger "+c.table)
			p := newSQL(t, "postgres", dsn, c.query)
			if _, err := p.Counts(t.Context(), []string{"b00ca55a-0000-4000-8000-000000000001"}); err != nil {
				t.Fatal(err)
			}
			if got := p.Describe().Blind; (got == "") != (c.blind == "") || !strings.Contains(got, c.blind) {
				t.Errorf("got %q, want %q", got, c.blind)
			}
		})
	}
}

// What a database says of a DSN holds parts of it.
func TestPostgresErrorsKeepTheDSN(t *testing.T) {
	dsn := postgres.Start(t)
	for _, c := range []struct{ name, dsn, says string }{
		{"nobody there", "postgres://u:hunter2secret@127.0.0.1:1/db", "cannot be reached: connection refused"},
		{"keywords", "host=127.0.0.1 port=1 user=u password='hunter2secret' dbname=db", "cannot be reached: connection refused"},
		{"no DSN", "postgres://u:hunter2secret@127.0.0.1:port/db", "the connection or its DSN is not right"},
		{"no such database", strings.Replace(dsn, "/test", "/hunter2secret", 1) + "&password=hunter2secret", `database "[redacted:credential:dsn:text]`},
		{"a secret parameter", dsn + "&application_name=x&password=hunter2secret&options=-c%20hunter2secret%3D1", "postgres says: FATAL"},
	} {
		p := newSQL(t, "postgres", c.dsn, postgresCount)
		_, err := p.Counts(t.Context(), []string{"a"})
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", c.name, err)
		}
		tgt := newTarget(t, "http://127.0.0.1/")
		tgt.Probes = []target.Probe{target.Named("ledger", p)}
		if got := tgt.Redactor().Text("password hunter2secret"); strings.Contains(got, "hunter2") {
			t.Errorf("%s: written down is %s", c.name, got)
		}
	}
}

// The database goes away in mid-run, as when its machine fails.
func TestPostgresThatStops(t *testing.T) {
	server := postgres.New(t)
	dsn := server.Database(t)
	run(t, "pgx", dsn, "create table ledger (event_id text)", "insert into ledger values ('a')")
	p := newSQL(t, "postgres", dsn, postgresCount)
	if got, err := p.Counts(t.Context(), []string{"a"}); err != nil || got["a"] != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	stopped := time.AfterFunc(100*time.Millisecond, func() { _ = server.Stop() }) // said at the end
	defer stopped.Stop()
	w := target.Wait{IDs: []string{"a", "b"}, Awaited: map[string]time.Time{"a": time.Now(), "b": time.Now()}}
	e := newTarget(t, "http://127.0.0.1/").Settle(t.Context(), p, w)
	if !strings.Contains(e.Error, "effects probe: postgres") {
		t.Errorf("read as %+v", e)
	}
}

// A receiver that was restored, or a database that was promoted, is asked again.
func TestPostgresForgetsDeadConnections(t *testing.T) {
	dsn := postgres.Start(t)
	run(t, "pgx", dsn, "create table ledger (event_id text)", "insert into ledger values ('a')")
	p := newSQL(t, "postgres", dsn, postgresCount)
	for range 3 {
		if got, err := p.Counts(t.Context(), []string{"a"}); err != nil || got["a"] != 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		run(t, "pgx", dsn, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		time.Sleep(20 * time.Millisecond) // until the connection has heard of it
	}
}
