package conformance_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/hookassay/hookassay/internal/receiver"
	"github.com/hookassay/hookassay/suites/conformance"
	"github.com/hookassay/hookassay/suites/target"
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

// otherSecrets are, for a form of secret, one that counts beside it, one that
// counts no more, and another endpoint's.
func (s setting) otherSecrets() (previous, revoked, other string) {
	switch s.String() {
	case "standard-webhooks":
		return "whsec_cHJldmlvdXMgcHJldmlvdXMgcHJldmlvdXM=", "whsec_cmV2b2tlZCByZXZva2VkIHJldm9rZWQhISE=", "whsec_b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIhISE="
	case "standard-webhooks-v1a":
		return "whsk_cHJldmlvdXMgcHJldmlvdXMgcHJldmlvdXMgcHJldiE=", "whsk_cmV2b2tlZCByZXZva2VkIHJldm9rZWQgcmV2b2tlZCE=", "whsk_b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIhISE="
	}
	return "hookassay-previous", "hookassay-revoked", "hookassay-elsewhere"
}

// tellOthers tells a target of the receiver's other secrets.
func (s setting) tellOthers(t testing.TB, tgt *target.Target) {
	t.Helper()
	previous, revoked, other := s.otherSecrets()
	for slot, secret := range map[string]string{"previous": previous, "revoked": revoked, "other": other} {
		if err := tgt.AddSecret(slot, secret, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// config grades a receiver that serve started.
func (s setting) config(url string, r *receiver.Receiver) conformance.Config {
	c := conformance.Config{URL: url, Scheme: s.scheme, Secret: s.secret, Effects: r.Count}
	c.PreviousSecret, c.RevokedSecret, c.OtherSecret = s.otherSecrets()
	return c
}

// serve starts the reference receiver with flaws.
func serve(t testing.TB, s setting, flaws ...string) (url string, r *receiver.Receiver) {
	t.Helper()
	previous, revoked, other := s.otherSecrets()
	r, err := receiver.New(receiver.Config{
		Secrets: map[string][]string{s.scheme: {s.secret, previous}},
		Revoked: map[string][]string{s.scheme: {revoked}}, Elsewhere: map[string][]string{s.scheme: {other}},
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
