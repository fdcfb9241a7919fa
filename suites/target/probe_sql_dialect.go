package target

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hookassay/hookassay/internal/nearest"
)

// A dialect is what databases differ in.
type dialect struct {
	name    string
	driver  string // of database/sql
	module  string // that registers it
	secret  bool   // a DSN may hold a password
	dsnForm string // how it is given in the file
	usage   string // of $1
	before  string // first statement of every transaction
	source  func(dsn string) (string, error)
	list    func(ids []string) string // the value of $1
	// blind says why the query cannot count to two, "" where it can or where
	// that is not certain.
	blind func(ctx context.Context, tx *sql.Tx, query, arg string) (string, error)
}

var dialects = []dialect{
	{
		name: "postgres", driver: "pgx", module: "github.com/jackc/pgx/v5/stdlib", secret: true,
		dsnForm: "write dsn: {env: DATABASE_URL}",
		usage:   "where event_id = any($1)",
		before:  fmt.Sprintf("set local statement_timeout = %d", statementTimeout.Milliseconds()),
		source:  func(dsn string) (string, error) { return dsn, nil },
		list:    arrayLiteral,
		blind:   blindPostgres,
	},
	{
		name: "sqlite", driver: "sqlite", module: "modernc.org/sqlite",
		dsnForm: "write dsn: app.db, or dsn: {env: NAME} of a variable with the path",
		usage:   "where event_id in (select value from json_each($1))",
		source:  readOnlyFile,
		list:    jsonList,
		blind:   blindSQLite,
	},
}

func dialectNames() []string {
	var names []string
	for _, d := range dialects {
		names = append(names, d.name)
	}
	return names
}

func findDialect(name string) (dialect, error) {
	i := slices.IndexFunc(dialects, func(d dialect) bool { return d.name == name })
	if i < 0 {
		return dialect{}, nearest.Unknown("driver", name, dialectNames())
	}
	return dialects[i], nil
}

// checkQuery refuses what could never work. That the query writes nothing is the
// transaction's to see to, and one of several statements could end that.
func (d dialect) checkQuery(query string) error {
	switch {
	case len(query) > maxQuery:
		return fmt.Errorf("sql: the query has more than %d bytes", maxQuery)
	case !idList.MatchString(query):
		return fmt.Errorf("sql: the query lacks $1, which stands for the ids: %s", d.usage)
	case strings.Contains(strings.TrimRight(query, "; \t\r\n"), ";"):
		return errors.New("sql: the query is one statement, without a semicolon")
	}
	return nil
}

// idList finds $1, but not $10.
var idList = regexp.MustCompile(`\$1\b`)

// arrayLiteral writes an array as PostgreSQL reads it, whatever its elements'
// type (section 8.15.2, "Array Value Input", of its manual): so that ids compare
// with text as well as with uuid.
func arrayLiteral(ids []string) string {
	var b strings.Builder
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + quote.Replace(id) + `"`)
	}
	return "{" + b.String() + "}"
}

func jsonList(ids []string) string {
	if len(ids) == 0 {
		return "[]"
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return "[]" // strings always marshal
	}
	return string(text)
}

// readOnlyFile is the URI of a SQLite database that is opened for reading, never
// made, and waited for while the receiver has it locked (sqlite.org/uri.html).
func readOnlyFile(path string) (string, error) {
	if strings.HasPrefix(path, "file:") || strings.Contains(path, "://") || path == ":memory:" {
		return "", errors.New("sql: sqlite wants the plain path of the database")
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("sql: %w", err)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(whole)}
	return u.String() + fmt.Sprintf("?mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(%d)", statementTimeout.Milliseconds()), nil
}

var (
	userPassword    = regexp.MustCompile(`^[a-z]+://[^:@/]*:([^@]*)@`) // of what is no URL in the end, too
	keywordPassword = regexp.MustCompile(`(?i)password\s*=\s*('(?:[^'\\]|\\.)*'|\S+)`)
)

// passwordIn is the password of a DSN in either of PostgreSQL's forms (section
// 34.1.1, "Connection Strings", of its manual); "" where there is none.
func passwordIn(dsn string) string {
	if m := userPassword.FindStringSubmatch(dsn); m != nil {
		if plain, err := url.PathUnescape(m[1]); err == nil {
			return plain
		}
		return m[1]
	}
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		return u.Query().Get("password")
	}
	if m := keywordPassword.FindStringSubmatch(dsn); m != nil {
		return strings.Trim(m[1], "'")
	}
	return ""
}
