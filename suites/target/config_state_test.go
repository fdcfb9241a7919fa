package target

import (
	"reflect"
	"strings"
	"testing"
)

const stateText = `target: {url: "http://127.0.0.1:8080/webhooks", scheme: SCHEME, secrets: {current: {env: SECRET}}}
state:
  object: OBJECT
  after: [{type: invoice.created, is: open}, {type: invoice.paid, is: paid}]
  http: {url: "http://127.0.0.1:8080/states/{object}?token=hunter2hunter2"}
`

func targetOfState(t *testing.T, scheme, object, more string) (*Target, error) {
	t.Helper()
	c, err := parseText(strings.NewReplacer("SCHEME", scheme, "OBJECT", object).Replace(stateText) + more)
	if err != nil {
		return nil, err
	}
	c.dir, c.env = "testdata/config", environment(map[string]string{"SECRET": testSecret})
	got, _, err := c.Target(Overrides{})
	return got, err
}

func TestTargetWithState(t *testing.T) {
	for scheme, object := range map[string]string{
		"standard-webhooks": "/data/id", "stripe": "/data/object/id", "github": "/repository/id",
	} {
		got, err := targetOfState(t, scheme, object, "")
		if err != nil {
			t.Errorf("%s: %v", scheme, err)
			continue
		}
		if got.State == nil || got.State.Object != object || !reflect.DeepEqual(got.State.After, []Stage{{Type: "invoice.created", Is: "open"}, {Type: "invoice.paid", Is: "paid"}}) || !got.Has("state", nil) {
			t.Errorf("%s: %+v", scheme, got.State)
		}
		reads := got.OwnRedactor().Text(got.State.Probe.Describe().Counts)
		if strings.Contains(reads, "hunter2") || !strings.Contains(reads, "/states/{object}") {
			t.Errorf("%s: it reads %s", scheme, reads)
		}
	}
}

func TestStateThatNoEventTellsOf(t *testing.T) {
	const samples = "events: {files: events/*.json, id: /id, type: /type"
	for _, c := range []struct{ name, object, more, want string }{
		{"nothing there", "/data/nothing", "", "hookassay.yaml:3:11: an event of type invoice.created has no text and no number at /data/nothing"},
		{"the same in all", "/data/object", "", `hookassay.yaml:3:11: every event of type invoice.created is about "invoice" at /data/object: name the place under events.set`},
		{"no sample", "/data/id", samples + "}\n", `hookassay.yaml:4:10: unknown type of a sample "invoice.created"`},
	} {
		if _, err := targetOfState(t, "standard-webhooks", c.object, c.more); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", c.name, err, c.want)
		}
	}
}
