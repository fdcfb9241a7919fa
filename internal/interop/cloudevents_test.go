package interop_test

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/hookassay/hookassay/mockprovider"
)

func TestCloudEventsSDKReads(t *testing.T) {
	secret := secretOf(t, "cloudevents")
	p := newProducer(t, "cloudevents", secret)
	structured := faultText("event.mode", mockprovider.ModeStructured)
	tests := []struct {
		mode    binding.Encoding
		faults  faulty // that make the mode
		refused []faulty
	}{
		{binding.EncodingBinary, nil, []faulty{
			{fault("secret.wrong")},
			{faultList("header.remove", "{credentials}")},
			{faultList("header.remove", "ce-id")},
			{faultList("header.remove", "ce-source")},
			{faultList("header.remove", "ce-type")},
			{faultList("header.remove", "ce-specversion")},
		}},
		{binding.EncodingStructured, faulty{structured}, []faulty{
			{structured, fault("secret.wrong")},
			{structured, faultText("body.remove", "/id")},
			{structured, faultText("body.remove", "/source")},
			{structured, faultText("body.remove", "/type")},
			{structured, faultText("body.remove", "/specversion")},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.mode.String(), func(t *testing.T) {
			for _, eventType := range p.maker.Types() {
				if err := readEvent(t, secret, tt.mode, p.deliver(t, eventType, tt.faults...)); err != nil {
					t.Errorf("%s: a genuine delivery was refused: %v", eventType, err)
				}
			}
			for _, faults := range tt.refused {
				if err := readEvent(t, secret, tt.mode, p.deliver(t, "", faults...)); err == nil {
					t.Errorf("%v: a faulty delivery was accepted", faults)
				}
			}
		})
	}
}

// readEvent has the SDK read a delivery and compares what it read with what was
// meant. The token is checked here, because the SDK has no authorization.
func readEvent(t *testing.T, secret string, mode binding.Encoding, r received) error {
	t.Helper()
	got := []byte(r.request.Header.Get("Authorization"))
	if subtle.ConstantTimeCompare(got, []byte("Bearer "+secret)) != 1 {
		return errors.New("wrong token")
	}
	message := cehttp.NewMessageFromHttpRequest(r.request)
	if message.ReadEncoding() != mode {
		return fmt.Errorf("read as %s, want %s", message.ReadEncoding(), mode)
	}
	event, err := binding.ToEvent(t.Context(), message)
	if err != nil {
		return err
	}
	if err := event.Validate(); err != nil {
		return err
	}
	want := r.event
	if event.ID() != want.ID || event.Type() != want.Type || event.Source() != want.Source {
		return fmt.Errorf("%s %s of %s, want %s %s of %s", event.Type(), event.ID(), event.Source(), want.Type, want.ID, want.Source)
	}
	if event.Time().Sub(want.Time).Abs() > time.Second { // fractions may be cut
		return fmt.Errorf("time %s, want %s", event.Time(), want.Time)
	}
	if !bytes.Equal(event.Data(), want.Body) {
		return fmt.Errorf("data %s, want %s", event.Data(), want.Body)
	}
	return nil
}
