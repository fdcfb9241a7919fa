package target

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A query is blind when it counts the rows of a single table, and a unique index
// allows one row for every id: such a count never shows 2, however often the
// event was processed. It is not blind when it reads a number that is stored
// (sum(n), attempts): that may grow in the one row. What is not understood is
// taken to see: a wrong claim would take the user's probe away.
//
// PostgreSQL's planner tells which tables the query reads, through views and
// sub-selects, and what its columns are made of.

// A planNode is one of "explain (verbose, format json)".
type planNode struct {
	Type     string     `json:"Node Type"`
	Schema   string     `json:"Schema"`
	Relation string     `json:"Relation Name"`
	Alias    string     `json:"Alias"`
	Output   []string   `json:"Output"`
	Plans    []planNode `json:"Plans"`
}

// rowsOnly are nodes that pass on or count rows, but make none.
var rowsOnly = []string{
	"Aggregate", "Group", "Sort", "Incremental Sort", "Unique", "Limit", "Gather", "Gather Merge", "Materialize", "Memoize",
	"Subquery Scan", "Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan", "BitmapOr", "BitmapAnd",
}

// reads lists the nodes that read a table; ok is false where there is anything
// that may make rows.
func (n planNode) reads() (tables []planNode, ok bool) {
	if !slices.Contains(rowsOnly, n.Type) {
		return nil, false
	}
	if n.Relation != "" {
		tables = append(tables, n)
	}
	for _, below := range n.Plans {
		more, ok := below.reads()
		if !ok {
			return nil, false
		}
		tables = append(tables, more...)
	}
	return tables, true
}

// uniqueColumn finds a unique index with one key, a plain column, that holds for
// all rows of a table without partitions. $4 is that column as a plan writes it:
// after the alias $3 where there are several names to choose from, perhaps cast.
const uniqueColumn = `
select i.indexrelid::regclass::text, a.attname
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
where n.nspname = $1 and c.relname = $2 and c.relkind = 'r' and not c.relispartition
and i.indisunique and i.indisvalid and i.indpred is null and i.indnkeyatts = 1
and regexp_replace($4::text, '^\((.*)\)::text$', '\1') in (
	quote_ident(a.attname), quote_ident($3) || '.' || quote_ident(a.attname))
limit 1`

func blindPostgres(ctx context.Context, tx *sql.Tx, query, arg string) (string, error) {
	var text []byte
	if err := tx.QueryRowContext(ctx, "explain (verbose, format json) "+query, arg).Scan(&text); err != nil {
		return "", err
	}
	var plans []struct{ Plan planNode }
	if err := json.Unmarshal(text, &plans); err != nil {
		return "", err
	}
	if len(plans) != 1 || len(plans[0].Plan.Output) < 2 {
		return "", nil
	}
	top := plans[0].Plan
	tables, ok := top.reads()
	if !ok || len(tables) != 1 || !countsRows(top.Output[1]) {
		return "", nil
	}
	t := tables[0]
	var index, column string
	err := tx.QueryRowContext(ctx, uniqueColumn, t.Schema, t.Relation, t.Alias, top.Output[0]).Scan(&index, &column)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return cannotSee(t.Relation, column, index), err
}

var (
	cast     = regexp.MustCompile(`::[a-z][a-z ]*$`)
	constant = regexp.MustCompile(`^'?[0-9]+'?$`)
	// A call of count with nothing behind it but a filter: no window, no sum.
	countCall = regexp.MustCompile(`^(?i:count)\((?:[^()]|\([^()]*\))*\)(?: FILTER \(WHERE .*\))?$`)
)

// countsRows reports whether an expression is at most the number of rows: a
// count, or a constant for every row.
func countsRows(expression string) bool {
	for {
		inner := cast.ReplaceAllString(expression, "")
		if strings.HasPrefix(inner, "(") && strings.HasSuffix(inner, ")") {
			inner = inner[1 : len(inner)-1]
		}
		if inner == expression {
			return countCall.MatchString(inner) || constant.MatchString(inner)
		}
		expression = inner
	}
}

func cannotSee(table, column, index string) string {
	return fmt.Sprintf("it counts rows of %s, where %s allows one row for each %s: it cannot show that an event was processed twice", table, index, column)
}
