package interop_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/hookassay/hookassay/internal/interop"
)

// TestNodeReceiverComesBack ends octokit-webhooks with a signed body that is a JSON
// text, which the library tries to look into: the rejection that follows is handled
// by nobody, and Node.js ends the process.
// https://github.com/octokit/webhooks.js/blob/v14.2.0/src/middleware/create-middleware.ts#L177
func TestNodeReceiverComesBack(t *testing.T) {
	i := slices.IndexFunc(interop.Receivers, func(r interop.Receiver) bool { return r.Name == "octokit-webhooks" })
	receiver := interop.Receivers[i]
	secret := receiver.Secret()
	url, effectsURL := interop.Start(t, receiver, secret)

	response, err := client.Do(signedGitHub(t, url, secret, "event-1", []byte(`"x"`)))
	if err == nil {
		response.Body.Close()
		t.Fatalf("answered %s; this test needs another way to end a receiver", response.Status)
	}
	send(t, "genuine", deliverGitHub(t, url, secret, "event-2"), http.StatusOK)
	assertEffects(t, effectsURL, map[string]int{"event-2": 1})
}
