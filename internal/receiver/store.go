package receiver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// A store is the receiver's memory, backlog and books in an SQLite file, so that
// they outlive the process. Everything that is written goes through one
// committer, which puts what waits at the same time into one transaction: one
// sync of the disk then serves many deliveries.
type store struct {
	flaws     flawSet
	now       func() time.Time
	retention time.Duration
	broken    string // while a file of this name exists nothing can be written
	onEffect  func(id string)
	log       *slog.Logger

	db      *sql.DB // reads
	writes  *sql.DB // of which the committer has the only connection
	writer  *writer
	most    atomic.Int64 // changes in one transaction
	purged  time.Time
	waiting atomic.Int64 // jobs in the table, as far as this process knows
	asking  atomic.Int64 // events that wait to be taken on

	mu      sync.RWMutex // of closed, against sends on changes
	closed  bool
	changes chan change
	ended   chan struct{} // closed when the committer has

	ctx     context.Context // ends the workers
	cancel  context.CancelFunc
	woken   chan struct{}
	workers sync.WaitGroup
	resumed int64 // jobs up to here are left alone by the flaw job-not-resumed
}

const (
	defaultRetention = 7 * 24 * time.Hour
	groupSize        = 128
	readers          = 8 // connections for reading
)

var (
	errClosed = errors.New("the store is closed")
	errBroken = errors.New("the store is read-only")
)

// schema keeps apart what is known (seen), what is due (job), what was done
// (effect), what became of things (state) and what was given up (dead). effect
// has no unique key: a probe that counts it must be able to count to two.
const schema = `
CREATE TABLE IF NOT EXISTS seen (scheme TEXT, source TEXT, id TEXT, at INTEGER NOT NULL, PRIMARY KEY (scheme, source, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_at ON seen (at);
CREATE TABLE IF NOT EXISTS job (seq INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, scheme TEXT, source TEXT, id TEXT, object TEXT, state TEXT, rank INTEGER, hopeless INTEGER, attempt INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS effect (task TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS effect_id ON effect (task, id);
CREATE TABLE IF NOT EXISTS state (object TEXT PRIMARY KEY, state TEXT NOT NULL, rank INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead (id TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS listed (api TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;`

// openStore opens or makes the file, voids what a former process had claimed,
// and starts the committer. The workers start with work.
func openStore(cfg Config, flaws flawSet) (*store, error) {
	s := &store{
		flaws: flaws, now: cfg.Now, retention: cfg.Retention, broken: cfg.BrokenWhile,
		onEffect: cfg.OnEffect, log: cfg.Log,
		changes: make(chan change, groupSize), ended: make(chan struct{}), woken: make(chan struct{}, cfg.Workers),
	}
	s.most.Store(groupSize)
	if flaws.has("short-retention") {
		s.retention = shortRetention
	}
	if err := s.open(cfg.Data); err != nil {
		return nil, fmt.Errorf("data %s: %w", cfg.Data, errors.Join(err, s.closeFiles()))
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go s.commitAll()
	return s, nil
}

func (s *store) open(path string) error {
	var err error
	for _, db := range []**sql.DB{&s.writes, &s.db} {
		if *db, err = sql.Open("sqlite", dsn(path)); err != nil {
			return err
		}
	}
	s.db.SetMaxOpenConns(readers)
	s.db.SetMaxIdleConns(readers)
	conn, err := s.writes.Conn(context.Background())
	if err != nil {
		return err
	}
	s.writer = &writer{conn: conn, statements: map[string]*sql.Stmt{}}
	setup := schema
	if s.flaws.has("tables-recreated") {
		setup = "DROP TABLE IF EXISTS seen; DROP TABLE IF EXISTS job;" + schema
	}
	// Only one process has the file: what is claimed was claimed by one that is gone.
	if _, err := conn.ExecContext(context.Background(), setup+"UPDATE job SET held = 0, due = 0"); err != nil {
		return err
	}
	row := conn.QueryRowContext(context.Background(), "SELECT count(*), coalesce(max(seq), 0) FROM job")
	var left, last int64
	if err := row.Scan(&left, &last); err != nil {
		return err
	}
	s.waiting.Store(left)
	if s.flaws.has("job-not-resumed") {
		s.resumed = last
		s.waiting.Store(0)
	}
	return nil
}

// dsn opens the file with a write-ahead log that is synced at every commit.
func dsn(path string) string {
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas.Encode()
}

// A change is something to be written. run may be called twice, each time in a
// transaction of which only the last counts.
type change struct {
	run  func(*writer) error
	done chan error
}

// write returns when what run wrote is on disk, or when nothing was written.
func (s *store) write(run func(*writer) error) error {
	c := change{run, make(chan error, 1)}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return errClosed
	}
	s.changes <- c
	s.mu.RUnlock()
	return <-c.done
}

// commitAll is the committer: it takes what waits, and waits for no more.
func (s *store) commitAll() {
	defer close(s.ended)
	for first := range s.changes {
		group := []change{first}
		for more := true; more && int64(len(group)) < s.most.Load(); {
			select {
			case next, open := <-s.changes:
				if more = open; open {
					group = append(group, next)
				}
			default:
				more = false
			}
		}
		s.commit(group)
	}
}

// commit writes all changes or, where one spoils it for the rest, each by itself.
func (s *store) commit(group []change) {
	err := s.transaction(group)
	for _, c := range group {
		if err != nil && len(group) > 1 {
			c.done <- s.transaction([]change{c})
		} else {
			c.done <- err
		}
	}
	if err != nil && s.log != nil {
		s.log.Warn("store", "error", err)
	}
}

func (s *store) transaction(group []change) (err error) {
	if s.isBroken() {
		return errBroken
	}
	if _, err := s.writer.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// An error of the rollback says no more than the one that led to it.
			_, _ = s.writer.exec("ROLLBACK")
		}
	}()
	if err := s.purge(); err != nil {
		return err
	}
	for _, c := range group {
		if err := c.run(s.writer); err != nil {
			return err
		}
	}
	_, err = s.writer.exec("COMMIT")
	return err
}

func (s *store) isBroken() bool {
	if s.broken == "" {
		return false
	}
	_, err := os.Stat(s.broken)
	return err == nil
}

// close ends the workers after the jobs that they are at, leaves the others for
// the next start, and closes the file. It can be called again.
func (s *store) close() {
	s.cancel()
	s.workers.Wait()
	if s.flaws.has("sigterm-drops-queue") {
		_ = s.write(func(w *writer) error {
			_, err := w.exec("DELETE FROM job")
			return err
		})
	}
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.changes)
	}
	s.mu.Unlock()
	<-s.ended
	if err := s.closeFiles(); err != nil && s.log != nil {
		s.log.Warn("store", "error", err)
	}
}

func (s *store) closeFiles() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	for _, db := range []*sql.DB{s.writes, s.db} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// A writer is the connection of the committer, inside a transaction.
type writer struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt // by their text
	closed     bool
}

func (w *writer) prepared(query string) (*sql.Stmt, error) {
	if stmt := w.statements[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.statements[query] = stmt
	}
	return stmt, err
}

// exec returns how many rows were changed.
func (w *writer) exec(query string, args ...any) (int64, error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *writer) query(query string, args ...any) (*sql.Rows, error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return nil, err
	}
	return stmt.Query(args...)
}

func (w *writer) close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	var errs []error
	for _, stmt := range w.statements {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}
