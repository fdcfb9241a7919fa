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
)

// deliver builds a genuine delivery of the event id, for each scheme. The signing
// is the libraries' own or the standard library's, never hookassay's: the two are
// compared elsewhere.
var deliver = map[string]func(t *testing.T, url, secret, id string) *http.Request{
	"standard-webhooks": deliverStandardWebhooks,
	"github":            deliverGitHub,
	"cloudevents":       deliverCloudEvents,
}

// credential is the header that proves a delivery genuine, for each scheme.
var credential = map[string]string{
	"standard-webhooks": standardwebhooks.HeaderWebhookSignature,
	"github":            "X-Hub-Signature-256",
	"cloudevents":       "Authorization",
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

// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func deliverGitHub(t *testing.T, url, secret, id string) *http.Request {
	body := []byte(`{"ref":"refs/heads/main","head_commit":{"id":"6dcb09b5b57875f334f61aebed695e2e4193db5e"}}`)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return post(t, url, body, map[string]string{
		"X-GitHub-Delivery":   id,
		"X-GitHub-Event":      "push",
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
