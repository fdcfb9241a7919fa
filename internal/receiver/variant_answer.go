package receiver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// How a receiver may refuse: the specifications name no status.
var refusalVariants = []Variant{
	{Name: "silent", Summary: "answers 202 to everything, so as to be no oracle",
		Source: cwe + "204.html", Target: "rejects: silent", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer {
			if a.status >= 300 {
				return &answer{http.StatusAccepted, accepted.body, a.headers}
			}
			return a
		})}},
	{Name: "refuses-403", Summary: "answers 403 to what is not authentic",
		Source: rfc + "rfc9110#section-15.5.4", Schemes: everyScheme, build: build{front: refusing(http.StatusForbidden)}},
	{Name: "refuses-404", Summary: "answers 404 to what is not authentic, so that the endpoint is hidden",
		Source: rfc + "rfc9110#section-15.5.4", Schemes: everyScheme, build: build{front: refusing(http.StatusNotFound)}},
	{Name: "refuses-406", Summary: "answers 406 to what is not authentic, as Discourse does",
		Source:  "https://github.com/discourse/discourse/blob/main/app/controllers/webhooks_controller.rb",
		Schemes: everyScheme, build: build{front: refusing(http.StatusNotAcceptable)}},
	{Name: "refuses-422", Summary: "answers 422 to what is not authentic",
		Source: rfc + "rfc9110#section-15.5.21", Schemes: everyScheme, build: build{front: refusing(http.StatusUnprocessableEntity)}},
	{Name: "one-refusal", Summary: "answers 400 to whatever it refuses, whatever the reason",
		Source: rfc + "rfc9110#section-15.5.1", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer {
			if a.rejects() && a.status != http.StatusMethodNotAllowed {
				return &answer{badRequest.status, badRequest.body, a.headers}
			}
			return a
		})}},
}

// What an answer may look like.
var answerVariants = []Variant{
	{Name: "answers-200", Summary: "answers 200 with a JSON body that repeats the accepted event's id",
		Source: "https://docs.stripe.com/webhooks", Schemes: everyScheme, build: build{front: answering(withID)}},
	{Name: "answers-204", Summary: "answers 204 without a body",
		Source: rfc + "rfc9110#section-15.3.5", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer {
			if !a.accepts() {
				return a
			}
			delete(a.headers, contentType)
			return &answer{status: http.StatusNoContent, headers: a.headers}
		})}},
	{Name: "html-pages", Summary: "refuses with a page in HTML, as web servers do",
		Source: "https://nginx.org/en/docs/http/ngx_http_core_module.html#error_page", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer {
			if a.accepts() {
				return a
			}
			return a.page()
		})}},
	{Name: "problem-details", Summary: "refuses with application/problem+json, and an instance of its own in each",
		Source: rfc + "rfc9457", Schemes: everyScheme, build: build{front: answering(problem)}},
	{Name: "framework-headers", Summary: "answers with a framework's headers: a session cookie, a request id, names without versions",
		Source: "https://expressjs.com/en/advanced/best-practice-security.html", Schemes: everyScheme,
		build: build{front: answering(framework)}},
	{Name: "lower-case-headers", Summary: "writes the names of its headers in lower case",
		Source: rfc + "rfc9110#section-5.1", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer { return a.renamed(strings.ToLower) })}},
	{Name: "no-date", Summary: "has no clock of its own to date answers by",
		Source: rfc + "rfc9110#section-6.6.1", Schemes: everyScheme,
		build: build{front: answering(func(_ *http.Request, a *answer) *answer { return a.withHeader("Date") })}},
	{Name: "chunked-answers", Summary: "answers in chunks, without a length",
		Source: rfc + "rfc9112#section-7.1", Schemes: everyScheme,
		build: build{front: inChunks}},
	{Name: "page-on-get", Summary: "answers GET and HEAD with a page that says what the endpoint is for",
		Source: rfc + "rfc9110#section-9.3.1", Schemes: everyScheme,
		build: build{front: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.Method == http.MethodGet || req.Method == http.MethodHead {
					about.write(w)
					return
				}
				next.ServeHTTP(w, req)
			})
		}}},
}

var about = &answer{status: http.StatusOK, body: `{"about":"deliveries are taken here, by POST"}`}

// A held answer waits until the handler has returned, so that it can be changed.
type held struct {
	http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// Unwrap lets http.ResponseController find what it controls.
func (h *held) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// hold has a request answered and returns the answer. Its length is left to
// net/http.
func hold(next http.Handler, w http.ResponseWriter, req *http.Request) *answer {
	h := &held{ResponseWriter: w, header: http.Header{}}
	next.ServeHTTP(h, req)
	delete(h.header, "Content-Length")
	return &answer{h.status, h.body.String(), h.header}
}

// answering is a front that changes answers.
func answering(change func(*http.Request, *answer) *answer) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			a := change(req, hold(next, w, req))
			maps.Copy(w.Header(), a.headers)
			w.WriteHeader(a.status)
			if a.body != "" {
				_, _ = io.WriteString(w, a.body) // as in answer.write
			}
		})
	}
}

func inChunks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		a := hold(next, w, req)
		maps.Copy(w.Header(), a.headers)
		w.WriteHeader(a.status)
		// What cannot be sent is no use to a sender that is gone.
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, a.body)
	})
}

// refusing is a front that says 401 otherwise.
func refusing(status int) func(http.Handler) http.Handler {
	return answering(func(_ *http.Request, a *answer) *answer {
		if a.status == http.StatusUnauthorized {
			return &answer{status, `{"error":"` + strings.ToLower(http.StatusText(status)) + `"}`, a.headers}
		}
		return a
	})
}

// withID is 200 with the id as the sender gave it, in whichever header.
func withID(req *http.Request, a *answer) *answer {
	if !a.accepts() || req.Method != http.MethodPost {
		return a
	}
	id := ""
	for _, name := range []string{webhookID, gitHubDelivery, ceID} {
		id += req.Header.Get(name)
	}
	return &answer{http.StatusOK, `{"received":true,"id":` + string(marshal(id)) + `}`, a.headers}
}

// withHeader is the answer with one more header; without values, it is one that
// net/http does not add.
func (a *answer) withHeader(name string, values ...string) *answer {
	h := a.headers.Clone()
	if h == nil {
		h = http.Header{}
	}
	h[name] = values
	return &answer{a.status, a.body, h}
}

// page is the answer as a page of HTML.
func (a *answer) page() *answer {
	title := fmt.Sprintf("%d %s", a.status, http.StatusText(a.status))
	body := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
	return (&answer{a.status, body, a.headers}).withHeader(contentType, "text/html")
}

func problem(req *http.Request, a *answer) *answer {
	if a.accepts() {
		return a
	}
	body, err := json.Marshal(map[string]any{
		"type": "about:blank", "title": http.StatusText(a.status), "status": a.status,
		"instance": fmt.Sprintf("urn:request:%p", req),
	})
	if err != nil { // texts and a number can always be marshalled
		return a
	}
	return (&answer{a.status, string(body), a.headers}).withHeader(contentType, "application/problem+json")
}

func framework(req *http.Request, a *answer) *answer {
	fresh := fmt.Sprintf("%p", req)
	return a.withHeader("Server", "nginx").
		withHeader("X-Powered-By", "Express").
		withHeader("X-Request-Id", fresh).
		withHeader("X-Runtime", "0.004213").
		withHeader("Set-Cookie", "session="+fresh+"; Path=/; HttpOnly; SameSite=Lax").
		withHeader("Strict-Transport-Security", "max-age=63072000; includeSubDomains").
		withHeader("Content-Security-Policy", "default-src 'none'").
		withHeader("Vary", "Accept-Encoding").
		withHeader("Etag", `W/"1c-4Vx0qJ8yH2k"`)
}

// renamed is the answer with its headers' names written otherwise, but for the
// one that net/http looks at.
func (a *answer) renamed(rename func(string) string) *answer {
	h := http.Header{}
	for name, values := range a.headers {
		if name != "Connection" {
			name = rename(name)
		}
		h[name] = values
	}
	return &answer{a.status, a.body, h}
}
