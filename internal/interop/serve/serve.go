// Package serve holds what every wrapped receiver needs around its library: an
// address, a secret, an effects page, the line that says it is ready, and an end.
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hookassay/hookassay/internal/interop/effects"
)

const (
	// SecretEnv names the environment variable that holds the receiver's secret,
	// in the form that its scheme writes it.
	SecretEnv = "WEBHOOK_SECRET"

	// ReadyLine is the one line that a receiver prints on stdout, once it can be
	// reached: its base URL, without a path, and the URL of its effects. It serves
	// fmt.Printf and fmt.Sscanf alike.
	ReadyLine = "listening on %s effects at %s\n"

	// EffectsPath is where a receiver serves its effects.
	EffectsPath = "/effects"

	shutdownGrace = 3 * time.Second
)

// Setup is what a receiver is started with.
type Setup struct {
	Context  context.Context // ends with SIGTERM or SIGINT
	Listener net.Listener
	Secret   string // may be empty: what a library makes of that is for the grader to find
}

// URL is the base URL of the listener, without a path.
func (s Setup) URL() string { return "http://" + s.Listener.Addr().String() }

// Prepare reads the flag -addr and WEBHOOK_SECRET, listens, and begins to watch
// for the signals that end a receiver. It ends the process when it cannot.
func Prepare() Setup {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	secret, ok := os.LookupEnv(SecretEnv)
	if !ok {
		log.Fatalf("%s is not set", SecretEnv)
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	// The process ends when this context does, so there is nothing to stop.
	ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	return Setup{Context: ctx, Listener: listener, Secret: secret}
}

// Ready prints ReadyLine.
func Ready(baseURL, effectsURL string) { fmt.Printf(ReadyLine, baseURL, effectsURL) }

// Main runs a receiver that is an http.Handler, with its effects beside it, until
// a signal ends it. receiver builds the handler from the secret; the handler calls
// processed once for each event that it processes.
func Main(receiver func(secret string, processed func(id string)) (http.Handler, error)) {
	setup := Prepare()
	var ledger effects.Ledger
	handler, err := receiver(setup.Secret, ledger.Processed)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+EffectsPath, &ledger)
	mux.Handle("/", handler)
	Ready(setup.URL(), setup.URL()+EffectsPath)
	if err := HTTP(setup.Context, setup.Listener, mux); err != nil {
		log.Fatal(err)
	}
}

// HTTP serves handler until ctx ends. The server has net/http's defaults, no time
// limits among them, because that is what http.ListenAndServe in a README gives.
func HTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close() // the connections that would not end are being dropped
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
