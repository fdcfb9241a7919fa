// Command cloudevents-go receives with the CloudEvents SDK for Go.
//
// The SDK is set up as its README and its sample "receiver-protected" show. It does
// no authorization, so the token is checked in a middleware, the SDK's own means
// for that.
//
// https://github.com/cloudevents/sdk-go#readme
// https://github.com/cloudevents/sdk-go/blob/main/samples/http/receiver-protected/main.go
package main

import (
	"context"
	"crypto/subtle"
	"log"
	"net/http"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/hookassay/hookassay/internal/interop/effects"
	"github.com/hookassay/hookassay/internal/interop/serve"
)

const (
	// allowedOrigin is the sender that the handshake grants delivery: the one of the
	// specification's example (HTTP 1.1 Web Hooks for Event Delivery, 4.1.2).
	allowedOrigin = "eventemitter.example.com"

	allowedRate = 100 // requests a minute, as in the sample
)

func main() {
	setup := serve.Prepare()
	var ledger effects.Ledger
	client, err := cloudevents.NewClientHTTP(
		cehttp.WithListener(setup.Listener),
		cehttp.WithDefaultOptionsHandlerFunc([]string{http.MethodPost, http.MethodOptions}, allowedRate, []string{allowedOrigin}, true),
		cehttp.WithMiddleware(bearer(setup.Secret)),
		cehttp.WithMiddleware(beside(&ledger)),
	)
	if err != nil {
		log.Fatal(err)
	}
	// The listener is open already, so a delivery sent from here on waits for the SDK.
	serve.Ready(setup.URL(), setup.URL()+serve.EffectsPath)
	err = client.StartReceiver(setup.Context, func(_ context.Context, event cloudevents.Event) {
		ledger.Processed(event.ID())
	})
	if err != nil {
		log.Fatal(err)
	}
}

// bearer lets in who carries the token (section 3.1). The handshake passes without:
// it "does not aim to establish an authentication or authorization context"
// (section 4), and a check of ours must not hide what the SDK answers.
func bearer(token string) cehttp.Middleware {
	want := []byte("Bearer " + token)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got := []byte(r.Header.Get("Authorization"))
			if r.Method != http.MethodOptions && subtle.ConstantTimeCompare(got, want) != 1 {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// beside serves the effects next to the SDK, which takes every other path.
func beside(ledger http.Handler) cehttp.Middleware {
	return func(next http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("GET "+serve.EffectsPath, ledger)
		mux.Handle("/", next)
		return mux
	}
}
