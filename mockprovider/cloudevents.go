package mockprovider

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"

	"github.com/hookassay/hookassay/mockprovider/wire"
)

// cloudEvent renders an event in a content mode of the HTTP protocol binding
// (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md)
// with the official SDK. It returns the headers, Content-Type among them, and
// the body.
func cloudEvent(e Event, mode, contentType string) ([]wire.Field, []byte, error) {
	ce := event.New()
	ce.SetID(e.ID)
	ce.SetSource(e.Source)
	ce.SetType(e.Type)
	ce.SetTime(e.Time)
	if err := ce.SetData(contentType, e.Body); err != nil {
		return nil, nil, err
	}
	ce.DataBase64 = false // the body is JSON: in structured mode it stands under data as it is
	req, err := http.NewRequest(http.MethodPost, "http://receiver.invalid", nil)
	if err != nil {
		return nil, nil, err
	}
	ctx := binding.WithForceBinary(context.Background())
	if mode == ModeStructured {
		ctx = binding.WithForceStructured(context.Background())
	}
	if err := cehttp.WriteRequest(ctx, binding.ToMessage(&ce), req); err != nil {
		return nil, nil, fmt.Errorf("CloudEvents SDK: %w", err)
	}
	var body bytes.Buffer
	if _, err := io.Copy(&body, req.Body); err != nil {
		return nil, nil, err
	}
	var fields []wire.Field
	for name, values := range req.Header {
		// The binding's names are lower case; net/http's map has changed them.
		if strings.HasPrefix(name, "Ce-") {
			name = strings.ToLower(name)
		}
		fields = append(fields, wire.Field{Name: name, Value: values[0]})
	}
	slices.SortFunc(fields, func(a, b wire.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields, body.Bytes(), nil
}
