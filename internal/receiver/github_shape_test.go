package receiver

import "testing"

const (
	pushBody  = `{"ref":"refs/heads/main","after":"6113728f27ae82c7b1a177c8d03f9e96e0adf246","repository":{}}`
	issueBody = `{"action":"opened","issue":{"number":1},"repository":{}}`
	pullBody  = `{"action":"opened","number":2,"pull_request":{},"repository":{}}`
)

// The signature covers the body and not X-GitHub-Event: a signed body under
// another event's name has no effect.
func TestGitHubEventFitsItsBody(t *testing.T) {
	as := func(event, body string) *message { return hub().retype(event).withBody(body) }
	play(t, for1(GitHub), []row{
		{"push", as("push", pushBody), taken},
		{"issues", as("issues", issueBody), taken},
		{"pull_request", as("pull_request", pullBody), taken},
		{"push as issues", as("issues", pushBody), malformed},
		{"push as pull_request", as("pull_request", pushBody), malformed},
		{"issues as push", as("push", issueBody), malformed},
		{"review as pull_request", as("pull_request", `{"action":"submitted","review":{},"pull_request":{}}`), malformed},
		{"null", as("issues", `{"action":"opened","issue":null}`), malformed},
		{"array as push", as("push", "[]"), malformed},
		{"not JSON", as("push", "{"), malformed},
		{"event without a known shape", as("star", pushBody), taken},
		{"event nobody handles", as("hookassay_unknown", pushBody), "202 map[]"},
		{"ping", as("ping", `{"zen":"Design for failure."}`), "200 map[]"},
		{"swapped and forged", as("issues", pushBody).forged(), refused},
	})
}
