package main

import (
	"fmt"
	"net/http/httptest"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/hookassay/hookassay/internal/receiver"
)

// serveGrantingCmd starts the reference receiver of CloudEvents, which grants so
// many deliveries a minute; it sets $ADDRESS, $EFFECTS and $SECRET. With an origin it
// grants that one only, in place of the producer's.
func serveGrantingCmd(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: servegranting RATE [ORIGIN]")
	}
	rate, err := strconv.Atoi(args[0])
	ts.Check(err)
	secret, origin := scriptSecrets["cloudevents"], "eventemitter.hookassay.example"
	if len(args) == 2 {
		origin = args[1]
	}
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{"cloudevents": {secret}}, Origins: []string{origin}, Rate: rate,
	})
	ts.Check(err)
	srv := httptest.NewServer(r)
	ts.Defer(func() { srv.Close(); r.Close() })
	ts.Setenv("ADDRESS", srv.Listener.Addr().String())
	ts.Setenv("EFFECTS", fmt.Sprintf("%s/effects", srv.URL))
	ts.Setenv("SECRET", secret)
}
