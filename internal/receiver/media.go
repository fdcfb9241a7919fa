package receiver

import (
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// odd holds the ways in which flawed receivers trip over the head of a request,
// before they look at what it carries.
func (r *Receiver) odd(req *http.Request) *answer {
	if len(r.flaws) == 0 {
		return nil
	}
	old := req.ProtoMajor == 1 && req.ProtoMinor == 0
	switch {
	case r.flaws.has("media-type-unparsed") && !knownType(req.Header[contentType]),
		r.flaws.has("many-headers-crash") && len(req.Header) > manyHeaders,
		r.flaws.has("large-header-crash") && largest(req.Header) > largeHeader:
		return crashed
	case r.flaws.has("absolute-form-refused") && req.URL.IsAbs():
		return notFound
	case r.flaws.has("http10-refused") && old:
		return oldVersion
	case r.flaws.has("upgrade-refused") && hasAny(req.Header, "Upgrade"):
		return badRequest
	}
	return nil
}

const (
	manyHeaders = 100
	largeHeader = 16 << 10 // bytes of one value
)

// knownType is what media-type-unparsed can cope with.
func knownType(values []string) bool {
	if len(values) != 1 {
		return false
	}
	base, params, err := mime.ParseMediaType(values[0])
	charset := strings.ToLower(params["charset"])
	return err == nil && (charset == "" || charset == "utf-8") &&
		slices.Contains([]string{"application/json", structuredType, "text/plain"}, base)
}

func largest(h http.Header) int {
	size := 0
	for _, values := range h {
		for _, v := range values {
			size = max(size, len(v))
		}
	}
	return size
}

// webhookPath is the one that guards-one-path guards.
const webhookPath = "/webhooks"

// isWebhook reports whether deliveries are taken there. Flawed receivers take
// them elsewhere, too.
func (r *Receiver) isWebhook(where string) bool {
	known := where == "/" || where == webhookPath
	same := strings.ToLower(path.Clean(strings.ReplaceAll(where, "//", "/"))) == webhookPath
	return known || r.flaws.has("guards-one-path") && same ||
		r.flaws.has("any-path") && where != "/healthz" && !strings.HasPrefix(where, "/effects")
}
