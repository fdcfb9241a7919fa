package target

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/hookassay/hookassay/mockprovider"
	"github.com/hookassay/hookassay/suites/transcript"
)

const (
	maxRows  = 1_000_000 // of one answer
	maxQuery = 64 << 10  // bytes
	maxWords = 300       // bytes of a database's error that are repeated
)

// SQL asks the receiver's database. Its one rule: $1 in the query stands for the
// ids, always as a bound value; the answer is rows of id and count. Several rows
// of one id are added up, a count of null is 0, other ids are left out.
type SQL struct {
	query   string
	dialect dialect
	db      *sql.DB
	hidden  []mockprovider.Sensitive
	most    int // rows of an answer

	mu     sync.Mutex
	looked bool   // for what makes it blind
	blind  string // see Description
}

// SQLSettings are what NewSQL makes a probe of.
type SQLSettings struct {
	Driver string // postgres or sqlite
	DSN    string // postgres: URL or keywords; sqlite: the file's path
	Query  string
}

// NewSQL returns a probe that asks a database; it connects when it is first
// asked. Whoever uses this package links the driver, too.
func NewSQL(s SQLSettings) (*SQL, error) {
	d, err := findDialect(s.Driver)
	if err != nil {
		return nil, fmt.Errorf("sql: %w", err)
	}
	if err := d.checkQuery(s.Query); err != nil {
		return nil, err
	}
	if !slices.Contains(sql.Drivers(), d.driver) {
		return nil, fmt.Errorf("sql: this program has no driver for %s: import _ %q", d.name, d.module)
	}
	source, err := d.source(s.DSN)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open(d.driver, source)
	if err != nil {
		return nil, errors.New("sql: the DSN cannot be read") // the error may hold it
	}
	db.SetMaxOpenConns(2) // the receiver needs the rest
	db.SetMaxIdleConns(1)
	p := &SQL{query: s.Query, dialect: d, db: db, most: maxRows}
	if d.secret {
		p.hidden = credentials("dsn", s.DSN, passwordIn(s.DSN))
	}
	return p, nil
}

// Describe implements Probe.
func (p *SQL) Describe() Description {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Description{Name: "effects", Kind: "sql", Counts: "what " + p.dialect.name + " answers to: " + clipped(p.query, maxWords), Blind: p.blind}
}

// Sensitive lists what must not be written down: the DSN and its password.
func (p *SQL) Sensitive() []mockprovider.Sensitive { return p.hidden }

// Close implements io.Closer.
func (p *SQL) Close() error { return p.db.Close() }

// Counts implements Probe. The transaction is read-only and never committed.
func (p *SQL) Counts(ctx context.Context, ids []string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	counts, err := p.inTransaction(ctx, ids)
	switch {
	case err == nil:
		return counts, nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded): // drivers word it each in their own way
		return nil, p.failed(said(fmt.Sprintf("did not answer within %s", probeTimeout)))
	}
	return nil, p.failed(err)
}

func (p *SQL) inTransaction(ctx context.Context, ids []string) (map[string]int, error) {
	tx, err := p.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // there is nothing to keep
	if before := p.dialect.before; before != "" {
		if _, err := tx.ExecContext(ctx, before); err != nil {
			return nil, err
		}
	}
	arg := p.dialect.list(ids)
	counts, err := p.ask(ctx, tx, arg, ids)
	if err == nil {
		p.look(ctx, tx, arg)
	}
	return counts, err
}

func (p *SQL) ask(ctx context.Context, tx *sql.Tx, arg string, ids []string) (map[string]int, error) {
	rows, err := tx.QueryContext(ctx, p.query, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	if len(columns) != 2 {
		return nil, said(fmt.Sprintf("answered with %d columns: it selects two, the event's id and its count", len(columns)))
	}
	asked, counts := map[string]bool{}, map[string]int{}
	for _, id := range ids {
		asked[id] = true
	}
	for n := 0; rows.Next(); n++ {
		var id, text sql.NullString
		if n == p.most {
			return nil, said(fmt.Sprintf("answered with more than %d rows: compare the id with $1 in its where", p.most))
		}
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		if !asked[id.String] {
			continue
		}
		count, err := number(text)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			counts[id.String] += count
		}
	}
	return counts, rows.Err()
}

// number reads a count as any of SQL's types writes it: 2, 2.0, 2e+00, null.
func number(text sql.NullString) (int, error) {
	if !text.Valid {
		return 0, nil
	}
	f, err := strconv.ParseFloat(text.String, 64)
	if err != nil || f < 0 || f > math.MaxInt32 || f != math.Trunc(f) {
		return 0, said("answered with something that is no count in its second column")
	}
	return int(f), nil
}

// look finds out, once, whether the query can count to two. That it cannot be
// found out is no reason to say so.
func (p *SQL) look(ctx context.Context, tx *sql.Tx, arg string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looked {
		return
	}
	blind, err := p.dialect.blind(ctx, tx, p.query, arg)
	if err == nil {
		p.looked, p.blind = true, blind
	}
}

// said is an error in our own words.
type said string

// Error implements error.
func (s said) Error() string { return string(s) }

// failed words an error without the DSN. Only what the database itself says of
// the query is repeated.
func (p *SQL) failed(err error) error {
	var (
		own    said
		state  interface{ SQLState() string } // PostgreSQL
		code   interface{ Code() int }        // SQLite
		how    string
		server error
	)
	switch {
	case errors.As(err, &own):
		how = own.Error()
	case errors.As(err, &state):
		server, _ = state.(error)
	case errors.As(err, &code):
		server, _ = code.(error)
	default:
		how = inOurWords(err)
	}
	if server != nil {
		how = "says: " + clipped(transcript.NewRedactor(p.hidden).Text(server.Error()), maxWords)
	}
	if how == notHTTP {
		how = "cannot be asked: the connection or its DSN is not right"
	}
	return fmt.Errorf("effects probe: %s %s", p.dialect.name, how)
}

// clipped is a text on one line, so many bytes at most.
func clipped(text string, most int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// statementTimeout ends a question at the server, too, a little before ours.
const statementTimeout = probeTimeout - 500*time.Millisecond
