package receiver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

const contentType = "Content-Type"

// A delivery is one request to an endpoint.
type delivery struct {
	*endpoint
	flaws   flawSet
	req     *http.Request
	header  http.Header
	body    []byte
	knownBy string        // the id by which the event is known, where it is not the one verified
	decoded bool          // the body is no longer as it came
	cutOff  bool          // the body is only the part that came
	buffer  *bytes.Buffer // holds body
	early   outcome       // of recording the event before its turn, which only flaws do
}

// mediaType is the content type without its parameters, in lower case.
func mediaType(h http.Header) string {
	base, _, _ := strings.Cut(h.Get(contentType), ";")
	return strings.ToLower(strings.TrimSpace(base))
}

// jsonType refuses a content type that is not a JSON type in accept.
func (d *delivery) jsonType(accept func(mediaType string) bool) *answer {
	if !accept(mediaType(d.header)) && !d.flaws.has("verifies-json-only") {
		return unsupported
	}
	return nil
}

func onlyJSON(mediaType string) bool { return mediaType == "application/json" }

func anyJSON(mediaType string) bool {
	return onlyJSON(mediaType) ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// exactType is what charset-refused takes for a JSON content type.
func (d *delivery) exactType() bool {
	t := d.header.Get(contentType)
	return t == "application/json" || t == structuredType
}

// signedBody is the body over which the signature is verified: the bytes as
// they came.
func (d *delivery) signedBody() []byte {
	if d.flaws.has("reserialises") {
		return inStyleOf(d.body, reserialise(d.body))
	}
	if d.flaws.has("html-escaped") {
		var out bytes.Buffer
		json.HTMLEscape(&out, d.body)
		return out.Bytes()
	}
	if d.flaws.has("schema-order") {
		return inSchemaOrder(d.body)
	}
	return d.body
}

// bodyHash identifies a body.
func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
