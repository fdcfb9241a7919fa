package interop_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/hookassay/hookassay/mockprovider"
)

// producer makes hookassay's deliveries of one scheme.
type producer struct {
	scheme   *mockprovider.Scheme
	maker    *mockprovider.Maker
	composer mockprovider.Composer
}

func newProducer(t *testing.T, scheme, secret string) producer {
	t.Helper()
	s, err := mockprovider.FindScheme(scheme)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := mockprovider.ParseSecret(s, secret)
	if err != nil {
		t.Fatal(err)
	}
	maker := mockprovider.NewMaker(s, nil, 1, "interop")
	composer := mockprovider.Composer{
		Scheme: s, Secret: parsed, Foreign: maker.Foreign(parsed.Form), Host: "127.0.0.1", Path: "/webhooks",
	}
	if s.Timestamp != nil {
		composer.Tolerance = s.Timestamp.Tolerance
	}
	return producer{s, maker, composer}
}

// received is a delivery as a server sees it.
type received struct {
	event   mockprovider.Event
	request *http.Request
	body    []byte
}

// deliver makes a delivery of an event of the type, puts it into bytes and reads
// those as net/http does.
func (p producer) deliver(t *testing.T, eventType string, faults ...mockprovider.FaultUse) received {
	t.Helper()
	now := time.Now()
	event, err := p.maker.Make(mockprovider.EventSpec{Key: t.Name(), Now: now, Type: eventType})
	if err != nil {
		t.Fatal(err)
	}
	delivery, err := p.composer.Compose(event, now, faults)
	if err != nil {
		t.Fatal(err)
	}
	var wire bytes.Buffer
	for _, write := range delivery.Request.Writes {
		wire.Write(write.Bytes)
	}
	request, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		t.Fatal(err)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	return received{event, request, body}
}

// faulty are uses of one or more faults at once.
type faulty []mockprovider.FaultUse

func fault(name string) mockprovider.FaultUse { return mockprovider.FaultUse{Name: name} }

func faultText(name, text string) mockprovider.FaultUse {
	return mockprovider.FaultUse{Name: name, Param: mockprovider.Param{Text: text}}
}

func faultList(name string, list ...string) mockprovider.FaultUse {
	return mockprovider.FaultUse{Name: name, Param: mockprovider.Param{List: list}}
}

// prove has somebody else's verifier take every type of event that a scheme has,
// and refuse every faulty delivery: a verifier that takes anything proves nothing.
func prove(t *testing.T, p producer, refused []faulty, verify func(received) error) {
	t.Helper()
	types := p.maker.Types()
	if len(types) == 0 || len(refused) == 0 {
		t.Fatal("there is nothing to prove")
	}
	for _, eventType := range types {
		t.Run(eventType, func(t *testing.T) {
			if err := verify(p.deliver(t, eventType)); err != nil {
				t.Errorf("a genuine delivery was refused: %v", err)
			}
		})
	}
	for _, faults := range refused {
		var name string
		for _, use := range faults {
			name += use.String() + " "
		}
		t.Run(name, func(t *testing.T) {
			if err := verify(p.deliver(t, types[0], faults...)); err == nil {
				t.Error("a faulty delivery was accepted")
			}
		})
	}
}
