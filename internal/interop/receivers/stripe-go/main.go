// Command stripe-go receives with Stripe's library for Go, as the example in the
// documentation of its package webhook shows.
//
// https://github.com/stripe/stripe-go/blob/v85.0.0/webhook/client_handler_test.go
package main

import (
	"fmt"
	"io"
	"net/http"

	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

const maxBodyBytes = 65536 // as in the example

func main() { serve.Main(receiver) }

func receiver(secret string, processed func(id string)) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("/webhook", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "%v", err)
			return
		}
		processed(event.ID)
		fmt.Fprintf(w, "Received signed event: %v", event)
	})
	return mux, nil
}
