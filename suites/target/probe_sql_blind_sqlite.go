package target

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
)

// SQLite tells neither a column's origin nor, in a form that stays, the tables
// of a plan. So one shape of query is recognised, the one that people write:
//
//	select COLUMN, count(…) from TABLE where … group by COLUMN
//
// with aliases, and a constant for the count, then perhaps without group by.

// A shape is such a query.
type shape struct{ table, column string }

var sqlToken = regexp.MustCompile(`"(?:[^"]|"")*"|'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*|[$:@]?[0-9]+|--|/\*|\S`)

// A reader goes through a query's tokens.
type sqlReader struct{ rest []string }

// word takes the next token when it is one of the words, in any case.
func (r *sqlReader) word(words ...string) bool {
	if len(r.rest) == 0 || !slices.Contains(words, strings.ToLower(r.rest[0])) {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// name takes a name, a.b too, and returns its last part.
func (r *sqlReader) name() (last string, ok bool) {
	for len(r.rest) > 0 && isName(r.rest[0]) {
		last, r.rest = r.rest[0], r.rest[1:]
		if quoted, is := strings.CutPrefix(last, `"`); is {
			last = strings.ReplaceAll(strings.TrimSuffix(quoted, `"`), `""`, `"`)
		}
		if !r.word(".") {
			return last, true
		}
	}
	return "", false
}

var sqlKeywords = []string{
	"select", "distinct", "from", "where", "group", "order", "by", "as", "join", "left", "right", "full", "inner", "cross", "natural",
	"union", "except", "intersect", "having", "limit", "on", "using", "window", "over", "filter", "indexed", "not", "case",
}

func isName(token string) bool {
	first := token[0]
	letter := first == '"' && len(token) > 2 || first == '_' || first >= 'A' && first <= 'Z' || first >= 'a' && first <= 'z'
	return letter && !slices.Contains(sqlKeywords, strings.ToLower(token))
}

// alias takes "as x" or "x", where there is one.
func (r *sqlReader) alias() {
	r.word("as")
	r.name()
}

// parentheses takes what stands between a pair, whatever it is.
func (r *sqlReader) parentheses() bool {
	if !r.word("(") {
		return false
	}
	for depth := 1; depth > 0; r.rest = r.rest[1:] {
		switch {
		case len(r.rest) == 0:
			return false
		case r.rest[0] == "(":
			depth++
		case r.rest[0] == ")":
			depth--
		}
	}
	return true
}

// shapeOf recognises a query; ok is false for every other.
func shapeOf(query string) (s shape, ok bool) {
	r := &sqlReader{sqlToken.FindAllString(strings.TrimRight(query, "; \t\r\n"), -1)}
	if slices.Contains(r.rest, "--") || slices.Contains(r.rest, "/*") || !r.word("select") {
		return s, false
	}
	if s.column, ok = r.name(); !ok {
		return s, false
	}
	r.alias()
	constant := false
	switch {
	case !r.word(","):
		return s, false
	case r.word("1"):
		constant = true
	case !r.word("count") || !r.parentheses():
		return s, false
	}
	r.alias()
	if !r.word("from") {
		return s, false
	}
	if s.table, ok = r.name(); !ok {
		return s, false
	}
	r.alias()
	grouped, ok := r.tail(s.column)
	return s, ok && (grouped || constant)
}

// conditions takes what stands before the grouping; not what adds rows to it.
func (r *sqlReader) conditions() bool {
	for len(r.rest) > 0 && !strings.EqualFold(r.rest[0], "group") {
		switch {
		case r.rest[0] == "(":
			if !r.parentheses() {
				return false
			}
		case r.word("union", "except", "intersect", "window"):
			return false
		default:
			r.rest = r.rest[1:]
		}
	}
	return true
}

// tail takes the conditions and the grouping. Grouped by anything but the column,
// one row may stand for several ids.
func (r *sqlReader) tail(column string) (grouped, ok bool) {
	if r.word("where") && !r.conditions() {
		return false, false
	}
	if len(r.rest) == 0 {
		return false, true
	}
	if !r.word("group") || !r.word("by") {
		return false, false
	}
	by, named := r.name()
	if !named && !r.word("1") || named && !strings.EqualFold(by, column) {
		return false, false
	}
	return true, len(r.rest) == 0 || r.word("order") // behind which comes nothing that makes rows
}

// uniqueSQLite finds what allows one row for each value of column $2 in table $1:
// the primary key or a unique index of that column alone, for all rows.
const uniqueSQLite = `
select 'its primary key' from pragma_table_info($1)
where pk = 1 and name = $2 collate nocase and (select count(*) from pragma_table_info($1) where pk > 0) = 1
union all
select 'the unique index ' || l.name from pragma_index_list($1) l
where l."unique" and not l.partial and (select count(*) from pragma_index_info(l.name)) = 1
and (select name from pragma_index_info(l.name)) = $2 collate nocase
limit 1`

func blindSQLite(ctx context.Context, tx *sql.Tx, query, _ string) (string, error) {
	s, ok := shapeOf(query)
	if !ok {
		return "", nil
	}
	var index string
	err := tx.QueryRowContext(ctx, uniqueSQLite, s.table, s.column).Scan(&index)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return cannotSee(s.table, s.column, index), err
}
