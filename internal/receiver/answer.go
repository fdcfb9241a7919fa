package receiver

import (
	"maps"
	"net/http"
	"strconv"
)

// An answer is what the sender gets. Answers say no more than they must: one
// text for every delivery that is not authentic, whatever is wrong with it.
type answer struct {
	status  int
	body    string
	headers http.Header // beyond those that every answer has; usually nil
}

var (
	done       = &answer{status: http.StatusOK, body: `{"status":"ok"}`}
	empty      = &answer{status: http.StatusOK}
	duplicate  = &answer{status: http.StatusOK, body: `{"status":"duplicate"}`}
	accepted   = &answer{status: http.StatusAccepted, body: `{"status":"accepted"}`}
	ignored    = &answer{status: http.StatusAccepted, body: `{"status":"ignored"}`}
	badRequest = &answer{status: http.StatusBadRequest, body: `{"error":"bad request"}`}
	// unauthorized is the one answer to all that is not authentic or not fresh.
	unauthorized = &answer{status: http.StatusUnauthorized, body: `{"error":"unauthorized"}`}
	notFound     = &answer{status: http.StatusNotFound, body: `{"error":"not found"}`}
	notAllowed   = &answer{status: http.StatusMethodNotAllowed, body: `{"error":"method not allowed"}`}
	tooSlow      = &answer{status: http.StatusRequestTimeout, body: `{"error":"timeout"}`}
	conflict     = &answer{status: http.StatusConflict, body: `{"error":"duplicate"}`}
	lengthNeeded = &answer{status: http.StatusLengthRequired, body: `{"error":"length required"}`}
	tooLarge     = &answer{status: http.StatusRequestEntityTooLarge, body: `{"error":"too large"}`}
	unsupported  = &answer{status: http.StatusUnsupportedMediaType, body: `{"error":"unsupported media type"}`}
	// encoded says with 415 which codings are understood (RFC 9110 section 12.5.3).
	encoded       = &answer{http.StatusUnsupportedMediaType, unsupported.body, http.Header{"Accept-Encoding": {"identity"}}}
	unprocessable = &answer{status: http.StatusUnprocessableEntity, body: `{"error":"unknown event type"}`}
	crashed       = &answer{status: http.StatusInternalServerError, body: `{"error":"internal server error"}`}
	oldVersion    = &answer{status: http.StatusHTTPVersionNotSupported, body: `{"error":"HTTP version not supported"}`}
	busy          = &answer{http.StatusServiceUnavailable, `{"error":"busy"}`, http.Header{"Retry-After": {"1"}}}
	unavailable   = &answer{http.StatusServiceUnavailable, `{"error":"unavailable"}`, http.Header{"Retry-After": {"1"}}}
)

func (a *answer) rejects() bool { return a.status >= 400 && a.status < 500 }

func (a *answer) accepts() bool { return a.status < 300 }

var (
	jsonContent = []string{"application/json"}
	closing     = []string{"close"}
)

func (a *answer) write(w http.ResponseWriter) {
	h := w.Header()
	h[contentType] = jsonContent
	h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	maps.Copy(h, a.headers)
	w.WriteHeader(a.status)
	// A sender that is gone does not read its answer; nothing is left to do.
	_, _ = w.Write([]byte(a.body))
}
