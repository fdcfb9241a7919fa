package receiver

import (
	"bytes"
	"encoding/json"
)

// inSchemaOrder does what serialising from a typed object does: the members
// come in the order of the type's fields. A body that has them so stays as it
// is.
func inSchemaOrder(body []byte) []byte {
	names := memberNames(body)
	if len(names) == 0 || names[0] == "type" {
		return body
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return body
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, name := range []string{"type", "timestamp", "data"} {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(marshal(name))
		out.WriteByte(':')
		out.Write(object[name])
	}
	out.WriteByte('}')
	return out.Bytes()
}

// memberNames lists the names of a JSON object's members in their order.
func memberNames(body []byte) []string {
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var names []string
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return names
		}
		text, _ := name.(string)
		names = append(names, text)
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return names
		}
	}
	return names
}
