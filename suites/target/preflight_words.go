package target

import (
	"fmt"

	"github.com/hookassay/hookassay/suites/transcript"
)

// noAnswer says what to do when nothing came back.
func (s *Sender) noAnswer(e transcript.Exchange) string {
	what := map[string]string{
		"refused":     "refuses connections" + s.waited() + ": is the receiver running, and on that port?",
		"unreachable": "cannot be reached: is the host name right?",
		"timeout":     fmt.Sprintf("took the delivery and did not answer within %s", s.Target.Timeouts.Answer),
		"closed":      "closed the connection without an answer",
		"reset":       "reset the connection without an answer",
		"garbage":     "answered with something that is not HTTP: is it the right port, and http or https?",
		"too-large":   "answered with headers without end",
		"tls":         "failed the TLS handshake: is its certificate one that this machine trusts?",
		"canceled":    "was not waited for: the run was interrupted",
		"unsendable":  "was not asked, for a reason of this machine: " + e.Detail,
	}[e.Outcome]
	if e.Outcome == "timeout" && e.BytesSent == 0 {
		what = "did not let us send anything in time: " + e.Detail
	}
	if what == "" {
		what = "gave no answer (" + e.Outcome + ")"
	}
	return s.Target.Address() + " " + what
}

// waited says how long a receiver that is perhaps being started was waited for.
func (s *Sender) waited() string {
	if s.Target.Wait == 0 {
		return ""
	}
	return fmt.Sprintf(", %s long", s.Target.Wait)
}

// refused says what to do when a genuine delivery was not accepted.
func (s *Sender) refused(e transcript.Exchange) string {
	status := e.Answer.Status
	hint := "what does its log say?"
	switch {
	case NotNow(status):
		hint = "is it, or what stands before it, up and not over its rate limit? (limits.rate makes us slower)"
	case status == 400 || status == 401 || status == 403:
		hint = fmt.Sprintf("does it have the same secret, %s, and speak %s?", s.Target.DescribeSecrets()[current], s.Target.Scheme.Name)
	case status == 404:
		hint = fmt.Sprintf("is %s its path?", s.Target.URL.RequestURI())
	case status == 405:
		hint = fmt.Sprintf("does %s take POST?", s.Target.URL.RequestURI())
	case status == 415 || status == 422:
		hint = "does it validate payloads? Give it samples of your own under events.files"
	case status/100 == 3:
		hint = "redirects are not followed; give the URL it points to"
		for _, h := range e.Answer.Headers {
			if h[0] == "Location" {
				hint = fmt.Sprintf("redirects are not followed; it points to %s", h[1])
			}
		}
	}
	return fmt.Sprintf("a genuine delivery is answered %d: %s", status, hint)
}
