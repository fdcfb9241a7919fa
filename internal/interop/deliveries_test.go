package interop_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stripe/stripe-go/v85"
)

// deliver builds a genuine delivery of the event id, for each scheme. The signing
// is the libraries' own or the standard library's, never hookassay's: the two are
// compared elsewhere.
var deliver = map[string]func(t *testing.T, url, secret, id string) *http.Request{
	"standard-webhooks": deliverStandardWebhooks,
	"github":            deliverGitHub,
	"cloudevents":       deliverCloudEvents,
	"stripe":            deliverStripe,
}

// credential is the header that proves a delivery genuine, for each scheme.
var credential = map[string]string{
	"standard-webhooks": standardwebhooks.HeaderWebhookSignature,
	"github":            "X-Hub-Signature-256",
	"cloudevents":       "Authorization",
	"stripe":            "Stripe-Signature",
}

func deliverStandardWebhooks(t *testing.T, url, secret, id string) *http.Request {
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"type":"invoice.paid","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"inv_1"}}`)
	now := time.Now()
	signature, err := webhook.Sign(id, now, body)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, url, body, map[string]string{
		standardwebhooks.HeaderWebhookID:        id,
		standardwebhooks.HeaderWebhookTimestamp: fmt.Sprint(now.Unix()),
		standardwebhooks.HeaderWebhookSignature: signature,
	})
}

func deliverGitHub(t *testing.T, url, secret, id string) *http.Request {
	body := []byte(`{"action":"opened","number":1,"pull_request":{"number":1,"title":"Mend it"},"repository":{"id":1}}`)
	return signedGitHub(t, url, secret, id, body)
}

// signedGitHub signs any body.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func signedGitHub(t *testing.T, url, secret, id string, body []byte) *http.Request {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return post(t, url, body, map[string]string{
		"X-GitHub-Delivery":   id,
		"X-GitHub-Event":      "pull_request",
		"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	})
}

// https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#3-authorization
func deliverCloudEvents(t *testing.T, url, secret, id string) *http.Request {
	return post(t, url, []byte(`{"amount":100}`), map[string]string{
		"Authorization":  "Bearer " + secret,
		"ce-specversion": "1.0",
		"ce-id":          id,
		"ce-source":      "https://eventemitter.example.com/invoices",
		"ce-type":        "com.example.invoice.paid",
	})
}

// https://docs.stripe.com/webhooks#verify-manually
func deliverStripe(t *testing.T, url, secret, id string) *http.Request {
	body := fmt.Appendf(nil, `{"id":%q,"object":"event","api_version":%q,"type":"invoice.paid","data":{"object":{"id":"in_1"}}}`,
		id, stripe.APIVersion)
	now := time.Now().Unix()
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", now, body)
	return post(t, url, body, map[string]string{
		"Stripe-Signature": fmt.Sprintf("t=%d,v1=%x", now, mac.Sum(nil)),
	})
}

func post(t *testing.T, url string, body []byte, headers map[string]string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	return request
}
