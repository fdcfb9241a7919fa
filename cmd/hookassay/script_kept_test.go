package main

import (
	"database/sql"
	"fmt"
	"net/http/httptest"
	"os"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hookassay/hookassay/internal/receiver"
)

// serveKeptCmd starts a receiver whose effects are kept: a row of the table
// ledger in app.db, which has no key, and one of the table seen, which has; and
// a line of app.log.
func serveKeptCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: servekept SCHEME [FLAW...]")
	}
	db, err := sql.Open("sqlite", ts.MkAbs("app.db")+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(5000)")
	ts.Check(err)
	db.SetMaxOpenConns(1)
	ts.Defer(func() { _ = db.Close() })
	for _, s := range []string{"create table ledger (event_id text)", "create table seen (event_id text primary key)"} {
		_, err := db.Exec(s)
		ts.Check(err)
	}
	log, err := os.OpenFile(ts.MkAbs("app.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	ts.Defer(func() { _ = log.Close() })
	var mu sync.Mutex
	secret := scriptSecrets[args[0]]
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{args[0]: {secret}}, Flaws: args[1:],
		OnEffect: func(id string) {
			mu.Lock()
			defer mu.Unlock()
			for _, s := range []string{"insert into ledger values (?)", "insert or ignore into seen values (?)"} {
				_, err := db.Exec(s, id)
				ts.Check(err)
			}
			_, err := fmt.Fprintf(log, "level=info processed id=%s\n", id)
			ts.Check(err)
		},
	})
	ts.Check(err)
	srv := httptest.NewServer(r)
	ts.Defer(func() { srv.Close(); r.Close() })
	ts.Setenv("URL", srv.URL+"/webhooks")
	ts.Setenv("SECRET", secret)
}
