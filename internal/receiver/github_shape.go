package receiver

// gitHubShapes are members without which a body is not one of the event. The
// header that names the event is not signed, so somebody on the way can send a
// signed body under another name
// (https://docs.github.com/en/webhooks/webhook-events-and-payloads).
var gitHubShapes = map[string][]string{
	"push":         {"ref", "after"},
	"issues":       {"action", "issue"},
	"pull_request": {"action", "number", "pull_request"},
}

// fits refuses a body that cannot be one of the event that the header names.
// Of events that it knows nothing of, it takes the header's word.
func (g *gitHub) fits(d *delivery, event string) *answer {
	needed := gitHubShapes[event]
	if len(needed) == 0 || g.flaws.has("event-header-trusted") {
		return d.validJSON()
	}
	fields, a := d.object()
	if a != nil {
		return a
	}
	for _, name := range needed {
		if raw := string(fields[name]); raw == "" || raw == "null" {
			return badRequest
		}
	}
	return nil
}
