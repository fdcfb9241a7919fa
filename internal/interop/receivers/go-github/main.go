// Command go-github receives with Google's client library for GitHub.
//
// ValidatePayload and ParseWebHook are called as the library's README shows; it
// leaves the handling of their errors open, and 400 is ours.
//
// https://github.com/google/go-github#webhooks
package main

import (
	"net/http"

	"github.com/google/go-github/v92/github"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

func main() { serve.Main(receiver) }

func receiver(secret string, processed func(id string)) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("/webhooks", func(w http.ResponseWriter, r *http.Request) {
		payload, err := github.ValidatePayload(r, []byte(secret))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		// The README switches on the event's type here; an effect needs none.
		if _, err := github.ParseWebHook(github.WebHookType(r), payload); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		processed(github.DeliveryID(r))
	})
	return mux, nil
}
