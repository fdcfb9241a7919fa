// Command node-receiver SCRIPT runs a receiver for Node.js, with its effects on a
// port of their own.
//
// Some libraries can be made to end their process. The receiver is then started
// again, on the same socket, as a service manager would: one delivery that ends it
// must not end the grading of all others.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"

	"github.com/hookassay/hookassay/internal/interop/effects"
	"github.com/hookassay/hookassay/internal/interop/serve"
)

func main() {
	setup := serve.Prepare()
	if flag.NArg() != 1 {
		log.Fatal("usage: node-receiver [-addr HOST:PORT] SCRIPT")
	}
	if err := run(setup, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

func run(setup serve.Setup, script string) error {
	page, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(setup.Context)
	var ledger effects.Ledger
	mux := http.NewServeMux()
	mux.Handle("GET "+serve.EffectsPath, &ledger)
	served := make(chan error, 1)
	go func() { served <- serve.HTTP(ctx, page, mux) }()

	err = receive(ctx, setup, script, ledger.Processed, func() {
		serve.Ready(setup.URL(), "http://"+page.Addr().String()+serve.EffectsPath)
	})
	cancel()
	return errors.Join(err, <-served)
}
