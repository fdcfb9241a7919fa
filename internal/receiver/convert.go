package receiver

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// verifyAsConverted tries what a relay may have made of the body, where the
// body as it came does not verify.
func (r *Receiver) verifyAsConverted(d *delivery) *answer {
	a := d.verify(d)
	if a == nil || !r.flaws.has("verifies-converted") {
		return a
	}
	came := d.body
	if form, err := url.ParseQuery(string(came)); err == nil && form.Has("payload") {
		d.body = []byte(form.Get("payload"))
		if d.verify(d) == nil {
			d.header.Set(contentType, "application/json")
			return nil
		}
	}
	d.body = bytes.ReplaceAll(came, []byte("\n"), []byte("\r\n"))
	if d.verify(d) == nil {
		return nil
	}
	d.body = came
	return a
}

// splitAnswer writes an id that holds a line end into the answer, as
// splits-answer does: what stands behind becomes a header of its own.
func (r *Receiver) splitAnswer(w http.ResponseWriter, d *delivery) {
	if !r.flaws.has("splits-answer") || d.endpoint == nil {
		return
	}
	for _, name := range []string{webhookID, gitHubDelivery, ceID} {
		id, err := url.PathUnescape(d.header.Get(name))
		_, behind, _ := strings.Cut(id, "\r\n")
		if header, value, ok := strings.Cut(behind, ": "); ok && err == nil {
			w.Header().Set(header, value)
		}
	}
}
