package receiver

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	requestOrigin = "Webhook-Request-Origin"
	requestRate   = "Webhook-Request-Rate"
	allowedOrigin = "Webhook-Allowed-Origin"
	allowedRate   = "Webhook-Allowed-Rate"
)

// handshake answers a validation request: it grants an allowed origin by
// headers and withholds them from any other; the status says nothing
// (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#42-validation-response).
func (r *Receiver) handshake(w http.ResponseWriter, req *http.Request) {
	h := w.Header()
	h.Set("Allow", r.allow())
	rates, origins := req.Header[requestRate], req.Header[requestOrigin]
	if len(rates) > 1 || len(rates) == 1 && !validRate(rates[0]) || len(origins) > 1 {
		badRequest.write(w)
		return
	}
	if len(origins) == 1 && r.grants(origins[0]) {
		h.Set(allowedOrigin, origins[0])
		if !r.flaws.has("rate-missing") {
			h.Set(allowedRate, strconv.Itoa(r.rate))
		}
	}
	done.write(w)
}

// validRate reports whether the rate is a positive number of requests a minute.
func validRate(text string) bool {
	return plainInteger(text) && text != "0" && len(text) <= 9
}

func (r *Receiver) grants(origin string) bool {
	if r.flaws.has("grants-everyone") {
		return true
	}
	for _, allowed := range r.origins {
		if ascii(origin) && strings.EqualFold(origin, allowed) {
			return true
		}
		if r.flaws.has("origin-prefix") && strings.HasPrefix(origin, allowed) {
			return true
		}
	}
	return false
}
