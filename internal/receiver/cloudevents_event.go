package receiver

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	cloudEventsType = "application/cloudevents"
	structuredType  = cloudEventsType + "+json"
)

// event reads an event in one of the content modes of the HTTP protocol binding
// (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md#13-content-modes).
// Batches and formats other than JSON are not supported.
func (c *cloudEvents) event(d *delivery) (event, *answer) {
	format := mediaType(d.header)
	switch {
	case format == structuredType && !c.flaws.has("binary-only"):
		return c.structured(d)
	case strings.HasPrefix(format, cloudEventsType) || c.flaws.has("structured-only"):
		return event{}, unsupported
	}
	return c.binary(d)
}

// binary reads attributes from the headers; the body is the data.
func (c *cloudEvents) binary(d *delivery) (event, *answer) {
	if a := d.jsonType(anyJSON); a != nil {
		return event{}, a
	}
	if hasAny(d.header, ceContentType) { // Content-Type says it in this mode
		return event{}, badRequest
	}
	for name, values := range d.header {
		if !strings.HasPrefix(name, attributePrefix) {
			continue
		}
		if _, ok := decodeAttribute(values[0]); !ok {
			return event{}, badRequest
		}
	}
	empty := len(d.body) == 0 && c.flaws.has("empty-data-accepted")
	if a := d.validJSON(); a != nil && !empty {
		return event{}, a
	}
	return c.checked(func(name string) string {
		value, _ := decodeAttribute(d.header.Get(attributePrefix + name))
		return value
	})
}

// structured reads attributes and data from the body.
func (c *cloudEvents) structured(d *delivery) (event, *answer) {
	fields, a := d.object()
	if a != nil {
		return event{}, a
	}
	if data, ok := fields["data_base64"]; ok {
		if _, both := fields["data"]; both || !isBase64(data) {
			return event{}, badRequest
		}
	}
	return c.checked(fields.text)
}

// checked makes the event of its attributes, unless one that is required is
// missing
// (https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#required-attributes).
func (c *cloudEvents) checked(attribute func(name string) string) (event, *answer) {
	e := event{
		eventKey: eventKey{CloudEvents, attribute("source"), attribute("id")},
		kind:     attribute("type"),
		at:       attribute("time"),
	}
	version := attribute("specversion")
	if version != "" && version != "1.0" && !c.flaws.has("specversion-unchecked") {
		return event{}, badRequest
	}
	missing := e.id == "" || e.source == "" || e.kind == "" || version == ""
	if missing && !c.flaws.has("required-unchecked") {
		return event{}, badRequest
	}
	if e.at != "" {
		if _, err := parseTime(e.at); err != nil {
			return event{}, badRequest
		}
	}
	if c.flaws.has("dedupe-ignores-source") {
		e.source = ""
	}
	return e, nil
}

// decodeAttribute undoes the quoting and then one round of the percent-encoding
// of an attribute's header (section 3.1.3.2 of the binding).
func decodeAttribute(header string) (string, bool) {
	if len(header) >= 2 && header[0] == '"' && header[len(header)-1] == '"' {
		header = unquote(header[1 : len(header)-1])
	}
	value, err := url.PathUnescape(header)
	return value, err == nil && utf8.ValidString(value)
}

func unquote(inner string) string {
	if !strings.Contains(inner, `\`) {
		return inner
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}

func isBase64(raw json.RawMessage) bool {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return false
	}
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil
}

// parseTime reads an RFC 3339 time, whose letters may be lower case.
func parseTime(text string) (time.Time, error) {
	return time.Parse(time.RFC3339, strings.ToUpper(text))
}
