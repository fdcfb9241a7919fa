package receiver

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// What a receiver, or the framework below it, may be strict or generous about.
var tasteVariants = []Variant{
	{Name: "content-first", Summary: "refuses what is not declared as JSON with 415, and what is no JSON with 400, before it looks at the signature",
		Source: rfc + "rfc9110#section-15.5.16", Schemes: everyScheme,
		build: build{before: contentFirst}},
	{Name: "strict-json", Summary: "refuses with 400 JSON that others read differently: names twice, U+0000, half characters, more than 20 levels",
		Source: rfc + "rfc7493#section-2", Schemes: everyScheme,
		build: build{act: strictJSON}},
	{Name: "any-content-type", Summary: "takes a signed body for JSON whatever it is declared as",
		Source: "https://docs.stripe.com/webhooks#verify-manually", Schemes: signing,
		build: build{front: editing(func(req *http.Request) {
			req.Header[contentType] = jsonContent
		})}},
	{Name: "any-case-hex", Summary: "takes hexadecimal digits in either case",
		Source: rfc + "rfc4648#section-8", Schemes: hexadecimal,
		build: build{front: editing(func(req *http.Request) {
			for _, name := range []string{hubSignature256, stripeSignature} {
				for i, value := range req.Header[name] {
					req.Header[name][i] = digest.ReplaceAllStringFunc(value, strings.ToLower)
				}
			}
		})}},
	{Name: "any-path", Summary: "is the only thing behind its host, and takes deliveries at every path",
		Source: "https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html", Schemes: everyScheme,
		build: build{front: editing(func(req *http.Request) { req.URL.Path = "/webhooks" })}},
	{Name: "framework-404", Summary: "answers 404 with a page that names method and path where only POST is routed",
		Source: "https://expressjs.com/en/starter/faq.html#how-do-i-handle-404-responses", Schemes: everyScheme,
		build: build{front: answering(func(req *http.Request, a *answer) *answer {
			if a.status != http.StatusMethodNotAllowed {
				return a
			}
			body := "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot " +
				req.Method + " " + req.URL.EscapedPath() + "</pre>\n</body>\n</html>\n"
			return (&answer{http.StatusNotFound, body, a.headers}).withHeader(contentType, "text/html; charset=utf-8")
		})}},
}

// digest is a SHA-256 in hexadecimal.
var digest = regexp.MustCompile(`\b[0-9A-Fa-f]{64}\b`)

// editing is a front that changes requests.
func editing(edit func(*http.Request)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			edit(req)
			next.ServeHTTP(w, req)
		})
	}
}

// contentFirst looks at the content of a delivery that nobody has vouched for.
func contentFirst(d *delivery) *answer {
	kind := mediaType(d.header)
	switch {
	case !anyJSON(kind):
		return unsupported
	case d.validJSON() != nil:
		return badRequest
	}
	return nil
}

// oddText are escapes of what is no text to many: U+0000 and surrogates.
var oddText = regexp.MustCompile(`\\u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})`)

// pairs are two surrogates that stand for one character.
var pairs = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)

const mostLevels = 20

// strictJSON refuses what RFC 7493 does, and what goes deeper than anything
// that is meant.
func strictJSON(d *delivery, _ event) *answer {
	if oddText.Match(pairs.ReplaceAll(d.body, nil)) || deepOrTwice(json.NewDecoder(strings.NewReader(string(d.body)))) {
		return badRequest
	}
	return nil
}

// deepOrTwice reports whether a value is nested too deeply or has an object
// with a name twice.
func deepOrTwice(dec *json.Decoder) bool {
	var names []map[string]bool // by depth; nil: a list
	isName := false
	for {
		token, err := dec.Token()
		if err != nil {
			return false // it was valid
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				names = append(names, map[string]bool{})
			case '[':
				names = append(names, nil)
			default:
				names = names[:len(names)-1]
			}
			if len(names) > mostLevels {
				return true
			}
			isName = len(names) > 0 && names[len(names)-1] != nil
			continue
		case string:
			if isName {
				here := names[len(names)-1]
				if here[t] {
					return true
				}
				here[t], isName = true, false
				continue
			}
		}
		isName = len(names) > 0 && names[len(names)-1] != nil
	}
}
