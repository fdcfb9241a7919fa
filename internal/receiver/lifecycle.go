package receiver

import (
	"bytes"
	"encoding/json"
)

// A step is what an event makes of its object: the state it brings it into, and
// how far along the object's life that is. An object never goes back: a step
// counts only where its rank is higher than what was reached.
type step struct {
	state string
	rank  int
}

// A lifecycle says where a scheme's events name their object and what their
// types make of it.
type lifecycle struct {
	objects [][]string // members, one below the other; the first place that is there counts
	steps   map[string]step
	// An event whose member unbookable is hopeless can never be processed.
	unbookable [][]string
	hopeless   string
}

// noCurrency is ISO 4217's code for a transaction without a currency.
const noCurrency = "XXX"

// lifecycles holds no types that an object comes back to: those need a version
// or a time in the event instead of a rank.
var lifecycles = map[string]lifecycle{
	StandardWebhooks: {
		objects:    [][]string{{"data", "id"}},
		steps:      map[string]step{"invoice.created": {"open", 1}, "invoice.paid": {"paid", 2}},
		unbookable: [][]string{{"data", "currency"}}, hopeless: noCurrency,
	},
	Stripe: {
		objects:    [][]string{{"data", "object", "id"}},
		steps:      map[string]step{"invoice.created": {"open", 1}, "invoice.paid": {"paid", 2}},
		unbookable: [][]string{{"data", "object", "currency"}}, hopeless: noCurrency,
	},
	CloudEvents: {
		objects:    [][]string{{"invoice"}, {"data", "invoice"}},
		steps:      map[string]step{"com.example.invoice.created": {"open", 1}, "com.example.invoice.paid": {"paid", 2}},
		unbookable: [][]string{{"currency"}, {"data", "currency"}}, hopeless: noCurrency,
	},
	GitHub: { // types with their action; https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
		objects: [][]string{{"issue", "id"}, {"pull_request", "id"}},
		steps: map[string]step{"issues.opened": {"open", 1}, "issues.closed": {"closed", 2},
			"pull_request.opened": {"open", 1}, "pull_request.closed": {"closed", 2}},
		unbookable: [][]string{{"sender", "login"}}, hopeless: "ghost", // GitHub's name for accounts that are gone
	},
}

// A job is the work that an event asks for.
type job struct {
	eventKey
	task     string // one of tasks
	object   string // "" where the event moves none
	step     step
	hopeless bool // its processing always fails

	seq, attempt int64 // where and how often it was claimed, in a store
}

// Every event has two effects. The second is a job of its own, made with the
// first: neither a crash between them nor a repetition can touch the other.
const (
	ledgerTask = "ledger"
	mailTask   = "mail"
)

// jobOf is the work that an event with this body asks for.
func jobOf(ev event, body []byte) job {
	j := job{eventKey: ev.eventKey, task: ledgerTask}
	life := lifecycles[ev.scheme]
	kind := ev.kind
	if ev.action != "" {
		kind += "." + ev.action
	}
	if s, moves := life.steps[kind]; moves {
		if j.object = textAt(body, life.objects); j.object != "" {
			j.step = s
		}
	}
	j.hopeless = bytes.Contains(body, []byte(`"`+life.hopeless+`"`)) && textAt(body, life.unbookable) == life.hopeless
	return j
}

// textAt is the text of the first member that is there, "" if none is.
func textAt(body []byte, paths [][]string) string {
	for _, path := range paths {
		raw := memberOf(body, path)
		var text string
		if json.Unmarshal([]byte(raw), &text) != nil {
			text = raw // a number
		}
		if text != "" {
			return text
		}
	}
	return ""
}

// memberOf is the JSON text of a member of the body, "" if it is not there.
func memberOf(body []byte, path []string) string {
	raw := json.RawMessage(body)
	for _, name := range path {
		var fields object
		if json.Unmarshal(raw, &fields) != nil {
			return ""
		}
		raw = fields[name]
	}
	return string(raw)
}
