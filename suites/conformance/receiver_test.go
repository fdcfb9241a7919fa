package conformance_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
)

// setting is a scheme with a secret both sides have.
type setting struct{ scheme, secret string }

func (s setting) String() string {
	if len(s.secret) > 5 && s.secret[:5] == "whsk_" {
		return s.scheme + "-v1a"
	}
	return s.scheme
}

var settings = []setting{
	{"standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="},
	{"standard-webhooks", "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="},
	{"github", "It's a Secret to Everybody"},
	{"cloudevents", "mF_9.B5f-4.1JqM-hookassay"},
	{"stripe", "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH"},
}

// serve starts the reference receiver with flaws.
func serve(t testing.TB, s setting, flaws ...string) (url string, r *receiver.Receiver) {
	t.Helper()
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{s.scheme: {s.secret}},
		Origins: []string{"eventemitter.hookassay.example"},
		Flaws:   flaws,
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(serveOn(t, r, l))
	return fmt.Sprintf("http://%s/webhooks", l.Addr()), r
}

// serveOn serves a receiver until the function returned is called.
func serveOn(t testing.TB, r *receiver.Receiver, l net.Listener) (stop func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- r.Serve(l) }()
	return func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.Shutdown(ctx)
		<-done
	}
}
