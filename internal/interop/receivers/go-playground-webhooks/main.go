// Command go-playground-webhooks receives with go-playground's library.
//
// The handler is the README's: it parses two types of events, gives no answer of its
// own to an error, and so answers 200 to everything.
//
// https://github.com/go-playground/webhooks/blob/v6.4.0/README.md#examples
package main

import (
	"net/http"

	"github.com/go-playground/webhooks/v6/github"

	"github.com/hookassay/hookassay/internal/interop/serve"
)

func main() { serve.Main(receiver) }

func receiver(secret string, processed func(id string)) (http.Handler, error) {
	hook, err := github.New(github.Options.Secret(secret))
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/webhooks", func(w http.ResponseWriter, r *http.Request) {
		// The README looks at the error only to say that ErrEventNotFound is fine.
		payload, _ := hook.Parse(r, github.ReleaseEvent, github.PullRequestEvent)
		switch payload.(type) {
		case github.ReleasePayload, github.PullRequestPayload:
			processed(r.Header.Get("X-GitHub-Delivery"))
		}
	})
	return mux, nil
}
