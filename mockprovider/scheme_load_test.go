package mockprovider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestFindScheme(t *testing.T) {
	known := strings.Join(SchemeNames(), ", ")
	for name, want := range map[string]string{
		"gihtub":           `unknown scheme "gihtub"; did you mean "github"?`,
		"standardwebhooks": `unknown scheme "standardwebhooks"; did you mean "standard-webhooks"?`,
		"Cloud-Events":     `unknown scheme "Cloud-Events"; did you mean "cloudevents"?`,
		"carrier pigeon":   `unknown scheme "carrier pigeon"; there are ` + known,
		"":                 `unknown scheme ""; there are ` + known,
		"absent.yaml":      "open absent.yaml: no such file or directory",
	} {
		if s, err := FindScheme(name); s != nil || err == nil || err.Error() != want {
			t.Errorf("got  %v, %v\nwant %s", s, err, want)
		}
	}
}

// A file is enough for a scheme: deliveries are identified, dated and signed as
// it says.
func TestOwnSchemeComposes(t *testing.T) {
	k := ownKit(t)
	for _, typ := range k.maker.Types() {
		d := k.mustDeliver(t, text("event.type", typ))
		body := d.Message.Body
		if id := gjson.GetBytes(body, "event_id").String(); id != d.Event.ID || d.SentID != id || !strings.HasPrefix(id, "Ev") {
			t.Errorf("%s: event %s is sent as %s, and known as %s:\n%s", typ, d.Event.ID, id, d.SentID, body)
		}
		mac := hmac.New(sha256.New, k.composer.Secret.Key)
		mac.Write([]byte("v0:" + header(d, "X-Slack-Request-Timestamp") + ":" + string(body)))
		if want := "v0=" + hex.EncodeToString(mac.Sum(nil)); header(d, "X-Slack-Signature") != want {
			t.Errorf("%s: signature %s, want %s", typ, header(d, "X-Slack-Signature"), want)
		}
	}
	for _, f := range Faults() {
		if k.has(f) && f.Name == "id.tamper" {
			t.Error("an id that is no header can be tampered with alone")
		}
	}
	if stripped := k.mustDeliver(t, list("header.remove", "{credentials}")); header(stripped, "X-Slack-Signature")+header(stripped, "X-Slack-Request-Timestamp") != "" {
		t.Errorf("credentials are left: %v", stripped.Message.Fields)
	}
	if gone := k.mustDeliver(t, text("body.remove", "/event_id")); gone.SentID != "" {
		t.Errorf("without an id it is known as %s", gone.SentID)
	}
}

// Samples need not say where the id stands when the scheme does.
func TestOwnSchemeTakesSamples(t *testing.T) {
	k := ownKit(t)
	dir := t.TempDir()
	writeFile(t, dir, "a.json", `{"event":{"type":"a"},"event_id":"Ev0","n":17}`)
	s := &Samples{}
	if err := s.Load(filepath.Join(dir, "*.json"), false); err != nil {
		t.Fatal(err)
	}
	k.maker = NewMaker(k.composer.Scheme, s, 1, "n")
	d := k.mustDeliver(t)
	if d.SentID != d.Event.ID || d.SentID == "Ev0" {
		t.Errorf("event %s is known as %s", d.Event.ID, d.SentID)
	}
	faulty := k.mustDeliver(t, plain("body.tamper"))
	if want := strings.Replace(string(d.Message.Body), "17", "18", 1); string(faulty.Message.Body) != want {
		t.Errorf("tampered with: %s, want %s", faulty.Message.Body, want)
	}
}

// A tampered body is still this event's: id, type and time stay as they are.
func TestTamperKeepsTheEvent(t *testing.T) {
	k := ownKit(t)
	for _, typ := range k.maker.Types() {
		genuine, faulty := k.mustDeliver(t, text("event.type", typ)), k.mustDeliver(t, text("event.type", typ), plain("body.tamper"))
		if err := tampered(k, genuine, faulty); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		for _, pointer := range k.maker.fixed() {
			before, _ := getJSON(genuine.Message.Body, pointer)
			after, _ := getJSON(faulty.Message.Body, pointer)
			if before.Raw != after.Raw {
				t.Errorf("%s: %s was %s and is %s", typ, pointer, before, after)
			}
		}
	}
	sw := newKit(t, "standard-webhooks", FormWhsec)
	if _, err := sw.deliver(text("body.literal", `{"type":"a","timestamp":"2026","data":null}`), plain("body.tamper")); err == nil {
		t.Error("there is nothing but type and time, and one was tampered with")
	}
}

// Whatever is wrong with a file is said with its name, before anything is sent.
func TestOwnSchemeIsChecked(t *testing.T) {
	good, err := os.ReadFile("testdata/own/slack.yaml")
	if err != nil {
		t.Fatal(err)
	}
	template := `{"type":"event_callback","event":{"type":"{type}","item":{}},"event_id":"{id}"}`
	for _, tt := range []struct{ name, old, new, want string }{
		{"an unknown key", "retry:", "rety:", `unknown key "rety"; did you mean "retry"?`},
		{"coverage, which follows from the content", "retry:", "covers: {id: true}\nretry:", `unknown key "covers"`},
		{"no title", "title: Slack Events API\n", "", "title is missing"},
		{"no source", "source: https", "title2: https", `unknown key "title2"; did you mean "title"?`},
		{"no content type", "content_type: application/json\n", "", "content_type is missing"},
		{"no unknown type", "unknown_type: hookassay_unknown\n", "", "unknown_type is missing"},
		{"a known unknown type", "hookassay_unknown", "app_mention", `unknown_type "app_mention" is among events`},
		{"a built-in's name", "name: own-slack", "name: github", `name "github" is that of a built-in scheme`},
		{"no secrets", "secrets: [utf8]\n", "", "secrets is missing: the forms that a secret may have"},
		{"a form of secret", "[utf8]", "[utf-8]", `unknown form of secret "utf-8"; did you mean "utf8"?`},
		{"a secret nothing is made with", "[utf8]", "[utf8, token]", `signatures: X-Slack-Signature: no version is made with a secret of form "token"`},
		{"a version of no secret", "secret: utf8", "secret: whsec", `signatures: X-Slack-Signature: version "v0" is made with a secret of form "whsec", which is not among secrets`},
		{"no place for the id", "  body: /event_id\n", "", "id has neither header nor body: nobody could know an event by it"},
		{"ids that repeat", "Ev{unique}", "Ev1", "id.form has neither {unique} nor {uuid}: ids would repeat"},
		{"a retry", "retry: fresh", "retry: never", `retry is "never"; it is fresh or same`},
		{"no header for the time", "  header: X-Slack-Request-Timestamp\n", "", "timestamp.header is missing, or member, where it stands in the signature header"},
		{"a unit", "unit: s", "unit: seconds", `timestamp.unit is "seconds"; it is s or ms`},
		{"no tolerance", "  tolerance: {past: 5m, future: 5m}\n", "", "timestamp.tolerance is missing: how far from now, past and future, a receiver accepts"},
		{"half a tolerance", "{past: 5m, future: 5m}", "{future: 5m}", "timestamp.tolerance is missing: how far from now, past and future, a receiver accepts"},
		{"a tolerance of moments", "future: 5m}", "future: 5ms}", "timestamp.tolerance.future is less than a second; leave it out where the scheme sets no bound"},
		{"two places for the time", "header: X-Slack-Request-Timestamp", "header: X-Slack-Request-Timestamp\n  member: t=", "timestamp has header and member; it stands in one of both"},
		{"a member of no list", "header: X-Slack-Request-Timestamp", "member: t=", "timestamp.member is a member of the signature header, which needs a separator"},
		{"no header for the signature", "- header: X-Slack-Signature\n    content", "- content", "signatures: : header is missing"},
		{"no content", "    content: \"v0:{timestamp}:{body}\"\n", "", "signatures: X-Slack-Signature: content is missing: what is signed, such as {body}"},
		{"a misspelt placeholder", "{body}", "{boddy}", `signatures: X-Slack-Signature: unknown placeholder "{boddy}"; did you mean "{body}"?`},
		{"a body twice", "{body}", "{body}{body}", "signatures: X-Slack-Signature: content has {body} twice"},
		{"an id that is no header", "{timestamp}", "{id}", "signatures: X-Slack-Signature: content has {id}, but deliveries have no such header"},
		{"an algorithm", "hmac-sha256", "sha256", `signatures: X-Slack-Signature: unknown algorithm "sha256"; there are ed25519, hmac-sha1, hmac-sha256, hmac-sha512`},
		{"an encoding", "encoding: hex", "encoding: hexx", `signatures: X-Slack-Signature: unknown encoding "hexx"; did you mean "hex"?`},
		{"no events", "events: [reaction_added, app_mention]\n", "", "events is empty: nothing to send"},
		{"an event elsewhere", "app_mention]", "../slack]", `event "../slack" is no name of a file`},
		{"no template", "app_mention]", "message]", `event "message" has no template: open `},
		{"a free place", "/event/item", "/nope", `the template of event "reaction_added": no object at "/nope", where extra fields are said to be free`},
		{"a free text", "/event/item", "/event_id", `the template of event "reaction_added": no object at "/event_id", where extra fields are said to be free`},
		{"a pointer", "/event/item", "event", `the template of event "reaction_added": no object at "event", where extra fields are said to be free`},
		{"another type", "/event/type", "/type", `the template of event "reaction_added": at type.body, "/type", it says "event_callback"`},
		{"a time", "retry:", "time: {body: /when}\nretry:", `the template of event "reaction_added": nothing at time.body, "/when"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(string(good), tt.old, tt.new, 1)
			if text == string(good) {
				t.Fatalf("nothing there that reads %s", tt.old)
			}
			refused(t, text, template, tt.want)
		})
	}
	refused(t, string(good), `{"event":{"type":"{type}","item":{}}`, `the template of event "reaction_added": it is not JSON once it is filled`)
	refused(t, string(good), `{"event":{"type":"{type}","item":{}},"n":"{unqiue}"}`, `the template of event "reaction_added": unknown placeholder {unqiue}`)
	stampless := strings.Replace(string(good), "timestamp:\n  header: X-Slack-Request-Timestamp\n  unit: s\n  tolerance: {past: 5m, future: 5m}\n", "", 1)
	refused(t, stampless, template, "retry is fresh, but there is no timestamp that could be: say retry: same")
	refused(t, strings.Replace(stampless, "fresh", "same", 1), template, "signatures: X-Slack-Signature: content has {timestamp}, but deliveries have no such header")
	before, rest, _ := strings.Cut(string(good), "signatures:")
	_, after, _ := strings.Cut(rest, "\ntype:")
	refused(t, before+"type:"+after, template, "neither signatures nor bearer: nothing authenticates a delivery")
	refused(t, strings.Repeat("#", maxScheme+1), template, "more than the 1048576 bytes that it may have")
}

func refused(t *testing.T, text, template, want string) {
	t.Helper()
	dir := t.TempDir()
	file := writeFile(t, dir, "slack.yaml", text)
	if err := os.Mkdir(filepath.Join(dir, "templates"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, event := range []string{"reaction_added", "app_mention"} {
		writeFile(t, filepath.Join(dir, "templates"), event+".json", template)
	}
	s, err := FindScheme(file)
	if s != nil || err == nil || !strings.HasPrefix(err.Error(), file+":") || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
