package mockprovider

import (
	"bytes"
	"encoding/json"
)

// Faults of a body that somebody on the way wrote again, leaving the signature
// as it was: relays, proxies and middleware do.
var rewriteFaults = []Fault{
	{
		Name: "body.reserialise", Stage: StageSealed, Needs: []Feature{"body-covered"},
		Doc: "the same JSON value in other white space than was signed",
		apply: func(d *Draft, _ Param) error {
			var out bytes.Buffer
			if err := json.Indent(&out, d.message.Body, "", " "); err != nil {
				return err
			}
			return d.rewrite(out.Bytes())
		},
	},
	{
		Name: "body.newlines", Stage: StageSealed, Needs: []Feature{"body-covered"},
		Doc: "every CR LF that was signed is sent as LF",
		apply: func(d *Draft, _ Param) error {
			return d.rewrite(bytes.ReplaceAll(d.message.Body, []byte("\r\n"), []byte("\n")))
		},
	},
	{
		Name: "body.as-form", Stage: StageSealed, Needs: []Feature{"body-covered"},
		Doc: "the JSON text that was signed is sent in the field payload of a form",
		apply: func(d *Draft, _ Param) error {
			d.message.Fields = withType(d.message.Fields, formType)
			return d.rewrite(asForm(d.message.Body))
		},
	},
}

func (d *Draft) rewrite(body []byte) error {
	if bytes.Equal(body, d.message.Body) {
		return errNothing
	}
	d.message.Body = body
	return nil
}
