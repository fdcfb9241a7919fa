// Command debian-webhook runs adnanh/webhook, as Debian packages it, with a hook
// for GitHub deliveries. The hook's command reports to an effects page that this
// program serves on a port of its own.
//
// https://packages.debian.org/bookworm/webhook
// https://github.com/adnanh/webhook
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"github.com/hookassay/hookassay/internal/interop/effects"
	"github.com/hookassay/hookassay/internal/interop/serve"
)

func main() {
	if err := run(serve.Prepare()); err != nil {
		log.Fatal(err)
	}
}

func run(setup serve.Setup) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	effectsURL := "http://" + listener.Addr().String() + serve.EffectsPath
	ctx, cancel := context.WithCancel(setup.Context)
	served := make(chan error, 1)
	go func() { served <- serve.HTTP(ctx, listener, effectsPage()) }()

	err = runHook(setup, effectsURL)
	cancel()
	return errors.Join(err, <-served)
}

func effectsPage() http.Handler {
	var ledger effects.Ledger
	mux := http.NewServeMux()
	mux.Handle("GET "+serve.EffectsPath, &ledger)
	mux.HandleFunc("POST "+serve.EffectsPath, ledger.Record)
	return mux
}

// runHook runs the webhook program until a signal comes or the program ends.
func runHook(setup serve.Setup, effectsURL string) error {
	dir, err := os.MkdirTemp("", "debian-webhook-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // the process is ending
	self, err := os.Executable()
	if err != nil {
		return err
	}
	hooksFile := filepath.Join(dir, "hooks.json")
	record := filepath.Join(filepath.Dir(self), "record")
	if err := writeHooks(hooksFile, githubHook(setup.Secret, record, effectsURL)); err != nil {
		return err
	}
	address, err := freeAddress(setup.Listener)
	if err != nil {
		return err
	}
	hook, err := startChild(address, hooksFile)
	if err != nil {
		return err
	}
	defer hook.stop()
	serve.Ready("http://"+address, effectsURL)
	select {
	case <-setup.Context.Done():
		return nil
	case <-hook.ended:
		return errors.Join(errors.New(program+" ended"), hook.err)
	}
}
