// Command standard-webhooks-go receives with the Standard Webhooks library for Go.
//
// The library's README shows NewWebhook and Verify and leaves the HTTP around them
// open; the statuses, 400 and 204, and the unbounded read are those of the net/http
// example of its authors' own product.
//
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/go/README.md
// https://docs.svix.com/receiving/verifying-payloads/how
package main

import (
	"io"
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

func main() { serve.Main(receiver) }

func receiver(secret string, processed func(id string)) (http.Handler, error) {
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/webhooks", func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if err := webhook.Verify(payload, r.Header); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		processed(r.Header.Get(standardwebhooks.HeaderWebhookID))
		w.WriteHeader(http.StatusNoContent)
	})
	return mux, nil
}
